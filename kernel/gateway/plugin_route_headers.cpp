#include "kernel/gateway/plugin_route_headers.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"
#include "kernel/core/net/http_target.hpp"

namespace chela::gateway {
namespace {

using namespace std::string_view_literals;

constexpr std::array kOfConnection = {"connection"sv, "keep-alive"sv,        "proxy-connection"sv, "te"sv,
                                      "trailer"sv,    "transfer-encoding"sv, "upgrade"sv,          "expect"sv,
                                      "http2-settings"sv, "content-length"sv};
// Cookies go to every port of a host: those that come here are of others.
constexpr std::array kNotForPlugins = {"cookie"sv, "proxy-authorization"sv, "x-forwarded-for"sv, "x-real-ip"sv,
                                       "forwarded"sv, "sec-websocket-protocol"sv};
constexpr std::array kNotForClients = {"set-cookie"sv, "date"sv,        "proxy-authenticate"sv, "strict-transport-security"sv,
                                       "alt-svc"sv,    "clear-site-data"sv, "service-worker-allowed"sv,
                                       "public-key-pins"sv, "nel"sv,   "report-to"sv,          "reporting-endpoints"sv};
constexpr std::string_view kPluginPage = "sandbox allow-scripts allow-forms allow-downloads; frame-ancestors 'none'";

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view one) { return equal_ignoring_case(one, name); });
}

// Whether a header's value holds the gateway's own token, compared so that time tells nothing.
bool holds_token(std::string_view value, std::string_view token) {
  if (token.empty()) return false;
  auto space = value.find(' ');
  auto presented = trim(space == std::string_view::npos ? value : value.substr(space + 1));
  return equal_in_constant_time(sha256_hex(presented), sha256_hex(token));
}

}  // namespace

runtime::RouteHeaders headers_for_plugin(const net::RequestHead& head, bool needs_token, std::string_view token) {
  runtime::RouteHeaders out;
  for (auto [name, value] : head.headers) {
    if (is_among(kOfConnection, name) || is_among(kNotForPlugins, name)) continue;
    if (head.headers.has_token("connection", name)) continue;
    if (equal_ignoring_case(name, "authorization") && (needs_token || holds_token(value, token))) continue;
    out.emplace_back(to_lower(name), value);
  }
  return out;
}

std::string target_for_plugin(const net::RequestHead& head, bool drop_token) {
  std::string_view target = head.target;
  if (!target.starts_with('/')) {  // absolute form
    auto scheme = target.find("://");
    auto slash = scheme == std::string_view::npos ? scheme : target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  auto question = target.find('?');
  if (!drop_token || question == std::string_view::npos) return std::string(target);
  std::string out(target.substr(0, question));
  char separator = '?';
  for (auto piece : split(target.substr(question + 1), '&')) {
    if (net::decode_query(piece.substr(0, piece.find('='))) == "token") continue;
    out.append(1, separator).append(piece);
    separator = '&';
  }
  return out;
}

Result<net::Headers> headers_from_plugin(const runtime::RouteHead& head, bool needs_token) {
  net::Headers out;
  std::vector<std::string_view> of_connection;
  for (const auto& [name, value] : head.headers) {
    if (name != "connection") continue;
    for (auto named : split(value, ',')) of_connection.push_back(trim(named));
  }
  for (const auto& [name, value] : head.headers) {
    if (!net::is_token(name) || !std::ranges::all_of(value, net::is_value_char)) {
      return fail(ErrorCode::protocol, "the plugin answered with a header that is none");
    }
    if (is_among(kOfConnection, name) || is_among(kNotForClients, name)) continue;
    if (std::ranges::any_of(of_connection, [&](auto named) { return equal_ignoring_case(named, name); })) continue;
    if (needs_token && name.starts_with("access-control-")) continue;
    out.add(name, value);
  }
  // Both policies hold where there are two.
  out.add("Content-Security-Policy", kPluginPage);
  for (auto [name, value] : std::initializer_list<net::HeaderField>{{"X-Content-Type-Options", "nosniff"},
                                                                    {"Referrer-Policy", "no-referrer"},
                                                                    {"X-Frame-Options", "DENY"},
                                                                    {"Cross-Origin-Resource-Policy", "same-origin"}}) {
    out.set(name, value);
  }
  return out;
}

}  // namespace chela::gateway
