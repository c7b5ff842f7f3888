#pragma once

// Messages that a native channel has handed over (chela.inbound/1) and that are not stored yet. Any thread adds; the
// listeners are told on the loop thread, each exactly once.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "chela/ext/inbound.h"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/plugins/manifest.hpp"
#include "kernel/core/plugins/received_message.hpp"

namespace chela::plugins {

// Where messages and states of native channels go; loop thread. `stored` is called once, now or later.
struct InboundDoor {
  std::function<void(const Manifest& plugin, ReceivedMessage message, std::move_only_function<void(Result<void>)> stored)>
      receive;
  std::function<void(const Manifest& plugin, std::string channel, std::string account, std::string state)> state;
};

class InboundReceipts : public std::enable_shared_from_this<InboundReceipts> {
 public:
  static constexpr std::size_t kOpenMax = 256;
  static constexpr std::size_t kMessageBytesMax = 1 << 20;

  // What is named outlives this.
  InboundReceipts(Loop& loop, const Manifest& manifest, const InboundDoor& door)
      : loop_(loop), manifest_(manifest), door_(door) {}

  Result<void> receive(const chela_inbound_message& message, const chela_inbound_listener* listener);
  void tell_state(chela_str channel, chela_str account, chela_str state);
  // Loop thread: tells those that wait that nothing becomes of it, and takes nothing more.
  void close();

 private:
  const chela_inbound_listener* take(std::uint64_t id);

  Loop& loop_;
  const Manifest& manifest_;
  const InboundDoor& door_;
  std::mutex mutex_;  // guards what follows
  std::map<std::uint64_t, const chela_inbound_listener*> open_;
  std::uint64_t last_id_ = 0;
  bool closed_ = false;
};

}  // namespace chela::plugins
