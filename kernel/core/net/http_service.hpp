#pragma once

// What the server asks of whoever answers requests. Loop thread only.

#include <cstdint>
#include <memory>
#include <optional>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/net/http_types.hpp"

namespace chela::net {

class HttpExchange;

// The decision on a request of which only the headers are known.
struct Admission {
  std::uint64_t body_size_max = 0;        // a larger body is answered with 413 before it is read
  std::optional<HttpResponse> refusal{};  // the final answer; the body is not read
  // Handed to the exchange unchanged: what was decided here (route, principal) is what handle() acts upon.
  std::shared_ptr<void> context{};
};

// Must outlive the server and every task of its loop.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // Called once per request, before a byte of its body is kept. Must not wait.
  virtual Admission admit(const RequestHead& head) = 0;

  // Answers an admitted request. `exchange` lives until the task ends. A task that ends without an answer is answered
  // with 500; an error is reported to the loop. See http_exchange.hpp for what happens when the peer goes away.
  virtual Task<Result<void>> handle(HttpExchange& exchange) = 0;
};

}  // namespace chela::net
