#pragma once

// The host's end of one asynchronous call into a plugin, whatever the interface: what the plugin says on any thread
// reaches the loop. It keeps itself alive until the plugin has completed; how many of a plugin take too long for that is
// limited (leftover_calls.hpp). PendingOf adds the interface's own call struct.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/instance.hpp"
#include "kernel/core/plugins/leftover_calls.hpp"

namespace chela::plugins {

class PendingCall : public std::enable_shared_from_this<PendingCall> {
 public:
  struct Answer {
    std::string text;     // at most answer_bytes_max
    std::size_t bytes;    // that it had before it was cut
    std::string details;  // JSON, or empty
  };
  struct Options {
    std::size_t answer_bytes_max;
    LeftoverCall leftover;
    // Of the loop; outlives the wait for the answer. Null: nobody listens.
    const std::function<void(std::string_view)>* on_progress = nullptr;
  };

  PendingCall(Loop& loop, Options options);
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  virtual ~PendingCall() = default;

  // Loop thread only.
  std::uint64_t id() const { return options_.leftover.id(); }
  Completion<Result<Answer>>& ended() { return ended_; }
  void begin() { until_completed_ = shared_from_this(); }  // before the plugin gets the call
  void over();                                             // the plugin has refused the call: it keeps nothing of it
  bool running() const { return until_completed_ != nullptr; }
  void abandon();  // nobody waits any more

  // Any thread.
  bool abandoned() const { return abandoned_; }

 protected:
  // Any thread.
  void progress(std::string_view text);
  void details(std::string_view json);
  void complete(chela_status status, std::string_view text);

 private:
  static constexpr std::size_t kReasonBytesMax = 4096;
  static constexpr std::size_t kPieceBytesMax = 64 * 1024;
  static constexpr std::size_t kDetailsBytesMax = 64 * 1024;
  static constexpr int kPendingPiecesMax = 256;

  std::string take_details();

  Loop& loop_;
  Options options_;
  Completion<Result<Answer>> ended_;
  std::mutex mutex_;                      // guards details_
  std::string details_;
  std::atomic<int> pending_pieces_ = 0;  // of progress, on their way to the loop
  std::atomic<bool> abandoned_ = false;
  std::shared_ptr<PendingCall> until_completed_;
};

// Of an interface whose call struct is `Call`. What it has beside complete() is set by a class that derives from this one.
template <class Call>
class PendingOf : public PendingCall {
 public:
  PendingOf(Loop& loop, Options options) : PendingCall(loop, std::move(options)) {
    call_.struct_size = sizeof(Call);
    call_.context = this;
    if constexpr (requires { call_.complete = &on_complete; }) {
      call_.complete = &on_complete;
    } else {
      call_.complete = &on_complete_for_now;
    }
  }
  const Call* call() const { return &call_; }

 protected:
  static PendingOf& of(const Call* call) { return *static_cast<PendingOf*>(call->context); }
  Call call_{};

 private:
  static void on_complete(const Call* call, chela_status status, chela_str text) {
    of(call).complete(status, from_abi(text));
  }
  static void on_complete_for_now(const Call* call, chela_status status, chela_str text, std::uint64_t) {
    on_complete(call, status, text);
  }
};

// Tells the plugin that nobody waits for a call any more, however the task that waited ends. `table` has cancel().
template <class Table, class Call>
struct Abandon {
  std::shared_ptr<Instance> instance;
  const Table* table;
  std::shared_ptr<PendingOf<Call>> pending;

  ~Abandon() {
    pending->abandon();
    if (!pending->running() || !CHELA_HAS(table, Table, cancel) || !table->cancel) return;
    ErrorText error;
    guarded(error, [&] {
      table->cancel(instance->plugin(), pending->id());
      return CHELA_OK;
    });
  }
};

}  // namespace chela::plugins
