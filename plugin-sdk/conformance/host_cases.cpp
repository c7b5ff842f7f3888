// Hosts that withhold, refuse, lend strictly, or are of a later version than the plugin.

#include <signal.h>
#include <unistd.h>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::uint64_t kRefusedCallsMax = 60;
constexpr std::int64_t kClocksMs[] = {0, -1, -62'135'596'800'001, 253'402'300'800'000, std::int64_t{1} << 62};

// A life on a host that `spoil` has spoilt: it may fail, if it says why, and every call that it took must end.
// Returns how many calls to the host it made.
template <class Spoil>
std::uint64_t expect_a_life(Context& context, const std::string& when, Spoil&& spoil) {
  Subject subject(context);
  spoil(subject.host());
  const testing::Outcome outcome = subject.try_up();
  if (!outcome.ok() && outcome.text.empty()) fail("{}, it failed and did not say why", when);
  if (outcome.ok()) {
    const std::string open = subject.work();
    if (!open.empty()) fail("{}, {} never completed", when, open);
  }
  subject.finish();
  return subject.host().calls_made();
}

// The status of everything that can be asked for.
std::string statuses(Context& context, testing::Lending lending) {
  Subject subject(context, lending);
  subject.up();
  std::string out;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (tool.executes) continue;
    ToolCall call = subject.begin(tool, plain_value(tool.parameters));
    subject.settle(*call);
    out += fmt::format("{}: {} ", tool.name, chela::name_of(call->outcome().status));
  }
  if (context.manifest.provides("provider")) {
    Completion completion = subject.complete();
    subject.settle(*completion);
    out += fmt::format("complete: {}", chela::name_of(completion->outcome().status));
  }
  for (const Ask& ask : plain_asks(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    ends(subject, ask, open);
    out += fmt::format(" {}: {}", ask.what, chela::name_of(open.end->outcome().status));
  }
  subject.finish();
  return out;
}

// Says on stderr, which the report quotes, what the crash that follows means.
void explain_faults(const char* text) {
  static const char* explanation = nullptr;
  explanation = text;
  struct sigaction action{};
  action.sa_handler = [](int signal) {
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, explanation, std::char_traits<char>::length(explanation));
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  };
  action.sa_flags = SA_NODEFER;
  ::sigaction(SIGSEGV, &action, nullptr);
}

void live(Context& context, testing::Lending lending) {
  Subject subject(context, lending);
  subject.up();
  subject.work();
  subject.finish();
}

}  // namespace

void survives_an_early_end(Context& context) {
  Subject subject(context);
  subject.up();
  std::vector<std::shared_ptr<testing::RecordedEnd>> open;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (!tool.executes && !tool.blocking)
      open.push_back(subject.host().start_tool(tool.name, plain_value(tool.parameters)));
  }
  if (context.manifest.provides("provider")) open.push_back(subject.complete());
  for (const Ask& ask : plain_asks(context.manifest)) open.push_back(ask.begin(subject.host()).end);
  subject.host().end_services();
  subject.host().stop();
  for (const auto& call : open) {
    if (!call->wait_ms(context.options.deadline_ms / 8))
      fail("a call that waited for the host was left open by stop()");
  }
  subject.finish();
}

void survives_withheld_services(Context& context) {
  for (const char* id : {CHELA_EXT_LOG, CHELA_EXT_TIMER, CHELA_EXT_HTTP, CHELA_EXT_INBOUND})
    expect_a_life(context, std::string("without ") + id, [&](testing::FakeHost& host) { host.withhold(id); });
}

void survives_refused_calls(Context& context) {
  for (std::uint64_t refused = 1; refused <= kRefusedCallsMax; ++refused) {
    const auto made = expect_a_life(context, fmt::format("when its call number {} to the host fails", refused),
                                    [&](testing::FakeHost& host) { host.refuse_call(refused); });
    if (made < refused) return;
  }
}

void survives_an_odd_clock(Context& context) {
  for (const std::int64_t time_ms : kClocksMs) {
    Subject subject(context);
    subject.host().timers().set_unix_ms(time_ms);
    subject.up();
    std::string open = subject.work();
    if (!open.empty()) fail("with the clock at {} ms, {} never completed", time_ms, open);
    subject.host().timers().set_unix_ms(time_ms / 2);
    open = subject.work();
    if (!open.empty()) fail("with the clock set back, {} never completed", open);
    subject.finish();
  }
}

void accepts_longer_structs(Context& context) {
  const std::string today = statuses(context, {});
  const std::string later = statuses(context, {.later = true});
  if (today != later) fail("with the structs of today: {}; with longer ones: {}", today, later);
}

void keeps_nothing_borrowed(Context& context) {
  explain_faults("it touched what had been lent for an earlier call\n");
  live(context, {.revoked = true});
}

void reads_within_bounds(Context& context) {
  explain_faults("it read beyond the end of what it was lent; texts end where their size says, not with a NUL\n");
  live(context, {.fenced = true});
}

}  // namespace chela::conformance::checks
