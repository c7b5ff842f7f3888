#include <unistd.h>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance {
namespace {

constexpr std::uint64_t kStepMs = 60'000;
constexpr int kStepsMax = 100;

}  // namespace

Subject::Subject(Context& context) : context_(context), library_(context.options.library), host_(library_.entry()) {
  host_.set_context(fmt::format(R"({{"workspace":"{}","agentId":"main","timeZone":"UTC"}})", context.workspace));
  [[maybe_unused]] int ignored = ::chdir(context.workspace.c_str());
}

void Subject::create() {
  const testing::Outcome outcome = host_.create();
  if (!outcome.ok()) fail("create() returned null: {}", outcome.text.empty() ? "and set no error" : outcome.text);
  const chela_plugin* plugin = host_.plugin();
  if (!CHELA_HAS(plugin, chela_plugin, destroy)) {
    fail("struct_size of the chela_plugin is {}, less than the {} bytes of ABI 1.0", plugin->struct_size,
         sizeof(chela_plugin));
  }
  if (!plugin->get_extension || !plugin->configure || !plugin->start || !plugin->stop || !plugin->destroy) {
    fail("a function of the chela_plugin is null; all five are required");
  }
}

void Subject::configure() {
  const bool given = !context_.options.configuration.empty();
  const testing::Outcome outcome = host_.configure(given ? context_.options.configuration : "{}");
  if (outcome.ok()) return;
  if (!given && requires_members(context_.manifest.config_schema)) {
    skip("the plugin requires configuration; give it with --config");
  }
  fail("configure() failed: {}: {}", chela::name_of(outcome.status), outcome.text);
}

void Subject::start() {
  const testing::Outcome outcome = host_.start();
  if (!outcome.ok()) fail("start() failed: {}: {}", chela::name_of(outcome.status), outcome.text);
}

void Subject::up() {
  create();
  configure();
  start();
}

void Subject::expect_no_breach() {
  const auto breaches = host_.breaches().all();
  if (!breaches.empty()) fail("{}", fmt::join(breaches, "; "));
}

void Subject::finish() {
  host_.stop();
  host_.destroy();
  expect_no_breach();
}

bool Subject::settle(testing::RecordedEnd& end) {
  for (int step = 0; step < kStepsMax && !end.completed(); ++step) {
    if (host_.http().open() > 0) {
      testing::ScriptedResponse refusal;
      refusal.status = 503;
      refusal.pieces = {"unavailable"};
      host_.http().script(refusal);
      host_.pump();
    } else if (host_.timers().open() > 0) {
      host_.advance(kStepMs);
    } else {
      break;
    }
  }
  return end.wait_ms(context_.options.deadline_ms / 4);
}

}  // namespace chela::conformance
