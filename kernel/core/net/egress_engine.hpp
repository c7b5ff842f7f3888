#pragma once

// The seam between the kernel and the egress module (egress/): both sides include this, neither links the other.
// Only header-only kernel types cross it. Both sides come from one build; `layout` catches a stray file of another one.
//
// The engine moves bytes. Deadlines, secrets, redirects and the words of errors are the kernel's (egress_request.cpp).
// Everything is loop thread only, except EgressModule::prepare().

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/net/headers.hpp"

struct uv_loop_s;

namespace chela::net {

enum class EgressLayer : std::uint8_t {
  dns,
  connect,
  proxy,
  tls,
  send,
  cut_short,
  protocol,
  too_large,
  policy,
  internal
};

// One hop, complete: placeholders are replaced, everything was validated.
struct EngineRequest {
  std::string method;
  std::string url;
  std::vector<std::string> header_lines;  // "name: value", or "name;" for an empty value
  std::shared_ptr<const std::string> body;
  std::string proxy;    // URL; empty: none
  std::string ca_file;  // empty: the system's
  std::uint64_t response_bytes_max = 0;
  bool compressed = true;
  bool http2 = true;
};

struct EngineFailure {
  EgressLayer layer = EgressLayer::internal;
  ErrorCode code = ErrorCode::internal;
  std::string text;
};

class EngineSink {
 public:
  // May this address be used? Asked before each connection attempt and again before a request goes onto a connection,
  // new or pooled. With a proxy it is the proxy's address.
  virtual bool allow_address(std::string_view ip, std::uint16_t port) = 0;
  virtual void on_connected() = 0;  // the request is about to be sent; again when it is sent again
  virtual void on_head(int status, std::span<const HeaderField> fields) = 0;  // names in lower case
  virtual void on_body(std::string_view bytes) = 0;
  // The end, and the last call. `redirect_url` is where the response points to, absolute, or empty.
  virtual void on_done(const EngineFailure* failure, std::string_view redirect_url) = 0;

 protected:
  ~EngineSink() = default;
};

class EngineTransfer;  // known to the engine only; valid until stop(), or until on_done() is called

class EgressEngine {
 public:
  virtual ~EgressEngine() = default;  // every transfer is stopped before
  // Calls nothing on the sink before it returns.
  virtual EngineTransfer* start(EngineRequest request, EngineSink& sink) = 0;
  virtual void stop(EngineTransfer* transfer) = 0;  // the sink is not called any more
  virtual void pause(EngineTransfer* transfer) = 0;
  virtual void resume(EngineTransfer* transfer) = 0;
};

struct EgressModule {
  std::uint32_t layout;
  // Once per process and before create(): slow, on any thread. Null, or what went wrong.
  const char* (*prepare)();
  // A new engine on `loop`, owned by the caller, who destroys it before the loop is closed; or null.
  EgressEngine* (*create)(uv_loop_s* loop);
};

inline constexpr std::uint32_t kEgressModuleLayout = 1u << 24 |
                                                     static_cast<std::uint32_t>(sizeof(EngineRequest)) << 12 |
                                                     static_cast<std::uint32_t>(sizeof(EngineFailure));

// The module exports one constant of this name and of type EgressModule.
inline constexpr const char* kEgressModuleSymbol = "chela_egress_module";

}  // namespace chela::net
