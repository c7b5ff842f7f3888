#include "kernel/gateway/page.hpp"

#include <algorithm>

#include "kernel/gateway/reply.hpp"
#include "kernel/gateway/web/assets.hpp"

namespace chela::gateway {
namespace {

// RFC 9110 section 13.1.2: any tag of the list, weak or not.
bool has_already(const net::Headers& headers, std::string_view etag) {
  return std::ranges::any_of(net::list_values(headers, "if-none-match"), [&](std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == etag || tag == "*";
  });
}

Task<Result<void>> send_asset(const web::Asset& asset, Request request) {
  const auto& headers = request.http().headers;
  net::HttpResponse response;
  for (auto header : web::headers()) response.headers.add(header.name, header.value);
  response.headers.add("ETag", asset.etag);
  response.headers.add("Vary", "Accept-Encoding");
  if (has_already(headers, asset.etag)) {
    response.status = 304;
    co_return request.respond(std::move(response));
  }
  response.headers.add("Content-Type", asset.content_type);
  bool gzip = !asset.gzip_bytes.empty() && headers.has_token("accept-encoding", "gzip");
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.body = gzip ? asset.gzip_bytes : asset.bytes;
  co_return request.respond(std::move(response));
}

Task<Result<void>> send_to_page(Request request) {
  net::HttpResponse response{.status = 302};
  response.headers.add("Location", "/chat");
  co_return request.respond(std::move(response));
}

}  // namespace

void add_page(Service& service) {
  const policy::RoutePolicy policy(policy::RouteAccess::page, 0);
  service.add(
      {"GET", "/", policy, "leads to the web page", [](Request request) { return send_to_page(std::move(request)); }});
  for (const auto& asset : web::assets()) {
    service.add({"GET", std::string(asset.path), policy, "the web page",
                 [&asset](Request request) { return send_asset(asset, std::move(request)); }});
  }
}

}  // namespace chela::gateway
