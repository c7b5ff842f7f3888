#pragma once

// HTTP/1.x requests from bytes, without sockets. The grammar of the head is Boost.Beast's parser, confined to the .cpp;
// what it leaves to its caller is refused here, so that no two readers can see different requests (request smuggling):
// a transfer coding other than exactly `chunked`, Content-Length beside it or twice or as a list, a missing, repeated
// or malformed Host, folded headers, a target in more than one spelling (http_target.hpp). Chunks: chunk_decoder.hpp.
// Wishes for another protocol are not heard here (RFC 9110 section 7.8); routes may fulfil that of a WebSocket.
// The verdict does not depend on how the input is cut into pieces.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/net/http_types.hpp"
#include "kernel/core/net/limits.hpp"
#include "kernel/core/net/refusal.hpp"

namespace chela::net {

// Loop thread only. One object reads the requests of one connection, one after the other:
//   need_more -> ... -> head -> admit() -> need_more -> ... -> complete -> take() -> the next request
class RequestParser {
 public:
  enum class Step {
    need_more,  // everything given was consumed
    head,       // head() is complete; call admit() before the next feed()
    complete,   // the request is complete; call take() before the next feed()
    refused,    // see refusal(); the parser takes nothing any more
  };

  explicit RequestParser(const HttpLimits& limits);  // which must outlive it
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  // Consumes from the front of `input` up to the next step. The bytes are not kept.
  Step feed(std::string_view& input);

  // How large a body may be. A declared length above it is refused at once: check refusal().
  void admit(std::uint64_t body_size_max);

  RequestHead& head();
  HttpRequest take();
  const Refusal* refusal() const;  // null until refused

  bool got_some() const;            // bytes of a request that is not complete
  bool expects_continue() const;    // after `head`: the client waits for "100 Continue"
  bool keep_alive() const;          // after `head`
  std::uint64_t body_size() const;  // bytes received of the body

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace chela::net
