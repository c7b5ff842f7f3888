#pragma once

// The host's end of one call of an interface: completed exactly once, however the task that runs the call ends. Loop
// thread only. What an interface says before the end (progress, pieces) is added by a class that derives from this one.

#include <cstdint>
#include <string_view>
#include <utility>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::remote {

// When a call that failed is worth repeating, in milliseconds, as the data of the error says; 0: they say nothing.
std::uint64_t retry_after_of(std::string_view error_data);

// `Call` has complete(call, status, text), or complete(call, status, text, retry_after_ms).
template <class Call>
class CallEnd {
 public:
  explicit CallEnd(const Call* call) : call_(call) {}
  CallEnd(const CallEnd&) = delete;
  CallEnd& operator=(const CallEnd&) = delete;
  ~CallEnd() { complete(CHELA_CANCELLED, "the call was given up"); }

  void complete(chela_status status, std::string_view text, std::uint64_t retry_after_ms = 0) {
    const auto* call = std::exchange(call_, nullptr);
    if (!call) return;
    if constexpr (requires { call->complete(call, status, plugins::to_abi(text), retry_after_ms); }) {
      call->complete(call, status, plugins::to_abi(text), retry_after_ms);
    } else {
      call->complete(call, status, plugins::to_abi(text));
    }
  }
  void complete(const Error& error, std::string_view data = {}) {
    complete(plugins::to_status(error.code), error.message, data.empty() ? 0 : retry_after_of(data));
  }

 protected:
  const Call* call() const { return call_; }  // null once it is completed

 private:
  const Call* call_;
};

}  // namespace chela::remote
