#pragma once

// The cases, and what they stand on. A case returns when the plugin passed, and throws Ended otherwise.

#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "chela/testing/fake_host.hpp"
#include "plugin-sdk/conformance/case_list.hpp"
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
  bool gate;
};

// Every case, in the order of case_list.hpp.
std::span<const Case> all_cases();

namespace checks {
#define CHELA_CASE_FUNCTION(name, sentence) void name(Context& context);
CHELA_CONFORMANCE_CASES(CHELA_CASE_FUNCTION, CHELA_CASE_FUNCTION)
#undef CHELA_CASE_FUNCTION
}  // namespace checks

// The entry of the plugin. The library stays loaded, so that only the case about unloading runs its destructors.
const chela_entry& entry_of(const Context& context);

using ToolCall = std::shared_ptr<testing::RecordedToolCall>;
using Completion = std::shared_ptr<testing::RecordedCompletion>;

// The plugin with a fake host around it. Each step fails the case when the plugin does. When a case ends early, the
// instance is left alone: what a broken one does at its end would hide the verdict. The host is never freed, so that
// a late call of the plugin is noted and not a crash.
class Subject {
 public:
  explicit Subject(Context& context, testing::Lending lending = {});
  Subject(const Subject&) = delete;
  ~Subject();

  void create();
  void configure();  // with the configuration of the options; skips the case when the plugin requires more
  void start();
  void up();                  // all three
  testing::Outcome try_up();  // of the step that failed, for hosts that withhold something
  void finish();              // stop, destroy, and no rule was broken on the way
  void expect_no_breach();

  ToolCall begin(const ToolManifest& tool, const std::string& arguments);
  Completion complete();  // one message to one service
  // Asks once for everything that the manifest names, in a plain way; names the first that never completed.
  std::string work();

  // Gives the plugin what it may wait for (responses that fail, time, a moment for its threads) until `end` is
  // completed; false when it never is.
  bool settle(testing::RecordedEnd& end);

  testing::FakeHost& host() { return *host_; }

 private:
  Context& context_;
  std::unique_ptr<testing::FakeHost> host_;
  const int exceptions_;  // under way when this was made
};

// The service that completions are asked of, a JSON object.
extern const char* const kService;

// The tools that may be run here: those that execute programs are left alone. Skips the case when there are none.
std::vector<ToolManifest> runnable_tools(const Context& context);
void require_tools(const Context& context);
void require_provider(const Context& context);

}  // namespace chela::conformance
