#include "kernel/runtime/skills/scan/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <vector>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;
using platform::OwnedDescriptor;

constexpr std::size_t kBufferSize = 64 * 1024;
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

class Walker {
 public:
  explicit Walker(const FolderWalk& walk) : walk_(walk) {}

  Result<void> enter(OwnedDescriptor folder, const std::string& prefix, int depth) {
    CHELA_TRY(auto names, names_in(std::move(folder), prefix));
    int parent = ::dirfd(names.directory.get());
    for (const auto& name : names.sorted) {
      FolderEntry entry{.path = prefix + name, .parent = parent, .name = name};
      if (++entries_ > walk_.entries_max)
        return fail(ErrorCode::too_large, "it holds more than {} files and folders", walk_.entries_max);
      if (::fstatat(parent, name.c_str(), &entry.info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;  // gone since its name was read
        return fail_errno("reading " + entry.path, errno);
      }
      CHELA_CHECK(S_ISDIR(entry.info.st_mode) ? add_directory(entry, depth) : walk_.on_entry(entry));
    }
    return {};
  }

 private:
  struct Names {
    std::unique_ptr<DIR, CloseDirectory> directory;
    std::vector<std::string> sorted;
  };

  Result<Names> names_in(OwnedDescriptor folder, const std::string& prefix) {
    Names out;
    out.directory.reset(::fdopendir(folder.get()));
    if (!out.directory) return fail_errno("reading the folder " + prefix, errno);
    static_cast<void>(folder.release());
    errno = 0;
    while (const dirent* entry = ::readdir(out.directory.get())) {
      std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      out.sorted.emplace_back(name);
      if (entries_ + out.sorted.size() > walk_.entries_max)
        return fail(ErrorCode::too_large, "it holds more than {} files and folders", walk_.entries_max);
    }
    if (errno != 0) return fail_errno("reading the folder " + prefix, errno);
    std::ranges::sort(out.sorted, utf16_less);
    return out;
  }

  Result<void> add_directory(FolderEntry& entry, int depth) {
    if (!walk_.whole && (entry.name == ".git" || entry.name == "node_modules")) {
      entry.problem = "not entered";
    } else if (depth >= kFolderDepthMax) {
      entry.problem = "deeper than the limit";
    }
    OwnedDescriptor below;
    if (entry.problem.empty()) {
      below.reset(::openat(entry.parent, entry.name.data(), kDirectoryFlags));
      if (!below) entry.problem = fail_errno("opening it", errno).error().message;
    }
    CHELA_CHECK(walk_.on_entry(entry));
    return below ? enter(std::move(below), entry.path + "/", depth + 1) : Result<void>();
  }

  const FolderWalk& walk_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<void> walk_folder(const fs::path& folder, const FolderWalk& walk) {
  OwnedDescriptor top(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top) return fail_errno("reading " + folder.string(), errno);
  return Walker(walk).enter(std::move(top), "", 0);
}

Result<FolderStamp> folder_stamp(const fs::path& folder) {
  FolderStamp out;
  std::string text;
  FolderWalk walk;
  walk.on_entry = [&](const FolderEntry& entry) -> Result<void> {
    const auto& info = entry.info;
    fmt::format_to(std::back_inserter(text), "{}\n{} {} {} {} {}.{} {}.{}\n", entry.path, info.st_mode, info.st_dev,
                   info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec,
                   info.st_ctim.tv_nsec);
    out.newest = std::max(out.newest, std::chrono::seconds(info.st_ctim.tv_sec));
    return {};
  };
  CHELA_CHECK(walk_folder(folder, walk));
  out.text = sha256_hex(text);
  return out;
}

Result<void> read_entry(const FolderEntry& entry, const std::function<Result<void>(std::string_view)>& sink) {
  OwnedDescriptor file(::openat(entry.parent, entry.name.data(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return fail_errno("reading it", errno);
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::invalid_argument, "not a regular file");
  std::array<char, kBufferSize> buffer;
  for (;;) {
    auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("reading it", errno);
    if (got == 0) return {};
    CHELA_CHECK(sink({buffer.data(), static_cast<std::size_t>(got)}));
  }
}

Result<std::string> read_link(const FolderEntry& entry) {
  std::array<char, PATH_MAX> target;
  auto size = ::readlinkat(entry.parent, entry.name.data(), target.data(), target.size());
  if (size < 0) return fail_errno("reading the link " + entry.path, errno);
  return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace chela::runtime::skills::scan
