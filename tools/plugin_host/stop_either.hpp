#pragma once

// What ends a call in this process besides its plugin: its caller, the end of the plugin, its time. Loop thread only.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/loop/cancel.hpp"

namespace chela::plugin_host {

// Cancelled when one of two tokens is.
class StopEither {
 public:
  StopEither(const CancelToken& one, const CancelToken& other)
      : source_(one), other_(other.on_cancel([this] { source_.cancel(); })) {}
  StopEither(const StopEither&) = delete;
  StopEither& operator=(const StopEither&) = delete;
  CancelToken token() const { return source_.token(); }

 private:
  CancelSource source_;
  CancelRegistration other_;
};

// The time that a request gives; a day when it says nothing, since the gateway answers for those.
inline Duration timeout_of(std::optional<std::uint64_t> timeout_ms) {
  constexpr std::uint64_t kDay = 24 * 3600 * 1000;
  return std::chrono::milliseconds(std::min(timeout_ms.value_or(kDay), kDay));
}

}  // namespace chela::plugin_host
