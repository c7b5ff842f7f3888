#include "kernel/runtime/skills/scan/package.hpp"

#include "kernel/runtime/skills/scan/folder.hpp"
#include "kernel/runtime/skills/scan/text_scan.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;

// One walk through a folder. Entries come sorted, so that the same folder gives the same report.
class Reader {
 public:
  Result<void> add(const FolderEntry& entry) {
    if (S_ISDIR(entry.info.st_mode)) {
      if (!entry.problem.empty()) leave_out(entry.path, entry.problem);
    } else if (S_ISLNK(entry.info.st_mode)) {
      leave_out(entry.path, "a link, which is not followed");
    } else if (!S_ISREG(entry.info.st_mode)) {
      leave_out(entry.path, "not a regular file");
    } else {
      add_file(entry);
    }
    return {};
  }

  void cut(std::string reason) {
    package_.cut = true;
    package_.unsearched.push_back({".", std::move(reason)});
  }

  Package take() { return std::move(package_); }

 private:
  void leave_out(const std::string& path, std::string reason) {
    if (package_.unsearched.size() < kPackageFilesMax) {
      package_.unsearched.push_back({path, std::move(reason)});
    } else {
      package_.cut = true;
    }
  }

  void leave_out_above_limit(const std::string& path, std::string reason) {
    package_.cut = true;
    leave_out(path, std::move(reason));
  }

  void add_file(const FolderEntry& entry) {
    if (package_.files.size() >= kPackageFilesMax)
      return leave_out_above_limit(entry.path, "more files than the limit");
    if (bytes_ > kPackageBytesMax) return leave_out_above_limit(entry.path, "the package is above its limit of bytes");
    std::string bytes;
    auto read = read_entry(entry, [&](std::string_view piece) -> Result<void> {
      if (bytes.size() + piece.size() > kFileBytesMax)
        return fail(ErrorCode::too_large, "it has more than {} bytes", kFileBytesMax);
      bytes += piece;
      return {};
    });
    if (!read) {
      // A program that came along may be large; text that long only hides what it ends with.
      package_.cut = package_.cut || (read.error().code == ErrorCode::too_large && is_named_as_text(entry.path));
      return leave_out(entry.path, read.error().message);
    }
    bytes_ += bytes.size();
    package_.files.push_back({entry.path, std::move(bytes)});
  }

  Package package_;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<Package> read_package(const fs::path& folder) {
  Reader reader;
  FolderWalk walk;
  walk.on_entry = [&](const FolderEntry& entry) { return reader.add(entry); };
  auto walked = walk_folder(folder, walk);
  if (!walked && walked.error().code != ErrorCode::too_large) return std::unexpected(std::move(walked.error()));
  if (!walked) reader.cut(walked.error().message);
  return reader.take();
}

}  // namespace chela::runtime::skills::scan
