// Whether memory comes back: what a plugin does a hundred times takes no more than what it does a few times.

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/streams.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kWarmUpRounds = 10;
constexpr int kRounds = 50;
constexpr std::size_t kNoiseBytes = 16 * kRounds;  // less than the smallest block a round

template <class Round>
std::size_t growth_of(Round&& round) {
  const std::size_t before = heap_bytes();
  for (int i = 0; i < kRounds; ++i) round();
  const std::size_t after = heap_bytes();
  return after > before ? after - before : 0;
}

// Grows in two measurements, one after the other: caches that fill up do not.
template <class Round>
void expect_no_growth(const std::string& what, Round&& round) {
  for (int i = 0; i < kWarmUpRounds; ++i) round();
  if (growth_of(round) <= kNoiseBytes) return;
  const std::size_t growth = growth_of(round);
  if (growth > kNoiseBytes) fail("{} leaves {} bytes behind each time", what, growth / kRounds);
}

}  // namespace

void calls_leave_no_memory(Context& context) {
  const auto tools = runnable_tools(context);
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : tools) {
    const std::string arguments = plain_value(tool.parameters);
    expect_no_growth("a call of \"" + tool.name + "\"", [&] {
      subject.settle(*subject.begin(tool, arguments));
      subject.host().forget();
    });
  }
  subject.finish();
}

void completions_leave_no_memory(Context& context) {
  require_provider(context);
  Subject subject(context);
  subject.up();
  expect_no_growth("a completion", [&] {
    subject.host().http().script(response(200, {sample_streams().front()}));
    subject.settle(*subject.complete());
    subject.host().forget();
  });
  subject.finish();
}

void lives_leave_no_memory(Context& context) {
  const chela_entry& entry = entry_of(context);
  const std::string& configuration = context.options.configuration;
  expect_no_growth("an instance", [&] {
    testing::FakeHost host(entry);
    if (host.create().ok() && host.configure(configuration.empty() ? "{}" : configuration).ok()) host.start();
  });
}

}  // namespace chela::conformance::checks
