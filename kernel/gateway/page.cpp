#include "kernel/gateway/page.hpp"

#include "kernel/gateway/reply.hpp"
#include "kernel/gateway/web/assets.hpp"

namespace chela::gateway {
namespace {

Task<Result<void>> send_asset(const web::Asset& asset, Request request) {
  const auto& headers = request.http().headers;
  net::HttpResponse response;
  for (auto header : web::headers()) response.headers.add(header.name, header.value);
  response.headers.add("ETag", asset.etag);
  if (headers.value_or("if-none-match", "") == asset.etag) {
    response.status = 304;
    co_return request.respond(std::move(response));
  }
  response.headers.add("Content-Type", asset.content_type);
  response.headers.add("Vary", "Accept-Encoding");
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
