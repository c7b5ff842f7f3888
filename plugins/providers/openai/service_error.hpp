#ifndef PLUGINS_PROVIDERS_OPENAI_SERVICE_ERROR_HPP
#define PLUGINS_PROVIDERS_OPENAI_SERVICE_ERROR_HPP
// What a service says when it does not answer, in words for the operator.

#include <cstdint>
#include <string>
#include <string_view>

#include "chela/http.hpp"
#include "plugins/providers/openai/service.hpp"

namespace chela::providers::openai {

struct ServiceError {
  chela_status status = CHELA_INTERNAL;
  std::string text;
  std::uint64_t retry_after_ms = 0;
};

// Of a response whose HTTP status is no success. `body` is its beginning, of whatever form; `unix_ms` is now.
ServiceError error_of_response(const Service& service, std::string_view model, const HttpHead& head,
                               std::string_view body, std::int64_t unix_ms);

// Of a request that got no whole response: `text` is the transport's.
ServiceError error_of_transport(const Service& service, chela_status status, std::string_view text);

// Of an error that comes in the place of the answer's next piece, after HTTP said that all is well.
Failure failure_in_stream(std::string_view body);

// The message in an error body: {"error":{"message"}}, {"error":"…"}, {"message"}, {"detail"}, an array of those, a web
// page's title, or plain text. One line, at most 300 bytes, with anything that looks like a key taken out.
std::string message_of_body(std::string_view body);

// One line of `text`, at most `bytes_max`, with control characters and anything that looks like a key taken out.
std::string excerpt(std::string_view text, std::size_t bytes_max);

// Retry-After (RFC 9110 section 10.2.3: seconds or a date) and retry-after-ms; 0 without either, a day at most.
std::uint64_t retry_after_ms(const HttpHead& head, std::int64_t unix_ms);

}  // namespace chela::providers::openai
#endif
