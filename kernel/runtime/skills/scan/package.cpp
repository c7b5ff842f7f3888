#include "kernel/runtime/skills/scan/package.hpp"

#include <algorithm>

#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;

constexpr int kDepthMax = 32;

// One walk through a folder. Entries are sorted, so that the same folder gives the same report.
class Reader {
 public:
  explicit Reader(const fs::path& root) : root_(root) {}

  Result<void> enter(const fs::path& folder, int depth) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      entries.push_back(*at);
    }
    if (error) return fail_errno("reading " + folder.string(), error.value());
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) add(entry, depth);
    return {};
  }

  Package take() { return std::move(package_); }

 private:
  void leave_out(const fs::path& path, std::string reason) {
    if (package_.unsearched.size() < kPackageFilesMax) {
      package_.unsearched.push_back({path.lexically_relative(root_).generic_string(), std::move(reason)});
    }
  }

  void add(const fs::directory_entry& entry, int depth) {
    std::error_code error;
    auto kind = entry.symlink_status(error).type();
    if (kind == fs::file_type::directory) return add_folder(entry.path(), depth);
    if (kind == fs::file_type::symlink) return leave_out(entry.path(), "a link, which is not followed");
    if (kind != fs::file_type::regular) return leave_out(entry.path(), "not a regular file");
    if (package_.files.size() >= kPackageFilesMax) return leave_out(entry.path(), "more files than the limit");
    if (bytes_ > kPackageBytesMax) return leave_out(entry.path(), "the package is above its limit of bytes");
    auto bytes = platform::read_file(entry.path(), kFileBytesMax);
    if (!bytes) return leave_out(entry.path(), bytes.error().message);
    bytes_ += bytes->size();
    package_.files.push_back({entry.path().lexically_relative(root_).generic_string(), std::move(*bytes)});
  }

  void add_folder(const fs::path& folder, int depth) {
    if (folder.filename() == ".git" || folder.filename() == "node_modules") return leave_out(folder, "not entered");
    if (depth >= kDepthMax) return leave_out(folder, "deeper than the limit");
    if (auto entered = enter(folder, depth + 1); !entered) leave_out(folder, entered.error().message);
  }

  fs::path root_;
  Package package_;
  std::size_t bytes_ = 0;
};

}  // namespace

Result<Package> read_package(const fs::path& folder) {
  Reader reader(folder);
  CHELA_CHECK(reader.enter(folder, 0));
  return reader.take();
}

}  // namespace chela::runtime::skills::scan
