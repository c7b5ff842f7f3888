#include "kernel/core/packages/archive.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "kernel/core/base/text.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferSize = 64 * 1024;

class Unpacker final : public ArchiveSink {
 public:
  Unpacker(TreeWriter& tree, std::uint64_t archive_bytes, const ArchiveLimits& limits, const EntryPlace& place)
      : tree_(tree),
        bytes_max_(std::max(limits.ratio_free_bytes, archive_bytes * limits.ratio_max)),
        limits_(limits),
        place_(place) {}

  Result<void> on_entry(const ArchiveEntry& entry) override {
    CHELA_CHECK(finish());
    auto name = place_ ? place_(entry.name) : std::optional(entry.name);
    is_left_out_ = !name;
    if (is_left_out_) return {};
    switch (entry.kind) {
      case EntryKind::directory:
        return tree_.add_directory(*name);
      case EntryKind::file:
        CHELA_CHECK(tree_.begin_file(*name, (entry.mode & 0111) != 0));
        in_file_ = true;
        offset_ = 0;
        return {};
      case EntryKind::link:
        return fail(ErrorCode::invalid_argument, "{}: it is a link; packages hold files and folders only",
                    shown_name(entry.name));
      case EntryKind::other:
        break;
    }
    return fail(ErrorCode::invalid_argument, "{}: it is neither a file nor a folder", shown_name(entry.name));
  }

  Result<void> on_data(std::uint64_t offset, std::string_view bytes) override {
    if (is_left_out_) {
      left_out_bytes_ += bytes.size();
    } else {
      if (offset != offset_) return fail(ErrorCode::invalid_argument, "the archive holds a file with holes");
      offset_ += bytes.size();
      CHELA_CHECK(tree_.write(bytes));
    }
    if (tree_.bytes() + left_out_bytes_ <= bytes_max_) return {};
    return fail(ErrorCode::too_large, "the archive unpacks to more than {} times its size", limits_.ratio_max);
  }

  Result<void> finish() {
    if (!in_file_) return {};
    in_file_ = false;
    return tree_.end_file();
  }

 private:
  TreeWriter& tree_;
  std::uint64_t bytes_max_;
  const ArchiveLimits& limits_;
  const EntryPlace& place_;
  std::uint64_t offset_ = 0;
  std::uint64_t left_out_bytes_ = 0;
  bool in_file_ = false;
  bool is_left_out_ = false;
};

Result<void> copy_file(TreeWriter& tree, int parent, const char* entry, const std::string& name) {
  platform::OwnedDescriptor file(::openat(parent, entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return fail_errno("reading " + shown_name(name), errno);
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::invalid_argument, "{}: it is neither a file nor a folder", shown_name(name));
  CHELA_CHECK(tree.begin_file(name, (info.st_mode & 0111) != 0));
  std::array<char, kBufferSize> buffer;
  for (;;) {
    auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("reading " + shown_name(name), errno);
    if (got == 0) return tree.end_file();
    CHELA_CHECK(tree.write({buffer.data(), static_cast<std::size_t>(got)}));
  }
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Result<void> copy_entries(TreeWriter& tree, platform::OwnedDescriptor folder, const std::string& prefix) {
  int fd = folder.get();
  std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(::fcntl(fd, F_DUPFD_CLOEXEC, 0)));
  if (!entries) return fail_errno("reading the folder " + shown_name(prefix), errno);
  while (const dirent* entry = ::readdir(entries.get())) {
    std::string_view entry_name = entry->d_name;
    if (entry_name == "." || entry_name == ".." || (prefix.empty() && entry_name == ".git")) continue;
    auto name = prefix + entry->d_name;
    struct stat info{};
    if (::fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("reading " + shown_name(name), errno);
    if (S_ISLNK(info.st_mode)) {
      return fail(ErrorCode::invalid_argument, "{}: it is a link; packages hold files and folders only",
                  shown_name(name));
    }
    if (!S_ISDIR(info.st_mode)) {
      CHELA_CHECK(copy_file(tree, fd, entry->d_name, name));
      continue;
    }
    CHELA_CHECK(tree.add_directory(name));  // also bounds the depth of this recursion
    platform::OwnedDescriptor below(::openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below) return fail_errno("reading the folder " + shown_name(name), errno);
    CHELA_CHECK(copy_entries(tree, std::move(below), name + "/"));
  }
  return {};
}

}  // namespace

Result<void> unpack(const PackagesModule& engine, const fs::path& archive, const fs::path& destination,
                    const ArchiveLimits& limits, const EntryPlace& place) {
  auto what = "unpacking " + archive.filename().string();
  platform::OwnedDescriptor file(::open(archive.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) return fail_errno(what, errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid_argument, "{}: it is not a file", what);
  auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > limits.archive_bytes_max)
    return fail(ErrorCode::too_large, "{}: it has more than {} MB", what, limits.archive_bytes_max >> 20);
  CHELA_TRY(auto tree, TreeWriter::create(engine, destination, limits.tree));
  Unpacker unpacker(tree, size, limits, place);
  if (auto read = engine.read_archive(file.get(), unpacker); !read) return fail(what, std::move(read.error()));
  CHELA_CHECK(unpacker.finish());
  return tree.commit();
}

Result<void> copy_folder(const PackagesModule& engine, const fs::path& folder, const fs::path& destination,
                         const TreeLimits& limits) {
  platform::OwnedDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return fail_errno("reading the folder " + folder.string(), errno);
  CHELA_TRY(auto tree, TreeWriter::create(engine, destination, limits));
  CHELA_CHECK(copy_entries(tree, std::move(opened), ""));
  return tree.commit();
}

bool is_archive_name(std::string_view name) {
  constexpr std::string_view kSuffixes[] = {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".zip"};
  auto lower = to_lower(name);
  return std::ranges::any_of(kSuffixes, [&](std::string_view suffix) { return lower.ends_with(suffix); });
}

}  // namespace chela::packages
