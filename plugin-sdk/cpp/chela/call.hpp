#ifndef CHELA_CALL_HPP
#define CHELA_CALL_HPP
// What ToolCall, Completion and the others share: a call that is completed exactly once, whatever the plugin forgets. A call
// that is dropped completes with CHELA_INTERNAL; one that is open at stop, with CHELA_CANCELLED. Any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "chela/failure.hpp"

namespace chela {
inline namespace sdk {
namespace detail {

template <class Raw>
class OpenCall;

// The open calls of one interface of one plugin instance.
template <class Raw>
class OpenCalls : public std::enable_shared_from_this<OpenCalls<Raw>> {
 public:
  std::shared_ptr<OpenCall<Raw>> add(std::uint64_t id, const Raw* raw, bool blocking) {
    auto call = std::make_shared<OpenCall<Raw>>(this->weak_from_this(), id, raw, blocking);
    std::lock_guard<std::mutex> lock(mutex_);
    calls_[id] = call;
    return call;
  }
  void remove(std::uint64_t id) {
    std::lock_guard<std::mutex> lock(mutex_);
    calls_.erase(id);
  }
  std::shared_ptr<OpenCall<Raw>> find(std::uint64_t id) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto it = calls_.find(id);
    return it == calls_.end() ? nullptr : it->second.lock();
  }
  void cancel_all(std::string_view reason) {
    std::vector<std::shared_ptr<OpenCall<Raw>>> open;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      for (auto& entry : calls_) {
        if (auto call = entry.second.lock()) open.push_back(std::move(call));
      }
    }
    for (auto& call : open) call->cancel(reason);
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::weak_ptr<OpenCall<Raw>>> calls_;
};

template <class Raw>
class OpenCall {
 public:
  OpenCall(std::weak_ptr<OpenCalls<Raw>> calls, std::uint64_t id, const Raw* raw, bool blocking)
      : calls_(std::move(calls)), id_(id), raw_(raw), blocking_(blocking) {}

  std::uint64_t id() const { return id_; }

  // Runs `use(raw)` while the call is open. The lock keeps the host's object alive meanwhile; it is recursive
  // because the host may cancel from within.
  template <class Use>
  void with(Use&& use) {
    std::lock_guard<std::recursive_mutex> lock(mutex_);
    if (raw_ != nullptr) use(raw_);
  }

  // Takes the host's object: whoever gets it completes it. Null when the call is over.
  const Raw* take() {
    const Raw* raw = nullptr;
    {
      std::lock_guard<std::recursive_mutex> lock(mutex_);
      std::swap(raw, raw_);
    }
    if (raw == nullptr) return nullptr;
    if (auto calls = calls_.lock()) calls->remove(id_);
    return raw;
  }

  bool end(chela_status status, std::string_view text, std::uint64_t retry_after_ms = 0) {
    const Raw* raw = take();
    if (raw != nullptr) finish(raw, status, text, retry_after_ms);
    return raw != nullptr;
  }

  // A blocking handler sees it and returns by itself; an asynchronous call is over at once.
  void cancel(std::string_view reason) {
    {
      std::lock_guard<std::recursive_mutex> lock(mutex_);
      cancelled_ = true;
    }
    if (!blocking_) end(CHELA_CANCELLED, reason);
  }
  bool is_cancelled() {
    std::lock_guard<std::recursive_mutex> lock(mutex_);
    return cancelled_ || raw_ == nullptr || ask_host(raw_, 0);
  }

  // The object of the plugin is gone. While its handler still runs, the handler's outcome decides.
  void drop() {
    {
      std::lock_guard<std::recursive_mutex> lock(mutex_);
      dropped_ = true;
      if (starting_) return;
    }
    end(CHELA_INTERNAL, "the plugin dropped the call without completing it");
  }

  // Runs the handler that this call is given to. What it throws becomes the outcome, unless it completed before.
  template <class Handler>
  void start(Handler&& handler) {
    try {
      handler();
    } catch (...) {
      if (take() != nullptr) throw;
      return;
    }
    bool dropped = false;
    {
      std::lock_guard<std::recursive_mutex> lock(mutex_);
      starting_ = false;
      dropped = dropped_;
    }
    if (dropped) drop();
  }

 private:
  template <class Call>
  static void finish(const Call* raw, chela_status status, std::string_view text, std::uint64_t retry_after_ms) {
    if constexpr (std::is_invocable_v<decltype(raw->complete), const Call*, chela_status, chela_str, std::uint64_t>) {
      raw->complete(raw, status, to_str(text), retry_after_ms);
    } else {
      raw->complete(raw, status, to_str(text));
    }
  }
  // Calls whose host does not say are cancelled by cancel() only.
  template <class Call>
  static auto ask_host(const Call* raw, int) -> decltype(raw->is_cancelled(raw)) {
    return raw->is_cancelled(raw);
  }
  template <class Call>
  static bool ask_host(const Call*, long) {
    return false;
  }

  std::recursive_mutex mutex_;
  std::weak_ptr<OpenCalls<Raw>> calls_;
  std::uint64_t id_;
  const Raw* raw_;
  bool blocking_;
  bool starting_ = true;
  bool dropped_ = false;
  bool cancelled_ = false;
};

// The owner's side of an open call: move-only, drops the call with itself.
template <class Raw>
class CallHandle {
 public:
  explicit CallHandle(std::shared_ptr<OpenCall<Raw>> call) : call_(std::move(call)) {}
  CallHandle(CallHandle&& other) noexcept : call_(std::move(other.call_)) {}
  CallHandle& operator=(CallHandle&& other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~CallHandle() {
    if (call_ != nullptr) guard([&] { call_->drop(); }, [](const Failure&) {});
  }

  std::uint64_t call_id() const { return call_->id(); }
  // True once nobody waits for the outcome any more.
  bool is_cancelled() const { return call_->is_cancelled(); }

  // Ends the call without a result. Like every way to end it: false, and no effect, when it is over already.
  bool fail(chela_status status, std::string_view text) {
    return call_->end(status == CHELA_OK ? CHELA_INTERNAL : status, text);
  }
  bool fail(const Failure& failure) { return fail(failure.status(), failure.text()); }

 protected:
  std::shared_ptr<OpenCall<Raw>> call_;
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
