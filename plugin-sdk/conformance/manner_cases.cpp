// How a plugin behaves towards people, logs and the loop while it works.

#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/asks.hpp"
#include "plugin-sdk/conformance/surroundings.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::size_t kLinesOfALifeMax = 50;
constexpr std::size_t kLinesOfACallMax = 20;
constexpr std::uint64_t kLoopCallMsMax = 250;
constexpr std::uint64_t kLoopCallMsGood = 50;
constexpr int kTimedLives = 3;
constexpr long kIdleUs = 40'000;
constexpr std::uint64_t kIdleMinuteMs = 60'000;
constexpr std::uint64_t kWakesAMinuteMax = 600;

// The bytes that follow a lead byte of UTF-8; -1 for what is none.
int bytes_after(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead < 0xE0) return 1;
  if (lead >= 0xE0 && lead < 0xF0) return 2;
  return lead >= 0xF0 && lead < 0xF5 ? 3 : -1;
}

bool is_utf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int more = bytes_after(lead);
    if (more < 0 || text.size() - i <= static_cast<std::size_t>(more)) return false;
    const auto second = more > 0 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    for (int k = 0; k < more; ++k) {
      if ((static_cast<unsigned char>(text[++i]) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

void expect_utf8(const std::string& what, const std::string& text) {
  if (!is_utf8(text)) fail("{} is not UTF-8", what);
}

// A standard stream that goes into memory while this lives.
class Captured {
 public:
  explicit Captured(int stream) : stream_(stream), kept_(::dup(stream)), file_(::memfd_create("output", MFD_CLOEXEC)) {
    std::fflush(nullptr);
    ::dup2(file_, stream_);
  }
  Captured(const Captured&) = delete;
  ~Captured() {
    ::dup2(kept_, stream_);
    ::close(kept_);
    ::close(file_);
  }
  off_t size() const {
    std::fflush(nullptr);
    struct stat info{};
    return ::fstat(file_, &info) == 0 ? info.st_size : 0;
  }

 private:
  int stream_;
  int kept_;
  int file_;
};

}  // namespace

void speaks_utf8(Context& context) {
  Subject subject(context);
  subject.up();
  for (const ToolManifest& tool : context.manifest.tools) {
    if (tool.executes) continue;
    ToolCall call = subject.begin(tool, plain_value(tool.parameters));
    subject.settle(*call);
    expect_utf8("the outcome of \"" + tool.name + "\"", call->outcome().text);
    for (const std::string& text : call->progress_texts()) expect_utf8("the progress of \"" + tool.name + "\"", text);
  }
  if (context.manifest.provides("provider")) {
    Completion completion = subject.complete();
    subject.settle(*completion);
    expect_utf8("the outcome of a completion", completion->outcome().text);
    expect_utf8("the text of a completion", completion->answer().text);
  }
  for (const Ask& ask : plain_asks(context.manifest)) {
    const OpenAsk open = ask.begin(subject.host());
    ends(subject, ask, open);
    expect_utf8("the outcome of " + ask.what, open.end->outcome().text);
  }
  for (const std::string& line : subject.host().log()) expect_utf8("a line of its log", line);
  subject.finish();
}

void logs_with_measure(Context& context) {
  Subject subject(context);
  subject.up();
  subject.work();
  const auto lines = subject.host().log();
  if (std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return line.empty(); }))
    fail("it logs lines without a word");
  const std::size_t calls = context.manifest.tools.size() + plain_asks(context.manifest).size() + 1;
  const std::size_t allowed = kLinesOfALifeMax + kLinesOfACallMax * calls;
  if (lines.size() > allowed) fail("it logs {} lines for a start and a few calls", lines.size());
  subject.finish();
}

void keeps_output_clean(Context& context) {
  const Captured output(STDOUT_FILENO);
  const Captured errors(STDERR_FILENO);
  Subject subject(context);
  subject.up();
  subject.work();
  subject.finish();
  if (output.size() != 0) fail("it writes {} bytes to standard output, which belongs to the host", output.size());
  if (errors.size() != 0)
    warn("it writes {} bytes to standard error; the host's log is {}", errors.size(), CHELA_EXT_LOG);
}

// The best of three lives: the machine may be busy, the plugin may not.
void returns_at_once(Context& context) {
  std::uint64_t best_ms = UINT64_MAX;
  std::string slowest;
  for (int life = 0; life < kTimedLives && best_ms > kLoopCallMsGood; ++life) {
    Subject subject(context);
    subject.up();
    if (context.manifest.provides("tool")) subject.host().tool_names();
    subject.work();
    subject.finish();
    const testing::LoopWatch& watch = subject.host().loop_watch();
    if (watch.slowest_ms() >= best_ms) continue;
    best_ms = watch.slowest_ms();
    slowest = watch.slowest();
  }
  if (best_ms > kLoopCallMsMax) fail("{} took {} ms and blocked the loop meanwhile", slowest, best_ms);
  if (best_ms > kLoopCallMsGood) warn("{} took {} ms, and the loop waited", slowest, best_ms);
}

void rests_when_idle(Context& context) {
  Subject subject(context);
  subject.up();
  subject.work();
  const long before_us = processor_time_us();
  const timespec idle{0, kIdleUs * 1000};
  ::nanosleep(&idle, nullptr);
  const long used_us = processor_time_us() - before_us;
  if (used_us > kIdleUs / 20) fail("it took {} us of processor time in {} us without work", used_us, kIdleUs);
  const std::uint64_t expired = subject.host().timers().expired();
  subject.host().advance(kIdleMinuteMs);
  const std::uint64_t wakes = subject.host().timers().expired() - expired;
  if (wakes > kWakesAMinuteMax) fail("its timers fire {} times a minute without work", wakes);
  subject.finish();
}

}  // namespace chela::conformance::checks
