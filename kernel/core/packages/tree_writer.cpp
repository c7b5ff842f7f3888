#include "kernel/core/packages/tree_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "kernel/core/base/random.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kDirectoryMode = 0755;

std::string unpacking(std::string_view name) {
  return "unpacking " + shown_name(name);
}

}  // namespace

Result<TreeWriter> TreeWriter::create(const PackagesModule& engine, const fs::path& destination,
                                      const TreeLimits& limits) {
  auto staging =
      destination.parent_path() / fmt::format(".{}.{}.part", destination.filename().string(), random_hex(12));
  auto what = "making the folder " + staging.string();
  if (::mkdir(staging.c_str(), kDirectoryMode) != 0) return fail_errno(what, errno);
  platform::OwnedDescriptor root(::open(staging.c_str(), kDirectoryFlags));
  if (!root) {
    int error_number = errno;
    ::rmdir(staging.c_str());
    return fail_errno(what, error_number);
  }
  return TreeWriter(engine, destination, std::move(staging), std::move(root), limits);
}

TreeWriter::TreeWriter(TreeWriter&& other) noexcept
    : destination_(std::move(other.destination_)),
      staging_(std::exchange(other.staging_, {})),
      root_(std::move(other.root_)),
      limits_(other.limits_),
      names_(std::move(other.names_)),
      file_(std::move(other.file_)),
      file_name_(std::move(other.file_name_)),
      file_bytes_(other.file_bytes_),
      bytes_(other.bytes_),
      entries_(other.entries_) {}

TreeWriter::~TreeWriter() {
  std::error_code ignored;
  if (!staging_.empty()) fs::remove_all(staging_, ignored);  // removes links, does not follow them
}

Result<void> TreeWriter::count_entry() {
  if (++entries_ <= limits_.entries_max) return {};
  return fail(ErrorCode::too_large, "the package has more than {} entries", limits_.entries_max);
}

// The folder of the first `count` parts; what is missing is made.
Result<platform::OwnedDescriptor> TreeWriter::open_directory(const std::vector<std::string>& parts, std::size_t count) {
  platform::OwnedDescriptor at(::openat(root_.get(), ".", kDirectoryFlags));
  for (std::size_t i = 0; i < count && at; ++i) {
    if (::mkdirat(at.get(), parts[i].c_str(), kDirectoryMode) != 0 && errno != EEXIST)
      return fail_errno(unpacking(parts[i]), errno);
    at = platform::OwnedDescriptor(::openat(at.get(), parts[i].c_str(), kDirectoryFlags));
  }
  if (!at) return fail_errno(unpacking(parts.empty() ? "." : parts[count - 1]), errno);
  return at;
}

Result<void> TreeWriter::add_directory(std::string_view name) {
  CHELA_CHECK(count_entry());
  CHELA_TRY(auto parts, name_parts(name, limits_.names));
  if (parts.empty()) return {};
  CHELA_CHECK(names_.add(parts, true));
  CHELA_TRY(auto made, open_directory(parts, parts.size()));
  return {};
}

Result<void> TreeWriter::begin_file(std::string_view name, bool executable) {
  CHELA_CHECK(count_entry());
  CHELA_TRY(auto parts, name_parts(name, limits_.names));
  if (parts.empty()) return fail(ErrorCode::invalid_argument, "the package holds a file without a name");
  CHELA_CHECK(names_.add(parts, false));
  CHELA_TRY(auto folder, open_directory(parts, parts.size() - 1));
  const mode_t mode = executable ? 0755 : 0644;
  file_ = platform::OwnedDescriptor(
      ::openat(folder.get(), parts.back().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file_ || ::fchmod(file_.get(), mode) != 0) return fail_errno(unpacking(name), errno);  // whatever the umask
  file_name_ = name;
  file_bytes_ = 0;
  return {};
}

Result<void> TreeWriter::write(std::string_view bytes) {
  file_bytes_ += bytes.size();
  bytes_ += bytes.size();
  if (file_bytes_ > limits_.file_bytes_max) {
    return fail(ErrorCode::too_large, "{}: it has more than {} MB", unpacking(file_name_),
                limits_.file_bytes_max >> 20);
  }
  if (bytes_ > limits_.bytes_max)
    return fail(ErrorCode::too_large, "the package has more than {} MB unpacked", limits_.bytes_max >> 20);
  while (!bytes.empty()) {
    auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(unpacking(file_name_), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> TreeWriter::end_file() {
  if (!file_.close()) return fail_errno(unpacking(file_name_), errno);
  return {};
}

Result<void> TreeWriter::commit() {
  auto what = "unpacking to " + destination_.string();
  // One call for all files: a package may have thousands, and each fsync costs a write of the disk.
  if (::syncfs(root_.get()) != 0) return fail_errno(what, errno);
  if (::renameat2(AT_FDCWD, staging_.c_str(), AT_FDCWD, destination_.c_str(), RENAME_NOREPLACE) != 0)
    return fail_errno(what, errno);
  staging_.clear();
  platform::OwnedDescriptor parent(::open(destination_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) return fail_errno(what, errno);
  return {};
}

}  // namespace chela::packages
