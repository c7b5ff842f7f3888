#include "kernel/core/packages/store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>

#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

Result<void> install(Store& store, std::string_view id, std::string_view version, std::string_view body,
                     const Allowances& allowed = {}) {
  CHELA_TRY(auto staging, store.make_staging());
  write_package(staging / "package", id, version, body);
  return store.install(staging / "package", entry_of(staging / "package", id, version), allowed);
}

// What is found of the plugin "weather" on the disk and in the lock file, which must agree.
std::string state_of(const fs::path& home) {
  auto store = Store::open(home);
  if (!store) return store.error().message;
  EXPECT_FALSE(store->lock().pending);
  const auto* plugin = store->find("weather");
  auto folder = home / "plugins/weather";
  for (const auto& at : fs::directory_iterator(home / "plugins")) {
    auto name = at.path().filename().string();
    EXPECT_TRUE(name == "weather" || name == ".previous" || name == ".turn") << name << " was left";
  }
  if (!plugin) {
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_FALSE(fs::exists(home / "plugins/.previous/weather"));
    return "none";
  }
  auto verified = verify_folder(folder, plugin->current);
  EXPECT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(verify_installed(home, folder));
  EXPECT_EQ(fs::exists(home / "plugins/.previous/weather"), plugin->previous.has_value());
  if (!plugin->previous) return plugin->current.version;
  EXPECT_TRUE(verify_folder(home / "plugins/.previous/weather", *plugin->previous));
  return plugin->current.version + " after " + plugin->previous->version;
}

TEST(Store, InstallsUpdatesRollsBackAndRemoves) {
  TemporaryDirectory home;
  {
    auto store = Store::open(home.path());
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(install(*store, "weather", "1.0.0", "old"));
    EXPECT_EQ(read_text(store->folder("weather") / "weather.so"), "old");
    ASSERT_TRUE(install(*store, "weather", "2.0.0", "new"));
    EXPECT_FALSE(store->roll_back("nobody"));
  }
  EXPECT_EQ(state_of(home.path()), "2.0.0 after 1.0.0");
  ASSERT_TRUE(Store::open(home.path())->roll_back("weather"));
  EXPECT_EQ(state_of(home.path()), "1.0.0 after 2.0.0");
  ASSERT_TRUE(Store::open(home.path())->remove("weather"));
  EXPECT_EQ(state_of(home.path()), "none");
}

TEST(Store, RefusesWhatWouldReplaceSomethingElse) {
  TemporaryDirectory home;
  auto store = *Store::open(home.path());
  write_package(home / "plugins/mine", "mine", "1.0.0");
  auto by_hand = install(store, "mine", "2.0.0", "x");
  ASSERT_FALSE(by_hand);
  EXPECT_EQ(by_hand.error().code, ErrorCode::already_exists);
  EXPECT_FALSE(install(store, "Mine", "1.0.0", "x"));
  EXPECT_FALSE(install(store, "..", "1.0.0", "x"));
  EXPECT_FALSE(install(store, "a/b", "1.0.0", "x"));
  ASSERT_TRUE(install(store, "weather", "1.1.0", "x"));
  auto older = install(store, "weather", "1.0.0", "x");
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::denied);
  EXPECT_TRUE(install(store, "weather", "1.0.0", "x", {.older = true}));
}

// Removing a plugin must not make way for an old, signed version with a known hole.
TEST(Store, RemembersTheNewestSignedVersion) {
  TemporaryDirectory home;
  auto store = *Store::open(home.path());
  auto install_signed = [&](std::string_view version) -> Result<void> {
    CHELA_TRY(auto staging, store.make_staging());
    write_package(staging / "package", "weather", version);
    auto entry = entry_of(staging / "package", "weather", version);
    entry.signature = SignatureState::trusted;
    return store.install(staging / "package", std::move(entry), {});
  };
  ASSERT_TRUE(install_signed("2.0.0"));
  ASSERT_TRUE(store.remove("weather"));
  EXPECT_FALSE(install_signed("1.9.0"));
  EXPECT_TRUE(install_signed("2.0.1"));
}

TEST(Store, TakesNoStrangerInPlaceOfAKnownPackage) {
  TemporaryDirectory home;
  auto store = *Store::open(home.path());
  auto take = [&](const LockEntry& like, const Allowances& allowed = {}) -> Result<void> {
    CHELA_TRY(auto staging, store.make_staging());
    write_package(staging / "package", like.id, like.version);
    auto entry = entry_of(staging / "package", like.id, like.version);
    entry.source = like.source;
    entry.integrity = like.integrity;
    entry.signature = like.signature;
    return store.install(staging / "package", std::move(entry), allowed);
  };
  const LockEntry known{.id = "weather",
                        .version = "1.0.0",
                        .source = "npm:@maker/weather@latest",
                        .integrity = "a",
                        .signature = SignatureState::trusted};
  ASSERT_TRUE(take(known));
  auto other = known;
  other.version = "1.1.0";
  other.source = "npm:@maker/weather@1.1.0";
  ASSERT_TRUE(take(other)) << "another version of the same package";
  for (const char* source : {"npm:weather@latest", "npm:@thief/weather@latest", "clawhub:@maker/weather@latest",
                             "git:https://example.com/maker/weather@v2"}) {
    other.source = source;
    EXPECT_FALSE(take(other)) << source;
  }
  other = known;
  other.version = "1.2.0";
  other.signature = SignatureState::unsigned_package;
  EXPECT_FALSE(take(other)) << "the signature is gone";
  EXPECT_TRUE(take(other, {.replaced = true}));
  other.integrity = "b";
  EXPECT_FALSE(take(other, {.replaced = true})) << "other files under the same version";
}

TEST(Store, OneAtATime) {
  TemporaryDirectory home;
  auto first = Store::open(home.path());
  auto second = Store::open(home.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST(Store, FindsWhatWasChangedAfterwards) {
  TemporaryDirectory home;
  {
    auto store = Store::open(home.path());
    ASSERT_TRUE(install(*store, "weather", "1.0.0", "body"));
  }
  auto folder = home / "plugins/weather";
  ASSERT_TRUE(verify_installed(home.path(), folder));
  auto finds = [&](const std::function<void()>& change) {
    auto copy = home / "copy";
    fs::copy(folder, copy, fs::copy_options::recursive);
    change();
    const bool found = !verify_installed(home.path(), folder);
    fs::remove_all(folder);
    fs::rename(copy, folder);
    return found;
  };
  EXPECT_TRUE(finds([&] { write_text(folder / "weather.so", "bodY"); }));
  EXPECT_TRUE(finds([&] { write_text(folder / "more.js", ""); }));
  EXPECT_TRUE(finds([&] { write_text(folder / "node_modules/x/index.js", ""); }));
  EXPECT_TRUE(finds([&] { fs::remove(folder / "docs/guide.md"); }));
  EXPECT_TRUE(finds([&] { fs::rename(folder / "docs/guide.md", folder / "docs/other.md"); }));
  EXPECT_TRUE(finds([&] { fs::permissions(folder / "weather.so", fs::perms::owner_all); }));
  EXPECT_TRUE(finds([&] {
    fs::remove(folder / "weather.so");
    fs::create_symlink("/etc/passwd", folder / "weather.so");
  }));
  EXPECT_FALSE(finds([] {}));
  write_text(home / "plugins.lock.json", "{}");
  EXPECT_FALSE(verify_installed(home.path(), folder)) << "a damaged lock file vouches for nothing";
}

struct Change {
  const char* name;
  std::string before, after;
  std::function<Result<void>(Store&)> run;
};

const Change kChanges[] = {
    {"first", "none", "1.0.0", [](Store& store) { return install(store, "weather", "1.0.0", "old"); }},
    {"update", "1.0.0", "2.0.0 after 1.0.0", [](Store& store) { return install(store, "weather", "2.0.0", "new"); }},
    {"second update", "2.0.0 after 1.0.0", "3.0.0 after 2.0.0",
     [](Store& store) { return install(store, "weather", "3.0.0", "newer"); }},
    {"roll back", "3.0.0 after 2.0.0", "2.0.0 after 3.0.0", [](Store& store) { return store.roll_back("weather"); }},
    {"remove", "2.0.0 after 3.0.0", "none", [](Store& store) { return store.remove("weather"); }},
};

// Copies a home as it is; hard cases need it as it was before.
void copy_home(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

// kill -9 before each step of each change: the next start finds the old version or the new one, and nothing else.
TEST(Store, SurvivesAKillAtEveryStep) {
  TemporaryDirectory place;
  auto home = place / "home", trial = place / "trial";
  fs::create_directories(home);
  for (const auto& change : kChanges) {
    bool ended = false;
    for (int kill_at = 0; !ended; ++kill_at) {
      copy_home(home, trial);
      pid_t child = ::fork();
      if (child == 0) {
        int steps = 0;
        auto store = Store::open(trial, [&](std::string_view) -> Result<void> {
          if (steps++ == kill_at) ::kill(::getpid(), SIGKILL);
          return {};
        });
        ::_exit(store && change.run(*store) ? 0 : 1);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      ended = WIFEXITED(status);
      ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << change.name;
      // A gateway that starts before anybody has tidied up accepts what is there.
      if (fs::exists(trial / "plugins/weather")) {
        auto seen = verify_installed(trial, trial / "plugins/weather");
        EXPECT_TRUE(seen) << change.name << " killed at step " << kill_at << ": " << seen.error().message;
      }
      auto found = state_of(trial);
      EXPECT_TRUE(found == change.after || (!ended && found == change.before))
          << change.name << " killed at step " << kill_at << ": " << found;
    }
    copy_home(trial, home);
  }
}

// The disk refuses one step: an error, and the old version or the new one.
TEST(Store, SurvivesAFailureOfEveryStep) {
  TemporaryDirectory place;
  auto home = place / "home", trial = place / "trial";
  fs::create_directories(home);
  for (const auto& change : kChanges) {
    bool ended = false;
    for (int fail_at = 0; !ended; ++fail_at) {
      copy_home(home, trial);
      {
        int steps = 0;
        auto store = Store::open(trial, [&](std::string_view step) -> Result<void> {
          if (steps++ == fail_at) return fail(ErrorCode::exhausted, "{}: no space left on device", step);
          return {};
        });
        ASSERT_TRUE(store);
        ended = change.run(*store).has_value();
      }
      auto found = state_of(trial);
      EXPECT_TRUE(found == change.after || (!ended && found == change.before))
          << change.name << " failed at step " << fail_at << ": " << found;
    }
    copy_home(trial, home);
  }
}

TEST(LockFile, IsReadBackAsItWasWritten) {
  TemporaryDirectory home;
  write_package(home / "package", "weather", "1.0.0");
  LockFile lock;
  auto entry = entry_of(home / "package", "weather", "1.0.0");
  entry.permissions = {"network api.example.com:443"};
  entry.signature = SignatureState::trusted;
  entry.pinned = true;
  lock.plugins["weather"] = {entry, entry};
  lock.pending = PendingChange{PendingChange::Kind::install, "weather", ".staging-1/package", entry};
  lock.floors["weather"] = "1.0.0";
  ASSERT_TRUE(write_lock_file(home / "lock", lock));
  auto read = read_lock_file(home / "lock");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->plugins.at("weather").previous->files, entry.files);
  EXPECT_EQ(read->plugins.at("weather").current.permissions, entry.permissions);
  EXPECT_EQ(read->pending->staged, ".staging-1/package");
  EXPECT_EQ(read->floors.at("weather"), "1.0.0");
  auto text = read_text(home / "lock");
  for (const char* word : {"\"digest\"", "sha256-", "\"install\"", "trusted"}) {
    auto changed = text;
    changed[changed.find(word) + 2] ^= 1;
    write_text(home / "lock", changed);
    EXPECT_FALSE(read_lock_file(home / "lock")) << word;
  }
}

}  // namespace
}  // namespace chela::packages
