#pragma once

// HTTP requests of plugins in this process: the gateway sends them. Loop thread only.

#include <map>
#include <memory>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/rpc/peer.hpp"

namespace chela::plugin_host {

class GatewayEgress final : public net::Egress {
 public:
  // Both outlive it.
  GatewayEgress(Loop& loop, rpc::Peer& peer) : loop_(loop), peer_(peer) {}
  GatewayEgress(const GatewayEgress&) = delete;
  GatewayEgress& operator=(const GatewayEgress&) = delete;

  Result<net::EgressId> send(net::EgressRequest request, net::EgressListener& listener) override;
  void cancel(net::EgressId id) override;

 private:
  struct Transfer;

  static Task<Result<void>> run(GatewayEgress& self, std::shared_ptr<Transfer> transfer, std::string params);
  void finish(Transfer& transfer, Result<void> result);

  Loop& loop_;
  rpc::Peer& peer_;
  net::EgressId last_id_ = 0;
  std::map<net::EgressId, std::shared_ptr<Transfer>> transfers_;
};

}  // namespace chela::plugin_host
