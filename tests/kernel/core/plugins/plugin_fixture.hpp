#pragma once

// What tests with plugins share: a directory, a loop on a clock that only the test moves, a log that is kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "tests/fake_clock.hpp"
#include "tests/kernel/core/plugins/scripted_plugin.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::plugins {

class KeptLog final : public log::Sink {
 public:
  bool wants(log::Level level) const override { return level >= log::Level::debug; }
  void write(const log::Line& line) override {
    std::lock_guard lock(mutex_);
    lines_.emplace_back(line.message);
  }
  std::vector<std::string> lines() const {
    std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// The folder of one of tests/bad-plugins.
inline std::filesystem::path build_dir_plugin(std::string_view id) { return build_dir() / "lib" / "bad-plugins" / id; }

inline void write_text(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

class PluginTest : public ::testing::Test {
 protected:
  PluginTest() : logger(log_lines, redactor, clock), egress(loop, {}) {
    loop.on_task_error(
        [this](const std::string& name, const Error& error) { task_errors.push_back(name + ": " + error.message); });
  }
  // Before members of derived fixtures go, which plugins may still write to.
  void TearDown() override {
    set.reset();
    loop.drain(Duration::zero());
  }

  // A linked-in plugin that lives as long as the test.
  ScriptedPlugin& plugin(std::string id) {
    return *plugins.emplace_back(std::make_unique<ScriptedPlugin>(std::move(id)));
  }

  // Lets the loop and the other threads work until `done`; the clock stands still meanwhile.
  template <class Done>
  void run_until(Done done) {
    auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      loop.run_ready();
      ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "what the test waits for did not happen";
    }
  }
  void settle() {
    for (int i = 0; i < 20; ++i) loop.run_ready();
  }
  void advance(Duration step) {
    clock.advance(step);
    settle();
  }

  template <class T>
  static Task<Result<void>> keep(Task<T> task, std::optional<T>& out) {
    auto value = co_await std::move(task);
    out.emplace(std::move(value));
    co_return Result<void>{};
  }
  template <class T>
  T await(Task<T> task) {
    std::optional<T> out;
    loop.spawn("test", keep(std::move(task), out));
    run_until([&] { return out.has_value(); });
    return std::move(*out);
  }

  HostEnvironment host() {
    return {loop, logger, egress, [this](std::string_view authority) { return authority == service_authority; }};
  }
  // `manifest` without id and version, which are the plugin's.
  void write_manifest(const ScriptedPlugin& plugin, std::string_view rest, std::string_view root = "bundled") {
    write_text(directory.path() / root / plugin.id / kManifestName,
               fmt::format(R"({{"id": "{}", "version": "{}", "abi": "1.0", {}}})", plugin.id, plugin.version, rest));
  }
  PluginSetOptions options(const std::vector<ScriptedPlugin*>& with) {
    linked_in.clear();
    for (auto* scripted : with) linked_in.push_back(&scripted->entry);
    return {.roots = {.load_paths = {},
                      .home = directory.path() / "home",
                      .bundled = directory.path() / "bundled",
                      .workspace = directory.path() / "workspace"},
            .selection = {},
            .lane = Lane::dynamic,
            .linked_in = linked_in,
            .config_of = {},
            .strangers_run_in = Isolation::in_process};
  }
  PluginSet& open(PluginSetOptions with) {
    set = std::make_unique<PluginSet>(std::move(with), host());
    set->discover();
    return *set;
  }
  PluginSet& open(const std::vector<ScriptedPlugin*>& with) { return open(options(with)); }

  static std::vector<std::string> codes(const Record& record) {
    std::vector<std::string> out;
    for (const auto& diagnostic : record.diagnostics) out.emplace_back(name_of(diagnostic.code));
    return out;
  }

  FakeClock clock;
  TemporaryDirectory directory;
  Loop loop{clock};
  std::shared_ptr<KeptLog> log_lines = std::make_shared<KeptLog>();
  log::Redactor redactor;
  log::Logger logger;
  net::EgressClient egress;
  std::string service_authority = "service.invalid:443";
  std::vector<std::string> task_errors;
  std::vector<std::unique_ptr<ScriptedPlugin>> plugins;
  std::vector<const chela_entry*> linked_in;
  std::unique_ptr<PluginSet> set;
};

}  // namespace chela::plugins
