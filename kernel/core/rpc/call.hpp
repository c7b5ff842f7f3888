#pragma once

// A call of ours until its answer, kept by the peer and by the coroutine that waits for it. Loop thread only.

#include <algorithm>
#include <string>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/rpc/message.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::rpc {

struct Call {
  CallId id = 0;
  Completion<Result<std::string>> done;
  std::move_only_function<void(std::string_view)> on_event;
  std::shared_ptr<Brake> brake;
  std::string* error_data = nullptr;
  std::uint32_t credit = 0;    // events that the other side may still send
  std::uint32_t taken = 0;     // events that it has not been told of as taken
  std::uint32_t window = 1;    // told of when so many are taken
  bool open = true;
};

}  // namespace chela::rpc
