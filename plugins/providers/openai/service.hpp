#ifndef PLUGINS_PROVIDERS_OPENAI_SERVICE_HPP
#define PLUGINS_PROVIDERS_OPENAI_SERVICE_HPP
// A model service as the host describes it, and requests to it.

#include <cstdint>
#include <string>
#include <string_view>

#include "chela/http.hpp"

namespace chela::providers::openai {

// Immutable after parsing.
struct Service {
  std::string id;
  std::string base_url;        // up to and with "/v1", without a slash at its end; may end in a query, as Azure's does
  std::string api_key_secret;  // a name for {{secret:…}}; empty: the service needs no key
  std::string auth_header = "authorization";  // this one takes "Bearer KEY"; any other name takes the bare key
  std::string max_tokens_field = "max_tokens";
  bool stream_usage = true;  // whether it knows stream_options.include_usage
  HttpHeaders headers;       // more headers, by the operator
  std::string proxy;
  std::uint64_t connect_timeout_ms = 0;
  std::uint64_t first_byte_timeout_ms = 0;
  std::uint64_t idle_timeout_ms = 0;
  std::uint64_t total_timeout_ms = 0;

  // Reads the object `service` of ext/provider.h. Beyond the members named there: authHeader (a header's name),
  // maxTokensField ("max_tokens" or "max_completion_tokens"), quirks.streamUsage (false for services that refuse
  // stream_options). Unknown members are left to other formats. Throws Failure.
  static Service parse(std::string_view json);

  // "POST {baseUrl}/chat/completions" and the like, with key, headers, proxy and times.
  HttpRequest request(std::string method, std::string_view path, std::string accept) const;
};

inline constexpr std::size_t kResponseBytesMax = 64u << 20;

}  // namespace chela::providers::openai
#endif
