#pragma once

// The plugin's log lines, sent to the gateway, which redacts secrets and writes them. Any thread.

#include <atomic>
#include <memory>
#include <string>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::plugin_host {

class GatewayLog final : public log::Sink, public std::enable_shared_from_this<GatewayLog> {
 public:
  // `peer` and `loop` outlive every use; lines come from one plugin, `plugin_id`.
  GatewayLog(Loop& loop, rpc::Peer& peer, std::string plugin_id);

  bool wants(log::Level level) const override { return level >= log::Level::debug; }
  void write(const log::Line& line) override;

 private:
  Loop& loop_;
  rpc::Peer& peer_;
  const std::string plugin_id_;
  std::atomic<int> waiting_ = 0;  // lines on their way to the loop
};

}  // namespace chela::plugin_host
