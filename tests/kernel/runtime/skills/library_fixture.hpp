#pragma once

// A library of skills on real directories, a loop with a clock that stands still, and a judge that counts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/log/redactor.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/library.hpp"
#include "tests/fake_clock.hpp"
#include "tests/run_until.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::runtime::skills {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KeptLines final : public log::Sink {
 public:
  bool wants(log::Level level) const override { return level >= log::Level::warning; }
  void write(const log::Line& line) override { lines.emplace_back(line.message); }
  std::vector<std::string> lines;  // loop thread only, as the library writes there
};

// Who is asked about what. Asked on workers.
class CountingJudge {
 public:
  std::function<std::string(const Skill&)> function() {
    return [state = state_](const Skill& skill) {
      std::scoped_lock lock(state->mutex);
      ++state->asked[skill.name];
      return skill.description.contains("evil") ? "it is evil" : state->verdict;
    };
  }
  int asked(const std::string& name) const {
    std::scoped_lock lock(state_->mutex);
    auto found = state_->asked.find(name);
    return found == state_->asked.end() ? 0 : found->second;
  }
  void say(std::string verdict) {
    std::scoped_lock lock(state_->mutex);
    state_->verdict = std::move(verdict);
  }

 private:
  struct State {
    std::mutex mutex;
    std::map<std::string, int> asked;
    std::string verdict;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class SkillLibrary : public testing::Test {
 protected:
  SkillLibrary() {
    settings.roots = {{root.string(), Source::workspace}};
    settings.settle_time = {};  // files of a test are always young
  }
  ~SkillLibrary() override {
    library.reset();
    loop.drain(std::chrono::seconds(10));
  }

  void add(const fs::path& folder, const std::string& name, const std::string& description = "d") {
    fs::create_directories(folder);
    std::ofstream(folder / "SKILL.md") << "---\nname: " << name << "\ndescription: " << description << "\n---\nBody\n";
  }

  void open() {
    library.emplace(loop, log::Logger(log, redactor, clock), settings);
    library->on_change([this] { ++changes; });
  }
  void open_and_read() {
    open();
    settle();
  }

  static Task<Result<void>> refresh_then(Library* asked, bool* done) {
    co_await asked->refresh();
    *done = true;
    co_return Result<void>();
  }
  void refresh() {
    bool done = false;
    loop.spawn("refresh", refresh_then(&*library, &done));
    run_until(loop, [&] { return done; });
  }
  // Until all that there is has been read and is watched.
  void settle() {
    refresh();
    run_until(loop, [&] { return loop.task_count() == 0; });
  }
  // The watch tells by itself, and time passes meanwhile.
  void await_change() {
    auto before = changes;
    run_until(loop, [&] {
      clock.advance(std::chrono::milliseconds(10));
      return changes > before;
    });
    run_until(loop, [&] { return loop.task_count() == 0; });
  }

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& skill : library->current()->set.skills) out.push_back(skill.name);
    return out;
  }
  std::uint64_t version() const { return library->current()->version; }
  std::string withheld(std::string_view name) const {
    for (const auto& skill : library->current()->set.skills) {
      if (skill.name == name) return skill.withheld;
    }
    return "there is no such skill";
  }
  bool reported(std::string_view words) const {
    return std::ranges::any_of(library->current()->set.diagnostics,
                               [&](const auto& one) { return one.message.contains(words); });
  }

  TemporaryDirectory directory;
  fs::path root = directory / "root";
  FakeClock clock;
  log::Redactor redactor;
  std::shared_ptr<KeptLines> log = std::make_shared<KeptLines>();
  Loop loop{clock};
  LibrarySettings settings;
  CountingJudge judge;
  std::optional<Library> library;
  int changes = 0;
};

}  // namespace chela::runtime::skills
