#include "kernel/gateway/reply.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/gateway/rate_limit.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kJsonDepthMax = 64;

// The error types of the OpenAI API.
std::string_view openai_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
    case ErrorCode::unsupported:
    case ErrorCode::not_found: return "invalid_request_error";
    case ErrorCode::unauthenticated: return "authentication_error";
    case ErrorCode::denied: return "permission_error";
    case ErrorCode::exhausted: return "rate_limit_error";
    default: return "api_error";
  }
}

}  // namespace

net::HttpResponse text_reply(int status, std::string_view content_type, std::string body) {
  net::HttpResponse response{.status = status, .body = std::move(body)};
  response.headers.add("Content-Type", content_type);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

net::HttpResponse json_text_reply(int status, std::string body) {
  return text_reply(status, "application/json", std::move(body));
}

net::HttpResponse json_reply(int status, const Json& body) { return json_text_reply(status, json_text(body)); }

std::string error_body(const Error& error, ErrorStyle style) {
  if (style == ErrorStyle::openai) {
    return json_text({{"error",
                       {{"message", error.message},
                        {"type", openai_type(error.code)},
                        {"param", nullptr},
                        {"code", name_of(error.code)}}}});
  }
  return json_text({{"error", {{"code", name_of(error.code)}, {"message", error.message}}}});
}

net::HttpResponse error_reply(const Error& error, ErrorStyle style) {
  auto response = json_text_reply(net::status_of(error.code), error_body(error, style));
  if (error.code == ErrorCode::unauthenticated) response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

void add_retry_after(net::Headers& headers, Duration wait) {
  headers.add("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

net::HttpResponse too_fast_reply(Duration wait, ErrorStyle style) {
  auto response = error_reply({ErrorCode::exhausted, std::string(kTooFast)}, style);
  add_retry_after(response.headers, wait);
  return response;
}

Result<Json> read_json_object(const net::HttpRequest& request) {
  auto type = to_lower(request.headers.value_or("content-type", ""));
  if (!type.starts_with("application/json")) {
    return fail(ErrorCode::invalid_argument, "the request needs `Content-Type: application/json`");
  }
  auto body = parse_json(request.body, kJsonDepthMax);
  if (!body) return fail(ErrorCode::invalid_argument, "the request's body {}", body.error().message);
  if (!body->is_object()) return fail(ErrorCode::invalid_argument, "the request's body is not a JSON object");
  return body;
}

}  // namespace chela::gateway
