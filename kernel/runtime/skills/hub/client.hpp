#pragma once

// The registry's protocol below its meaning: URLs, the token, time limits, retries, sizes, errors. Loop thread.
//
// Reading is tried again after 1, 3 and 10 s, or as long as the registry says (60 s at most), when it answers 429, 500,
// 502, 503 or 504 or cannot be reached; what changes something there is sent once. Answers are strict UTF-8 and JSON
// of at most 16 MiB, archives at most 256 MiB; both limits end the transfer. The token goes to its own origin alone.

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/runtime/skills/hub/address.hpp"

namespace chela {
class Loop;
}

namespace chela::runtime::skills::hub {

// Sends one request and yields the whole answer: net::EgressClient::fetch.
using Transport = std::function<Task<Result<net::EgressResponse>>(net::EgressRequest)>;

// Names and values of a query; empty values are left out.
using Query = std::vector<std::pair<std::string, std::string>>;

class Client {
 public:
  Client(Loop& loop, Transport transport, Address address);

  // Asks the site's well-known file where the interface is. A site without one is its own interface.
  Task<Result<void>> discover();
  const Address& address() const { return address_; }

  // `path` begins with a slash and comes below the base. Errors: not_found, denied, exhausted (429), unavailable,
  // too_large, protocol; with the registry's own words. A status of `accepted` is an answer, too.
  Task<Result<nlohmann::json>> get(std::string path, Query query, std::vector<int> accepted = {});
  Task<Result<nlohmann::json>> post(std::string path, std::string body);
  // The bytes behind a URL, which may be another origin's but never plain http where the registry is https.
  Task<Result<std::string>> download(std::string url);

 private:
  net::EgressRequest make_request(std::string url, std::uint64_t bytes_max) const;
  Task<Result<net::EgressResponse>> read(net::EgressRequest request);

  Loop& loop_;
  Transport transport_;
  Address address_;
};

}  // namespace chela::runtime::skills::hub
