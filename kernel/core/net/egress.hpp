#pragma once

// The egress client: the only way out of the gateway. HTTP/1.1 and HTTP/2 requests with proxies, deadlines, size
// caps, address policy and secrets; a response cut short is an error, never a short success.
//
// libcurl and the 30 libraries it brings are in a module of their own (egress/), which is loaded on a worker thread
// when the first request is sent; requests wait until it is there. Loop thread only.
//
// TLS certificates are always verified. Cookies, .netrc and protocols other than http and https are off. A request that
// finds its pooled connection closed by the server before a byte of the answer came is sent once more on a fresh one.
//
// Errors read `METHOD URL: LAYER: what went wrong`, where URL has neither query nor secrets and LAYER is one of
// dns, connect, proxy, tls, send, timeout (connect|first byte|idle|total), cut short, protocol, too large, policy.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/net/egress_proxy.hpp"
#include "kernel/core/net/headers.hpp"

namespace chela {
class Loop;
}

namespace chela::net {

// URL, header values and proxy may hold `{{secret:NAME}}`, which the resolver's value replaces just before sending.
// In the URL a placeholder stands in the path or the query, and its value is percent-encoded (except `/`, `:`, `@`).
// A deadline of zero is no deadline.
struct EgressRequest {
  std::string method = "GET";
  std::string url;  // http or https, without user and password
  Headers headers;
  std::string body;
  std::string caller;  // who asks, e.g. a plugin's id: told to the address policy and the secret resolver
  std::string proxy;   // empty: as the environment says, NO_PROXY included; "none"; or http, https, socks5, socks5h URL
  std::string ca_file;  // PEM file of the only certificate authorities to trust; empty: SSL_CERT_FILE or the system's
  Duration connect_timeout = std::chrono::seconds(15);      // until the connection stands, name lookup and TLS included
  Duration first_byte_timeout = std::chrono::seconds(120);  // from then until the response's head
  Duration idle_timeout = std::chrono::seconds(120);        // between two pieces of the body; stands still while paused
  Duration total_timeout = std::chrono::minutes(10);        // from send() to the end, loading the module included
  std::uint64_t response_bytes_max = 16u << 20;             // of the decoded body
  int follow_redirects = 0;  // to another origin only without secrets and credentials; never from https to http
  bool compressed = true;    // offers br, gzip and zstd; the body arrives decoded
  // Off: a connection of its own. Before libcurl 8.1 a stream paused for more than 1 MiB holds up the others on its
  // HTTP/2 connection; large downloads that are going to be paused do better without.
  bool http2 = true;
};

// Told of one request's response, on the loop thread. Owned by the caller; lives until on_done() or until cancel()
// returned. Every callback may send, pause, resume or cancel any request, and destroy its own listener in on_done().
class EgressListener {
 public:
  virtual ~EgressListener() = default;
  virtual void on_head(int status, const Headers& headers) = 0;  // at most once
  virtual void on_body(std::string_view bytes) = 0;              // decoded; valid during the call
  virtual void on_done(Result<void> result) = 0;                 // exactly once; success whatever the HTTP status
};

struct EgressResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// The address that a request is about to be sent to: checked when a connection is made and whenever one is used again,
// so that neither DNS tricks nor the connection pool get around it.
struct EgressAddress {
  std::string_view caller;
  std::string_view host;  // as in the URL, or of the proxy
  std::string_view ip;    // numeric, IPv4 or IPv6
  std::uint16_t port = 0;
  bool is_proxy = false;  // the address of the proxy; that of the host behind it is not known here
};
// An error denies; its message ends up in the request's error. The next address of the host is tried.
using AddressPolicy = std::function<Result<void>(const EgressAddress&)>;

struct SecretUse {
  std::string_view name;
  std::string_view caller;
  std::string_view host;  // the host that will see it
};
using SecretResolver = std::function<Result<std::string>(const SecretUse&)>;

struct EgressOptions {
  std::filesystem::path module_path;  // empty: libchela_egress.so in `../lib` of the executable
  ProxyEnvironment proxy_environment = proxy_environment_of_process();
  SecretResolver resolve_secret;  // none: every placeholder is an error
  AddressPolicy address_policy;   // none: every address is allowed
  std::string user_agent = "chela";
  std::size_t requests_max = 4096;  // at once; more are refused with `exhausted`
};

struct EgressStats {
  std::uint64_t started = 0;
  std::uint64_t succeeded = 0;  // whatever the HTTP status
  std::uint64_t failed = 0;     // cancelled ones included
  std::uint64_t body_bytes = 0;
  std::size_t active = 0;
};

using EgressId = std::uint64_t;  // never 0, never used twice

// Where requests go: the client below, or in a host process what asks the gateway to send them.
class Egress {
 public:
  virtual ~Egress() = default;
  // Starts a request; callbacks come later, never from inside send(). An error means it was refused and the
  // listener is not called: invalid_argument (URL, header, proxy, placeholder), exhausted.
  virtual Result<EgressId> send(EgressRequest request, EgressListener& listener) = 0;
  // Ends a request: on_done() is called with `cancelled` before this returns, and nothing after that. Does nothing when
  // the request is done.
  virtual void cancel(EgressId id) = 0;
};

class EgressClient final : public Egress {
 public:
  EgressClient(Loop& loop, EgressOptions options);
  EgressClient(const EgressClient&) = delete;
  EgressClient& operator=(const EgressClient&) = delete;
  ~EgressClient() override;  // cancels what is left; end it before the loop

  Result<EgressId> send(EgressRequest request, EgressListener& listener) override;
  void cancel(EgressId id) override;
  // Back-pressure: no on_body() comes after pause(), and the sender is slowed down once a bounded buffer (1 MiB at
  // most) is full. resume() goes on, later.
  void pause(EgressId id);
  void resume(EgressId id);

  // The whole response at once.
  Task<Result<EgressResponse>> fetch(EgressRequest request, CancelToken cancel);

  const EgressStats& stats() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace chela::net
