#include "tools/plugin_host/gateway_log.hpp"

#include "kernel/core/protocol/log.hpp"

namespace chela::plugin_host {
namespace {

constexpr int kWaitingMax = 4096;                    // more are lost: the plugin writes faster than anybody reads
constexpr std::size_t kPendingBytesMax = 16u << 20;  // likewise, when the gateway does not read

protocol::LogWriteParamsLevel level_of(log::Level level) {
  switch (level) {
    case log::Level::trace:
    case log::Level::debug: return protocol::LogWriteParamsLevel::debug;
    case log::Level::info: return protocol::LogWriteParamsLevel::info;
    case log::Level::warning: return protocol::LogWriteParamsLevel::warn;
    default: return protocol::LogWriteParamsLevel::error;
  }
}

}  // namespace

GatewayLog::GatewayLog(Loop& loop, rpc::Peer& peer, std::string plugin_id)
    : loop_(loop), peer_(peer), plugin_id_(std::move(plugin_id)) {}

void GatewayLog::write(const log::Line& line) {
  if (waiting_ >= kWaitingMax) return;
  ++waiting_;
  protocol::LogWriteParams params{plugin_id_, level_of(line.level), std::string(line.message)};
  loop_.post([self = shared_from_this(), params = std::move(params)] {
    --self->waiting_;
    if (self->peer_.pending_bytes() > kPendingBytesMax) return;
    (void)self->peer_.notify(protocol::kLogWrite, to_json(params));
  });
}

}  // namespace chela::plugin_host
