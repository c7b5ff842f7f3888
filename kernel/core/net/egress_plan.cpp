#include "kernel/core/net/egress_plan.hpp"

#include <algorithm>
#include <array>

#include "kernel/core/base/text.hpp"

namespace chela::net {

namespace {

constexpr std::size_t kHeaderBytesMax = 64 * 1024;
constexpr std::size_t kMethodBytesMax = 32;

// Framing, routing and the proxy's credentials are the client's own business.
constexpr std::array<std::string_view, 12> kReservedHeaders = {
    "host", "content-length", "transfer-encoding", "connection",          "keep-alive", "upgrade",
    "te",   "trailer",        "proxy-connection",  "proxy-authorization", "expect",     ":authority"};
// What another origin may see of a redirected request.
constexpr std::array<std::string_view, 4> kHarmlessHeaders = {"accept", "accept-language", "user-agent",
                                                              "content-type"};

bool is_token(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, allowed);  // RFC 9110 section 5.6.2
}

Result<void> check_headers(const Headers& headers) {
  std::size_t bytes = 0;
  for (auto field : headers) {
    if (!is_token(field.name)) return fail(ErrorCode::invalid_argument, "a header's name is not a token of HTTP");
    std::string name = to_lower(field.name);
    if (std::ranges::find(kReservedHeaders, name) != kReservedHeaders.end()) {
      return fail(ErrorCode::invalid_argument, "the header {} is set by the egress client; leave it out", name);
    }
    if (field.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return fail(ErrorCode::invalid_argument, "the header {} holds a line break or a zero byte", name);
    }
    bytes += field.name.size() + field.value.size();
  }
  if (bytes > kHeaderBytesMax) {
    return fail(ErrorCode::too_large, "the headers exceed {} bytes together", kHeaderBytesMax);
  }
  return {};
}

Headers headers_after_redirect(const EgressHop& from, bool same_origin, bool keeps_body) {
  Headers kept;
  for (auto field : from.headers) {
    std::string name = to_lower(field.name);
    bool harmless = std::ranges::find(kHarmlessHeaders, name) != kHarmlessHeaders.end();
    if (!same_origin && (!harmless || has_placeholder(field.value))) continue;
    if (!keeps_body && name.starts_with("content-")) continue;
    kept.add(field.name, field.value);
  }
  return kept;
}

}  // namespace

std::string shown(const EgressHop& hop) {
  return fmt::format("{} {}", hop.method, hop.url.shown());
}

Result<EgressHop> first_hop(EgressRequest& request) {
  CHELA_TRY(EgressUrl url, parse_egress_url(request.url));
  if (!is_token(request.method) || request.method.size() > kMethodBytesMax || request.method == "CONNECT") {
    return fail(ErrorCode::invalid_argument, "the method is not one that can be sent");
  }
  CHELA_CHECK(check_headers(request.headers));
  return EgressHop{request.method, std::move(url), std::move(request.headers),
                   std::make_shared<const std::string>(std::move(request.body))};
}

Result<EgressHop> redirected_hop(const EgressHop& from, int status, std::string_view location) {
  auto parsed = parse_egress_url(location);
  if (!parsed)
    return fail(ErrorCode::protocol, "redirected to a URL that cannot be followed: {}", parsed.error().message);
  if (from.url.scheme == "https" && parsed->scheme == "http") {
    return fail(ErrorCode::protocol, "redirected from https to http ({}); that is not followed", parsed->host);
  }
  bool becomes_get =
      (status == 303 && from.method != "HEAD") || ((status == 301 || status == 302) && from.method == "POST");
  bool same_origin = parsed->origin() == from.url.origin();
  EgressHop hop;
  hop.method = becomes_get ? "GET" : from.method;
  hop.headers = headers_after_redirect(from, same_origin, !becomes_get);
  hop.body = becomes_get ? std::make_shared<const std::string>() : from.body;
  hop.url = std::move(*parsed);
  hop.url_is_ours = false;
  return hop;
}

Result<EngineRequest> plan(const EgressHop& hop, const EgressRequest& request, const EgressOptions& options,
                           EgressSecrets& secrets) {
  using Encoding = EgressSecrets::Encoding;
  EngineRequest engine;
  engine.method = hop.method;
  std::string path_and_query = hop.url.path + hop.url.query;
  if (hop.url_is_ours) {
    CHELA_TRY(path_and_query, secrets.expand(path_and_query, Encoding::path, hop.url.host));
  }
  engine.url = hop.url.origin() + path_and_query;

  bool has_agent = false;
  bool has_content_type = false;
  for (auto field : hop.headers) {
    CHELA_TRY(std::string value, secrets.expand(field.value, Encoding::none, hop.url.host));
    std::string_view text = trim(value);
    engine.header_lines.push_back(text.empty() ? fmt::format("{};", field.name)
                                               : fmt::format("{}: {}", field.name, text));
    has_agent |= equal_ignoring_case(field.name, "user-agent");
    has_content_type |= equal_ignoring_case(field.name, "content-type");
  }
  if (!has_agent && !options.user_agent.empty()) engine.header_lines.push_back("user-agent: " + options.user_agent);
  if (!has_content_type) engine.header_lines.push_back("content-type:");  // or libcurl says it is a form

  CHELA_TRY(std::string proxy, choose_proxy(options.proxy_environment, request.proxy, hop.url));
  CHELA_TRY(engine.proxy, secrets.expand(proxy, Encoding::user_info, host_of_proxy(proxy)));
  engine.body = hop.body;
  engine.ca_file = request.ca_file;
  engine.response_bytes_max = request.response_bytes_max;
  engine.compressed = request.compressed;
  engine.http2 = request.http2;
  return engine;
}

}  // namespace chela::net
