#include <algorithm>
#include <set>

#include "kernel/core/base/hash.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/scan/folder.hpp"
#include "kernel/runtime/skills/scan/judgement.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBytesMax = 512u << 20;

// Where a registry's client keeps what it knows of the skill. Beside that one file nothing is left out: what is not
// hashed could be swapped.
constexpr std::string_view kRecordFolders[] = {".clawhub", ".clawdhub"};
constexpr std::string_view kRecordFile = "/origin.json";

bool is_record_folder(std::string_view path) {
  return std::ranges::find(kRecordFolders, path) != std::end(kRecordFolders);
}

bool is_record(std::string_view path) {
  return path.ends_with(kRecordFile) && is_record_folder(path.substr(0, path.size() - kRecordFile.size()));
}

bool leads_out(std::string_view path, const std::string& target) {
  auto reached = (fs::path(path).parent_path() / target).lexically_normal();
  return fs::path(target).is_absolute() || (!reached.empty() && *reached.begin() == "..");
}

class TreeHash {
 public:
  Result<void> add(const FolderEntry& entry) {
    if (is_record(entry.path)) return {};
    if (is_record_folder(entry.path) && S_ISDIR(entry.info.st_mode)) {
      pending_ = entry.path;  // it counts when there is something else in it
      return {};
    }
    if (!pending_.empty() && entry.path.starts_with(pending_ + "/")) {
      begin(pending_, "directory");
      text_ += '}';
    }
    pending_.clear();
    if (S_ISDIR(entry.info.st_mode)) return add_directory(entry);
    if (S_ISLNK(entry.info.st_mode)) return add_link(entry);
    if (!S_ISREG(entry.info.st_mode))
      return fail(ErrorCode::invalid_argument, "{} is neither a file nor a folder", entry.path);
    return add_file(entry);
  }

  std::string finish() const { return "sha256:" + sha256_hex("[" + text_ + "]"); }

 private:
  void begin(const std::string& path, std::string_view type) {
    if (!text_.empty()) text_ += ',';
    text_ += "{\"path\":";
    append_json_text(text_, decode_utf8(path));
    text_.append(",\"type\":\"").append(type).append("\"");
  }

  Result<void> add_directory(const FolderEntry& entry) {
    if (!entry.problem.empty()) return fail(ErrorCode::denied, "{}: {}", entry.path, entry.problem);
    begin(entry.path, "directory");
    text_ += '}';
    return {};
  }

  Result<void> add_link(const FolderEntry& entry) {
    CHELA_TRY(auto target, read_link(entry));
    if (leads_out(entry.path, target))
      return fail(ErrorCode::invalid_argument, "the link {} leads out of the folder", entry.path);
    begin(entry.path, "link");
    text_ += ",\"target\":";
    append_json_text(text_, decode_utf8(target));
    text_ += '}';
    return {};
  }

  Result<void> add_file(const FolderEntry& entry) {
    Sha256 hash;
    auto read = read_entry(entry, [&](std::string_view piece) -> Result<void> {
      bytes_ += piece.size();
      if (bytes_ > kBytesMax) return fail(ErrorCode::too_large, "it holds more than {} MB", kBytesMax >> 20);
      hash.add(piece);
      return {};
    });
    if (!read) return fail(entry.path, std::move(read.error()));
    begin(entry.path, "file");
    text_ += ",\"sha256\":\"" + hash.hex() + "\"}";
    return {};
  }

  std::string text_;
  std::string pending_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<std::string> tree_hash(const fs::path& folder) {
  TreeHash hash;
  FolderWalk walk{.whole = true};
  walk.on_entry = [&](const FolderEntry& entry) { return hash.add(entry); };
  CHELA_CHECK(walk_folder(folder, walk));
  return hash.finish();
}

}  // namespace chela::runtime::skills::scan
