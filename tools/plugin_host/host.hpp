#pragma once

// The connection to the gateway: the handshake, the life of the plugin, which request goes where. Loop thread only.

#include <map>
#include <memory>
#include <string>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tools/plugin_host/gateway_egress.hpp"
#include "tools/plugin_host/hosted_plugin.hpp"

namespace chela::plugin_host {

class Host final : public rpc::PeerHandler {
 public:
  // `loop` outlives it.
  Host(Loop& loop, std::string token);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Takes the descriptor; the loop is stopped when the connection ends.
  Result<void> open(int descriptor);
  // Of the process, once the loop has stopped.
  int exit_code() const { return exit_code_; }

 private:
  void on_request(rpc::Request request) override;
  void on_notification(std::string_view, std::string_view) override {}
  void on_closed(const Error& why) override;

  void hello(rpc::Request request);
  static Task<Result<void>> start(Host& self, rpc::Request request);
  void stop(rpc::Request request);
  // The plugin has ended by itself, as far as this process is concerned.
  void give_up(const std::string& plugin_id);
  void shutdown(rpc::Request request);
  // Calls of a plugin's capabilities.
  void call(rpc::Request request);
  void run_hook(rpc::Request request);
  Result<std::shared_ptr<HostedPlugin>> find_plugin(const std::string& params) const;
  plugins::HostEnvironment environment_for(const std::string& plugin_id);

  Loop& loop_;
  rpc::Peer peer_;
  GatewayEgress egress_;
  log::Redactor redactor_;
  std::string token_;
  bool greeted_ = false;
  int exit_code_ = 0;
  // Null while it is being started.
  std::map<std::string, std::shared_ptr<HostedPlugin>, std::less<>> plugins_;
};

}  // namespace chela::plugin_host
