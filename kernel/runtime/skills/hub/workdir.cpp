#include "kernel/runtime/skills/hub/workdir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/random.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kStaging = ".chela-staging-";
constexpr const char* kNote = "change.json";
constexpr const char* kOld = "old";
constexpr std::size_t kNoteBytesMax = 16u << 20;

// 0: there is nothing.
std::uint64_t inode_of(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

Result<void> rename_once(const fs::path& from, const fs::path& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return {};
  return fail_errno("moving " + from.filename().string() + " to " + to.string(), errno);
}

Result<void> make_folders(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  return problem ? Result<void>(fail_errno("making the folder " + folder.string(), problem.value())) : Result<void>();
}

std::vector<fs::path> staging_folders(const fs::path& skills) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (fs::directory_iterator at(skills, ignored), end; at != end; at.increment(ignored)) {
    if (at->path().filename().string().starts_with(kStaging)) out.push_back(at->path());
  }
  return out;
}

}  // namespace

Result<Workdir> Workdir::open(const fs::path& path, StepHook before_step) {
  Workdir out(path, std::move(before_step));
  CHELA_CHECK(make_folders(out.skills_));
  CHELA_CHECK(make_folders(path / ".clawhub"));
  auto turn = path / ".clawhub" / "chela.turn";
  out.turn_ = platform::OwnedDescriptor(::open(turn.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out.turn_) return fail_errno("opening " + turn.string(), errno);
  if (::flock(out.turn_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::unavailable, "another `chela skills` changes the skills of {}; wait until it is done",
                path.string());
  }
  CHELA_TRY(auto lock, LockFile::read(path));
  out.lock_.emplace(std::move(lock));
  CHELA_CHECK(out.recover());
  return out;
}

Workdir::~Workdir() {
  // What has a note is finished or forgotten by the next open(): it may hold the only copy of a skill.
  if (turn_) drop_staging();
}

bool Workdir::is_there(const std::string& folder) const {
  return inode_of(path_ / folder) != 0;
}

Result<fs::path> Workdir::make_staging() {
  auto folder = skills_ / (std::string(kStaging) + random_hex(12));
  CHELA_CHECK(platform::make_private_directory(folder));
  return folder;
}

void Workdir::drop_staging() const {
  std::error_code ignored;
  for (const auto& folder : staging_folders(skills_)) {
    if (inode_of(folder / kNote) == 0) fs::remove_all(folder, ignored);
  }
}

Result<void> Workdir::sync() const {
  platform::OwnedDescriptor root(::open(skills_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root || ::syncfs(root.get()) != 0) return fail_errno("writing " + skills_.string(), errno);
  return {};
}

// What is about to happen, so that a crash in the midst of it can be told from one before or behind it: a folder keeps
// its inode when it is moved.
Result<void> Workdir::note(const fs::path& staging, const Placement& change, std::uint64_t inode) {
  CHELA_CHECK(step("note"));
  Json json = {{"folder", change.folder}, {"key", change.key}, {"inode", inode}, {"isRemoval", change.tree.empty()}};
  json["before"] = lock_->entry_text(change.key);
  if (change.record) json["after"] = lock_->entry_text_of(change.key, *change.record);
  return platform::write_file_atomically(staging / kNote, json_text(json));
}

// In one step where the file system can; else in two, and recover_one() knows the state between them.
Result<void> Workdir::exchange(const fs::path& staging, const fs::path& tree, const fs::path& place) {
  CHELA_CHECK(step("swap"));
  if (inode_of(place) == 0) return rename_once(tree, place, RENAME_NOREPLACE);
  if (rename_once(tree, place, RENAME_EXCHANGE)) return {};
  CHELA_CHECK(rename_once(place, staging / kOld, RENAME_NOREPLACE));
  CHELA_CHECK(step("second half of the swap"));
  return rename_once(tree, place, RENAME_NOREPLACE);
}

Result<void> Workdir::record(const std::string& key, const std::optional<Record>& record) {
  CHELA_CHECK(step("write the lock file"));
  if (record)
    lock_->set(key, *record);
  else if (lock_->entry_text(key).empty())
    return {};
  else
    lock_->erase(key);
  return lock_->write();
}

Result<void> Workdir::place(const Placement& placement) {
  auto place = path_ / placement.folder;
  CHELA_CHECK(make_folders(place.parent_path()));
  CHELA_CHECK(sync());
  CHELA_CHECK(note(placement.staging, placement, inode_of(placement.tree)));
  auto changed = exchange(placement.staging, placement.tree, place);
  if (changed) changed = sync();
  if (changed) changed = record(placement.key, placement.record);
  if (!changed) {
    // Whichever of the two is in place stays there, and the lock file follows.
    CHELA_TRY(auto lock, LockFile::read(path_));
    lock_.emplace(std::move(lock));
    CHELA_CHECK(recover_one(placement.staging));
    return changed;
  }
  CHELA_CHECK(step("forget the note"));
  std::error_code ignored;
  fs::remove(placement.staging / kNote, ignored);
  return {};
}

Result<void> Workdir::remove(const std::string& folder, const std::string& key) {
  CHELA_TRY(auto staging, make_staging());
  auto place = path_ / folder;
  if (auto inode = inode_of(place); inode != 0) {
    CHELA_CHECK(note(staging, {.staging = staging, .tree = {}, .folder = folder, .key = key, .record = {}}, inode));
    CHELA_CHECK(step("take away"));
    CHELA_CHECK(rename_once(place, staging / kOld, RENAME_NOREPLACE));
    CHELA_CHECK(sync());
  }
  CHELA_CHECK(record(key, std::nullopt));
  CHELA_CHECK(step("forget the note"));
  std::error_code ignored;
  fs::remove(staging / kNote, ignored);
  fs::remove(place.parent_path(), ignored);  // an owner's folder, when it is empty; `skills` never is: staging is in it
  return {};
}

Result<void> Workdir::recover() {
  for (const auto& folder : staging_folders(skills_)) CHELA_CHECK(recover_one(folder));
  drop_staging();
  return {};
}

Result<void> Workdir::recover_one(const fs::path& staging) {
  auto text = platform::read_file(staging / kNote, kNoteBytesMax);
  if (!text) return {};
  auto json = object_of(*text);
  auto folder = text_of(json, "folder"), key = text_of(json, "key"), before = text_of(json, "before");
  auto after = text_of(json, "after");
  auto inode = json.value("inode", std::uint64_t{0});
  const bool is_removal = json.value("isRemoval", false);
  auto place = path_ / folder;
  if (inode_of(place) == 0 && !is_removal && inode_of(staging / kOld) != 0)
    CHELA_CHECK(rename_once(staging / kOld, place, RENAME_NOREPLACE));
  const bool happened = is_removal ? inode_of(place) != inode : inode_of(place) == inode;
  // An entry that somebody else has written since stays.
  if (happened && inode != 0 && lock_->entry_text(key) == before && before != after) {
    if (after.empty())
      lock_->erase(key);
    else
      lock_->set_text(key, after);
    CHELA_CHECK(lock_->write());
  }
  std::error_code ignored;
  fs::remove(staging / kNote, ignored);
  return {};
}

}  // namespace chela::runtime::skills::hub
