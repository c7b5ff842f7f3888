#include "kernel/runtime/skills/copies/copies.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/random.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/runtime/skills/scan/folder.hpp"

namespace chela::runtime::skills::copies {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kRecordBytesMax = 16u << 20;
constexpr int kRecordDepthMax = 8;
constexpr std::uint64_t kBytesMax = 512u << 20;  // of one skill

Result<void> problem_of(const std::error_code& error, const std::string& what) {
  return error ? Result<void>(fail_errno(what, error.value())) : Result<void>();
}

bool leads_out(const std::string& path, const std::string& target) {
  auto reached = (fs::path(path).parent_path() / target).lexically_normal();
  return fs::path(target).is_absolute() || (!reached.empty() && *reached.begin() == "..");
}

// One folder, copied into a new one.
class Copier {
 public:
  Copier(fs::path to, std::string skill, std::vector<std::string>& notes)
      : to_(std::move(to)), skill_(std::move(skill)), notes_(notes) {}

  Result<void> add(const scan::FolderEntry& entry) {
    auto target = to_ / entry.path;
    if (S_ISDIR(entry.info.st_mode)) return add_folder(entry, target);
    if (S_ISLNK(entry.info.st_mode)) return add_link(entry, target);
    if (S_ISREG(entry.info.st_mode)) return add_file(entry, target);
    leave_out(entry, "it is no file");
    return {};
  }

 private:
  void leave_out(const scan::FolderEntry& entry, std::string_view why) {
    notes_.push_back(fmt::format("{}: {} is left out: {}", skill_, entry.path, why));
  }

  Result<void> add_folder(const scan::FolderEntry& entry, const fs::path& target) {
    if (entry.name == ".git" || entry.name == "node_modules") return {};
    if (!entry.problem.empty()) {
      leave_out(entry, entry.problem);
      return {};
    }
    std::error_code error;
    fs::create_directory(target, error);
    return problem_of(error, "making " + target.string());
  }

  Result<void> add_link(const scan::FolderEntry& entry, const fs::path& target) {
    CHELA_TRY(auto to, scan::read_link(entry));
    if (leads_out(entry.path, to)) {
      leave_out(entry, "it is a link out of the folder");
      return {};
    }
    std::error_code error;
    fs::create_symlink(to, target, error);
    return problem_of(error, "making " + target.string());
  }

  Result<void> add_file(const scan::FolderEntry& entry, const fs::path& target) {
    mode_t mode = entry.info.st_mode & 0111 ? 0755 : 0644;
    platform::OwnedDescriptor out(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!out) return fail_errno("making " + target.string(), errno);
    auto read = scan::read_entry(entry, [&](std::string_view piece) -> Result<void> {
      bytes_ += piece.size();
      if (bytes_ > kBytesMax) return fail(ErrorCode::too_large, "it holds more than {} MB", kBytesMax >> 20);
      while (!piece.empty()) {
        auto written = ::write(out.get(), piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail_errno("writing " + target.string(), errno);
        piece.remove_prefix(static_cast<std::size_t>(written));
      }
      return {};
    });
    if (!read) return fail(entry.path, std::move(read.error()));
    return out.close() ? Result<void>() : Result<void>(fail_errno("writing " + target.string(), errno));
  }

  fs::path to_;
  std::string skill_;
  std::vector<std::string>& notes_;
  std::uint64_t bytes_ = 0;
};

// What is known of one copy.
struct Recorded {
  std::string original;  // the stamp of the folder that it is of
  std::string copy;      // its own
};

class Syncing {
 public:
  Syncing(const Originals& originals, const fs::path& workspace)
      : originals_(originals), folder_(workspace / "skills") {}

  Result<Synced> run() && {
    CHELA_CHECK(open_folder());
    CHELA_CHECK(write_record());  // names no copy yet: what a crash leaves does not count as whole
    for (const auto* skill : originals_.skills) {
      auto folder = folder_name_of(*skill);
      if (!folder) continue;
      if (auto copied = bring(*skill, *folder); !copied) {
        wanted_.erase(*folder);
        out_.notes.push_back(fmt::format("{} is left out: {}", skill->name, copied.error().message));
      }
    }
    CHELA_CHECK(remove_others());
    CHELA_CHECK(write_record());
    return std::move(out_);
  }

 private:
  Result<void> open_folder() {
    CHELA_CHECK(platform::make_private_directory(folder_.parent_path()));
    std::error_code error;
    auto kind = fs::symlink_status(folder_, error).type();
    if (kind == fs::file_type::not_found) {
      fs::create_directory(folder_, error);
      return problem_of(error, "making " + folder_.string());
    }
    if (kind != fs::file_type::directory)
      return fail(ErrorCode::denied, "{} is no folder; copies are made in none but a folder", folder_.string());
    if (read_record() || fs::is_empty(folder_, error)) return problem_of(error, "reading " + folder_.string());
    return fail(ErrorCode::denied,
                "{} holds things that are no copies, and they would be removed: name a workspace of its own",
                folder_.string());
  }

  // False when there is none. Upstream's has no `copies`; then everything is copied anew.
  bool read_record() {
    auto text = platform::read_file(folder_ / kRecordName, kRecordBytesMax);
    auto record = text ? parse_json(*text, kRecordDepthMax) : Result<Json>(fail(ErrorCode::not_found, "none"));
    if (!record || !record->is_object() || !record->contains("entryKeys")) return false;
    auto copies = record->find("copies");
    if (copies == record->end() || !copies->is_object()) return true;
    for (const auto& [folder, copy] : copies->items()) {
      if (copy.is_object()) before_[folder] = {text_of(copy, "original"), text_of(copy, "copy")};
    }
    return true;
  }

  std::optional<std::string> folder_name_of(const Skill& skill) {
    auto base = fs::path(skill.base_dir).filename().string();
    if (base.empty() || base == "." || base == ".." || base.starts_with('.')) {
      out_.notes.push_back(skill.name + " is left out: its folder has no name that a copy could have");
      return std::nullopt;
    }
    auto name = base;
    for (int next = 2; !wanted_.insert(name).second; ++next) name = fmt::format("{}-{}", base, next);
    return name;
  }

  Result<void> bring(const Skill& skill, const std::string& folder) {
    CHELA_TRY(auto original, scan::folder_stamp(skill.base_dir));
    auto target = folder_ / folder;
    if (auto known = before_.find(folder); known != before_.end() && known->second.original == original.text) {
      auto copy = scan::folder_stamp(target);
      if (copy && copy->text == known->second.copy) {
        now_[folder] = known->second;
        out_.copies.push_back({skill.name, folder, false});
        return {};
      }
    }
    auto staging = folder_ / fmt::format(".{}.{}.part", folder, random_hex(12));
    auto made = copy(skill, staging);
    std::error_code error;
    if (made) {
      fs::remove_all(target, error);
      if (!error) fs::rename(staging, target, error);
      made = problem_of(error, "placing " + target.string());
    }
    if (!made) {
      fs::remove_all(staging, error);
      return made;
    }
    CHELA_TRY(auto copied, scan::folder_stamp(target));
    now_[folder] = {original.text, copied.text};
    out_.copies.push_back({skill.name, folder, true});
    return {};
  }

  Result<void> copy(const Skill& skill, const fs::path& staging) {
    std::error_code error;
    fs::create_directory(staging, error);
    CHELA_CHECK(problem_of(error, "making " + staging.string()));
    Copier copier(staging, skill.name, out_.notes);
    scan::FolderWalk walk;
    walk.on_entry = [&](const scan::FolderEntry& entry) { return copier.add(entry); };
    return scan::walk_folder(skill.base_dir, walk);
  }

  Result<void> remove_others() {
    std::error_code error;
    std::vector<fs::path> others;
    for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
      auto name = at->path().filename().string();
      if (name != kRecordName && !wanted_.contains(name)) others.push_back(at->path());
    }
    for (const auto& path : others) {
      if (!error) fs::remove_all(path, error);  // removes links, does not follow them
      out_.removed.push_back(path.filename().string());
    }
    std::ranges::sort(out_.removed);
    return problem_of(error, "removing old copies from " + folder_.string());
  }

  Result<void> write_record() {
    std::vector<std::string> keys;
    for (const auto* skill : originals_.skills) {
      keys.push_back(Json{skill->key(), skill->name}.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    std::ranges::sort(keys);
    auto copies = Json::object();
    for (const auto& [folder, recorded] : now_) {
      copies[folder] = {{"original", recorded.original}, {"copy", recorded.copy}};
    }
    Json record = {{"entryKeys", keys}, {"skillRootsFingerprint", originals_.fingerprint},
                   {"skillsVersion", originals_.version}, {"copies", copies}};
    auto text = record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return platform::write_file_atomically(folder_ / kRecordName, text);
  }

  const Originals& originals_;
  fs::path folder_;
  std::map<std::string, Recorded> before_, now_;
  std::set<std::string> wanted_;
  Synced out_;
};

}  // namespace

Result<Synced> sync(const Originals& originals, const fs::path& workspace) {
  return Syncing(originals, workspace).run();
}

}  // namespace chela::runtime::skills::copies
