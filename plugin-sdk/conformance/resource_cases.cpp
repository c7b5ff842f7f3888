// What a plugin shares with its process: it takes, gives back, and leaves alone what is not its own.

#include <sys/wait.h>
#include <time.h>

#include <cerrno>

#include "plugin-sdk/conformance/cases.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance::checks {
namespace {

constexpr int kThreadPolls = 100;
constexpr long kThreadPollNs = 2'000'000;

void live(Subject& subject) {
  subject.up();
  subject.work();
  subject.finish();
}

// Fails when a whole life changes what `look` sees.
void expect_unchanged(Context& context, Surroundings (*look)()) {
  Subject subject(context);
  const Surroundings before = look();
  live(subject);
  const auto changed = differences(before, look());
  if (!changed.empty()) fail("{}", fmt::join(changed, "; "));
}

}  // namespace

void opens_no_sockets(Context& context) {
  Subject subject(context);
  const auto before = open_descriptors();
  subject.up();
  subject.work();
  for (const auto& [number, target] : open_descriptors()) {
    if (before.count(number) == 0 && target.starts_with("socket:"))
      fail("descriptor {} is a socket; requests go through {}", number, CHELA_EXT_HTTP);
  }
  subject.finish();
}

void leaves_no_descriptors(Context& context) {
  Subject subject(context);
  const auto before = open_descriptors();
  live(subject);
  for (const auto& [number, target] : open_descriptors()) {
    if (before.count(number) == 0) fail("descriptor {} is still open: {}", number, target);
  }
}

void leaves_no_threads(Context& context) {
  Subject subject(context);
  const int before = thread_count();
  live(subject);
  const timespec moment{0, kThreadPollNs};
  for (int poll = 0; poll < kThreadPolls && thread_count() > before; ++poll) ::nanosleep(&moment, nullptr);
  const int left = thread_count() - before;
  if (left > 0) fail("{} of its threads still {}", left, left == 1 ? "runs" : "run");
}

void leaves_no_process(Context& context) {
  if (context.options.in_process) skip("this process may have children of its own");
  Subject subject(context);
  live(subject);
  siginfo_t child{};
  if (::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return;
  if (child.si_pid != 0) fail("its child process {} has ended and was never waited for", child.si_pid);
  fail("a child process of it still runs");
}

void leaves_folder_and_environment(Context& context) {
  expect_unchanged(context, &folder_and_environment);
}

void leaves_locale_and_rounding(Context& context) {
  expect_unchanged(context, &locale_and_rounding);
}

void leaves_signals(Context& context) {
  expect_unchanged(context, &signals);
}

}  // namespace chela::conformance::checks
