#pragma once

// The cases, and what they stand on. A case returns when the plugin passed, and throws Ended otherwise.

#include <memory>
#include <random>
#include <span>
#include <string>

#include <fmt/format.h>

#include "chela/testing/fake_host.hpp"
#include "plugin-sdk/conformance/conformance.hpp"
#include "plugin-sdk/conformance/manifest.hpp"
#include "plugin-sdk/conformance/sandbox.hpp"

namespace chela::conformance {

struct Ended {
  Verdict verdict;
  std::string text;
};

template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Ended{Verdict::fail, fmt::format(format, std::forward<Args>(args)...)};
}
template <class... Args>
[[noreturn]] void skip(fmt::format_string<Args...> format, Args&&... args) {
  throw Ended{Verdict::skip, fmt::format(format, std::forward<Args>(args)...)};
}
template <class... Args>
[[noreturn]] void warn(fmt::format_string<Args...> format, Args&&... args) {
  throw Ended{Verdict::warn, fmt::format(format, std::forward<Args>(args)...)};
}

struct Context {
  const Options& options;
  Manifest manifest;
  std::string workspace;  // an empty folder
  std::mt19937_64 random;
};

struct Case {
  const char* name;
  const char* sentence;
  void (*check)(Context& context);
  bool gate = false;  // when it does not pass, the cases after it are skipped
};

std::span<const Case> library_cases();
std::span<const Case> instance_cases();
std::span<const Case> tool_cases();
std::span<const Case> provider_cases();

// The plugin, loaded, with a fake host around it. Each step fails the case when the plugin does.
class Subject {
 public:
  explicit Subject(Context& context);

  void create();
  void configure();  // with the configuration of the options; skips the case when the plugin requires more
  void start();
  void up();      // all three
  void finish();  // stop, destroy, and no rule was broken on the way
  void expect_no_breach();

  // Gives the plugin what it may wait for (responses that fail, time, a moment for its threads) until `end` is
  // completed; false when it never is.
  bool settle(testing::RecordedEnd& end);

  testing::FakeHost& host() { return host_; }
  const chela_entry& entry() const { return library_.entry(); }

 private:
  Context& context_;
  testing::Library library_;
  testing::FakeHost host_;
};

}  // namespace chela::conformance
