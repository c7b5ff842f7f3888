#ifndef CHELA_TESTING_RECORDED_CALLS_HPP
#define CHELA_TESTING_RECORDED_CALLS_HPP
// The host's end of a tool call and of a completion: keeps what the plugin says, and notes every breach of
// "completes exactly once". The objects outlive their completion, so a late use is noted instead of a crash.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>

#include "chela/ext/provider.h"
#include "chela/ext/tool.h"
#include "chela/failure.hpp"
#include "chela/testing/breaches.hpp"
#include "chela/testing/loan.hpp"

namespace chela {
namespace testing {

// How a call ended.
struct Outcome {
  chela_status status = CHELA_OK;
  std::string text;
  bool ok() const { return status == CHELA_OK; }
};

// Waits and the count of completions, for both kinds.
class RecordedEnd {
 public:
  RecordedEnd(Breaches& breaches, std::string what, Lending how)
      : breaches_(breaches), what_(std::move(what)), loan_(how) {}
  RecordedEnd(const RecordedEnd&) = delete;
  virtual ~RecordedEnd() = default;

  // What the plugin was lent to begin the call.
  Loan& loan() { return loan_; }

  bool completed() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return completions_ > 0;
  }
  int completions() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return completions_;
  }
  Outcome outcome() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return outcome_;
  }
  // Waits for a completion by another thread; false when it does not come in time.
  bool wait_ms(std::uint64_t time_ms) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return ended_.wait_for(lock, std::chrono::milliseconds(time_ms), [&] { return completions_ > 0; });
  }

  void end(chela_status status, std::string_view text) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (++completions_ > 1) {
      breaches_.add(what_ + " was completed twice");
      return;
    }
    outcome_ = {status, std::string(text)};
    ended_.notify_all();
  }
  // The plugin refused the call by its return value: it counts as the end.
  void refuse(chela_status status, std::string_view text) {
    if (completed()) breaches_.add(what_ + " was completed, and refused by the return value as well");
    std::lock_guard<std::mutex> lock(mutex_);
    ++completions_;
    outcome_ = {status, std::string(text)};
    ended_.notify_all();
  }

 protected:
  // Runs `keep` under the lock, unless the call is over.
  template <class Keep>
  void during(const char* function, Keep&& keep) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (completions_ > 0) return breaches_.add(what_ + ": " + function + " was called after its completion");
    keep();
  }
  mutable std::mutex mutex_;

 private:
  Breaches& breaches_;
  std::string what_;
  Loan loan_;
  mutable std::condition_variable ended_;
  int completions_ = 0;
  Outcome outcome_;
};

class RecordedToolCall final : public RecordedEnd {
 public:
  RecordedToolCall(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "tool call " + std::to_string(call_id), how),
        raw_({sizeof(chela_tool_call), this, &progress, &complete, &is_cancelled}, how.later),
        call_id_(call_id) {}
  const chela_tool_call* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  void set_cancelled() {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
  }
  std::vector<std::string> progress_texts() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return progress_;
  }

 private:
  static RecordedToolCall& self(const chela_tool_call* call) { return *static_cast<RecordedToolCall*>(call->context); }
  static void progress(const chela_tool_call* call, chela_str text) {
    self(call).during("progress()", [&] { self(call).progress_.emplace_back(to_view(text)); });
  }
  static void complete(const chela_tool_call* call, chela_status status, chela_str text) {
    self(call).end(status, to_view(text));
  }
  static bool is_cancelled(const chela_tool_call* call) {
    std::lock_guard<std::mutex> lock(self(call).mutex_);
    return self(call).cancelled_;
  }

  Struct<chela_tool_call> raw_;
  std::uint64_t call_id_;
  bool cancelled_ = false;
  std::vector<std::string> progress_;
};

// What a provider answered.
struct Answer {
  std::string text;
  std::string reasoning;
  struct ToolUse {
    std::string id;
    std::string name;
    std::string arguments;
  };
  std::vector<ToolUse> tool_calls;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t retry_after_ms = 0;
};

class RecordedCompletion final : public RecordedEnd {
 public:
  RecordedCompletion(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "completion " + std::to_string(call_id), how),
        breaches_(breaches),
        raw_({sizeof(chela_completion), this, &text, &reasoning, &tool_call, &tool_arguments, &usage, &complete},
             how.later),
        call_id_(call_id) {}
  const chela_completion* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  Answer answer() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return answer_;
  }

 private:
  static RecordedCompletion& self(const chela_completion* raw) {
    return *static_cast<RecordedCompletion*>(raw->context);
  }
  static void text(const chela_completion* raw, chela_str piece) {
    self(raw).during("text()", [&] { self(raw).answer_.text.append(to_view(piece)); });
  }
  static void reasoning(const chela_completion* raw, chela_str piece) {
    self(raw).during("reasoning()", [&] { self(raw).answer_.reasoning.append(to_view(piece)); });
  }
  static void tool_call(const chela_completion* raw, std::uint32_t index, chela_str id, chela_str name) {
    self(raw).during("tool_call()", [&] {
      auto& calls = self(raw).answer_.tool_calls;
      if (index != calls.size()) self(raw).breaches_.add("tool calls of a completion must count up from 0");
      calls.push_back({std::string(to_view(id)), std::string(to_view(name)), ""});
    });
  }
  static void tool_arguments(const chela_completion* raw, std::uint32_t index, chela_str piece) {
    self(raw).during("tool_arguments()", [&] {
      auto& calls = self(raw).answer_.tool_calls;
      if (index >= calls.size()) return self(raw).breaches_.add("arguments for a tool call that was not begun");
      calls[index].arguments.append(to_view(piece));
    });
  }
  static void usage(const chela_completion* raw, const chela_usage* usage) {
    self(raw).during("usage()", [&] {
      self(raw).answer_.input_tokens = usage->input_tokens;
      self(raw).answer_.output_tokens = usage->output_tokens;
    });
  }
  static void complete(const chela_completion* raw, chela_status status, chela_str text, std::uint64_t retry_after_ms) {
    {
      std::lock_guard<std::mutex> lock(self(raw).mutex_);
      self(raw).answer_.retry_after_ms = retry_after_ms;
    }
    self(raw).end(status, to_view(text));
  }

  Breaches& breaches_;
  Struct<chela_completion> raw_;
  std::uint64_t call_id_;
  Answer answer_;
};

}  // namespace testing
}  // namespace chela
#endif
