#include "kernel/core/net/http_types.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/http_target.hpp"

namespace chela::net {

std::optional<std::string> RequestHead::query_value(std::string_view name) const {
  if (query.empty()) return std::nullopt;
  for (auto pair : split(query, '&')) {
    auto equals = pair.find('=');
    if (decode_query(pair.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? std::string() : decode_query(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 499: return "Client Closed Request";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::not_found: return 404;
    case ErrorCode::already_exists: return 409;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::denied: return 403;
    case ErrorCode::cancelled: return 499;
    case ErrorCode::timed_out: return 504;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::exhausted: return 429;
    case ErrorCode::too_large: return 413;
    case ErrorCode::protocol: return 502;
    case ErrorCode::corrupt: return 500;
    case ErrorCode::unsupported: return 501;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

HttpResponse error_response(int status, const Error& error) {
  nlohmann::json body = {{"error", {{"code", name_of(error.code)}, {"message", error.message}}}};
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json_text(body)};
}

std::vector<std::string_view> list_values(const Headers& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (auto field : headers) {
    if (!equal_ignoring_case(field.name, name)) continue;
    for (auto piece : split(field.value, ',')) {
      if (auto value = trim(piece); !value.empty()) values.push_back(value);
    }
  }
  return values;
}

}  // namespace chela::net
