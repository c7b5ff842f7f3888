#include <unistd.h>

#include <exception>
#include <memory>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance {
namespace {

constexpr std::uint64_t kStepMs = 60'000;
constexpr int kStepsMax = 100;
constexpr std::uint64_t kPumpMs = 10;

constexpr Case kCases[] = {
#define CHELA_CASE(name, sentence) {#name, sentence, &checks::name, false},
#define CHELA_GATE(name, sentence) {#name, sentence, &checks::name, true},
    CHELA_CONFORMANCE_CASES(CHELA_CASE, CHELA_GATE)
#undef CHELA_CASE
#undef CHELA_GATE
};

}  // namespace

const char* const kService =
    R"({"id":"check","api":"check","baseUrl":"https://service.invalid/v1","apiKeySecret":"CHECK_KEY","headers":{}})";

std::span<const Case> all_cases() {
  return kCases;
}

const chela_entry& entry_of(const Context& context) {
  return std::make_unique<testing::Library>(context.options.library).release()->entry();
}

std::vector<ToolManifest> runnable_tools(const Context& context) {
  require_tools(context);
  std::vector<ToolManifest> tools;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (!tool.executes) tools.push_back(tool);
  }
  if (tools.empty()) skip("every tool executes programs");
  return tools;
}

void require_tools(const Context& context) {
  if (!context.manifest.provides("tool")) skip("the plugin has no tools");
}

void require_provider(const Context& context) {
  if (!context.manifest.provides("provider")) skip("the plugin is no provider");
}

Subject::Subject(Context& context, testing::Lending lending)
    : context_(context),
      host_(std::make_unique<testing::FakeHost>(entry_of(context), lending)),
      exceptions_(std::uncaught_exceptions()) {
  if (context.manifest.network.empty()) host_->withhold(CHELA_EXT_HTTP);
  if (!context.manifest.provides("channel")) host_->withhold(CHELA_EXT_INBOUND);
  host_->set_context(fmt::format(R"({{"workspace":"{}","agentId":"main","timeZone":"UTC"}})", context.workspace));
  [[maybe_unused]] int ignored = ::chdir(context.workspace.c_str());
}

Subject::~Subject() {
  if (std::uncaught_exceptions() == exceptions_) {
    host_->stop();
    host_->destroy();
  }
  static_cast<void>(host_.release());
}

void Subject::create() {
  const testing::Outcome outcome = host_->create();
  if (!outcome.ok()) fail("create() returned null: {}", outcome.text.empty() ? "and set no error" : outcome.text);
  const chela_plugin* plugin = host_->plugin();
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
  const testing::Outcome outcome = host_->configure(given ? context_.options.configuration : "{}");
  if (outcome.ok()) return;
  if (!given && requires_members(context_.manifest.config_schema)) {
    skip("the plugin requires configuration; give it with --config");
  }
  fail("configure() failed: {}: {}", chela::name_of(outcome.status), outcome.text);
}

void Subject::start() {
  const testing::Outcome outcome = host_->start();
  if (!outcome.ok()) fail("start() failed: {}: {}", chela::name_of(outcome.status), outcome.text);
}

void Subject::up() {
  create();
  configure();
  start();
}

testing::Outcome Subject::try_up() {
  const std::string& configuration = context_.options.configuration;
  testing::Outcome outcome = host_->create();
  if (outcome.ok()) outcome = host_->configure(configuration.empty() ? "{}" : configuration);
  if (outcome.ok()) outcome = host_->start();
  return outcome;
}

void Subject::expect_no_breach() {
  const auto breaches = host_->breaches().all();
  if (!breaches.empty()) fail("{}", fmt::join(breaches, "; "));
}

void Subject::finish() {
  host_->stop();
  host_->destroy();
  expect_no_breach();
}

ToolCall Subject::begin(const ToolManifest& tool, const std::string& arguments) {
  return tool.blocking ? host_->run_tool(tool.name, arguments) : host_->start_tool(tool.name, arguments);
}

Completion Subject::complete() {
  return host_->complete(kService, "model", {R"({"role":"user","content":"Hello"})"});
}

std::string Subject::work() {
  std::string open;
  for (const ToolManifest& tool : context_.manifest.tools) {
    if (tool.executes) continue;
    if (!settle(*begin(tool, plain_value(tool.parameters))) && open.empty()) open = "a call of \"" + tool.name + "\"";
  }
  if (context_.manifest.provides("provider") && !settle(*complete()) && open.empty()) open = "a completion";
  for (const Ask& ask : plain_asks(context_.manifest)) {
    if (!ends(*this, ask, ask.begin(*host_)) && open.empty()) open = ask.what;
  }
  for (const std::string& id : context_.manifest.services) {
    const auto service = testing::start_service(*host_, id);
    host_->advance(kStepMs);
    const bool ended = testing::stop_service(*host_, service, id, context_.options.deadline_ms / 4);
    if (!ended && open.empty()) open = "stop_service() of " + id;
  }
  return open;
}

bool Subject::settle(testing::RecordedEnd& end) {
  for (int step = 0; step < kStepsMax && !end.completed(); ++step) {
    if (host_->http().open() > 0) {
      testing::ScriptedResponse refusal;
      refusal.status = 503;
      refusal.pieces = {"unavailable"};
      host_->http().script(refusal);
      host_->pump();
    } else if (host_->timers().open() > 0) {
      host_->advance(kStepMs);
    } else {
      break;
    }
  }
  // Threads of the plugin may hand over what they then wait for.
  for (std::uint64_t waited_ms = 0; waited_ms < context_.options.deadline_ms / 4; waited_ms += kPumpMs) {
    if (end.wait_ms(kPumpMs)) return true;
    host_->pump();
  }
  return end.completed();
}

}  // namespace chela::conformance
