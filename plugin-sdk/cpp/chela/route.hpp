#ifndef CHELA_ROUTE_HPP
#define CHELA_ROUTE_HPP
// HTTP routes (chela.http_route/1). A class answers the requests to the paths in its manifest by
//   void handle(chela::RouteRequest, chela::RouteResponse)  returns at once; completes now or later
//   void resume(std::uint64_t call_id)                      optional: after write() said that the client is slow
// all on the loop; what is thrown before the head becomes an error answer, after it the connection is cut.

#include <cstdint>
#include <string>
#include <vector>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/http_route.h"
#include "chela/http.hpp"

namespace chela {
inline namespace sdk {

// What is asked for; a copy that may be kept.
struct RouteRequest {
  std::uint64_t call_id = 0;
  std::string method;
  std::string route;    // the path in the manifest
  std::string target;   // path and query
  HttpHeaders headers;  // names in lower case
  std::string body;
  std::string client;  // JSON object: address, and of "gateway" routes principal and scopes
  std::uint64_t timeout_ms = 0;

  // The first value of `name` (lower case), or null.
  const std::string* find_header(std::string_view name) const {
    for (const auto& header : headers) {
      if (header.first == name) return &header.second;
    }
    return nullptr;
  }
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
};

// The answer: move-only, completed exactly once. Any thread.
class RouteResponse : public detail::CallHandle<chela_route_response> {
 public:
  using CallHandle::CallHandle;
  void head(std::uint32_t status, const HttpHeaders& headers = {}) {
    std::vector<chela_http_header> raw_headers;
    raw_headers.reserve(headers.size());
    for (const auto& header : headers) raw_headers.push_back({to_str(header.first), to_str(header.second)});
    call_->with([&](const chela_route_response* raw) {
      raw->head(raw, status, raw_headers.data(), raw_headers.size());
    });
  }
  // CHELA_OK: go on; CHELA_EXHAUSTED: taken, wait for resume(); CHELA_CANCELLED: nobody reads it any more.
  chela_status write(std::string_view bytes) {
    chela_status status = CHELA_CANCELLED;
    call_->with([&](const chela_route_response* raw) { status = raw->write(raw, to_str(bytes)); });
    return status;
  }
  bool complete() { return call_->end(CHELA_OK, ""); }
  // The request is none for this plugin.
  bool pass() { return fail(CHELA_NOT_FOUND, "nothing is here"); }
  // A whole answer.
  bool send(std::uint32_t status, std::string_view content_type, std::string_view body) {
    head(status, {{"content-type", std::string(content_type)}});
    write(body);
    return complete();
  }
};

namespace detail {

CHELA_DETECT_MEMBER(handle)
CHELA_DETECT_MEMBER(resume)

template <class T, class = void>
struct HandleMethod : std::false_type {};
template <class T>
struct HandleMethod<T, std::void_t<decltype(std::declval<T&>().handle(std::declval<RouteRequest>(),
                                                                      std::declval<RouteResponse>()))>>
    : std::true_type {};
template <class T, class = void>
struct ResumeMethod : std::false_type {};
template <class T>
struct ResumeMethod<T, std::void_t<decltype(std::declval<T&>().resume(std::uint64_t()))>> : std::true_type {};

// chela.http_route/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct RouteInterface {
  static chela_status handle(Instance& instance, const chela_route_request* raw, const chela_route_response* response,
                             const chela_error_sink*) {
    auto open = instance.route_calls->add(raw->call_id, response, false);
    RouteRequest request;
    request.call_id = raw->call_id;
    request.method = to_view(raw->method);
    request.route = to_view(raw->route);
    request.target = to_view(raw->target);
    for (std::size_t i = 0; i < raw->header_count; ++i) {
      request.headers.emplace_back(to_view(raw->headers[i].name), to_view(raw->headers[i].value));
    }
    request.body = to_view(raw->body);
    request.client = to_view(raw->client);
    request.timeout_ms = raw->timeout_ms;
    open->start([&] { instance.object().handle(std::move(request), RouteResponse(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static void resume(Instance& instance, std::uint64_t call_id) {
    if constexpr (ResumeMethod<typename Instance::Object>::value) {
      instance.object().resume(call_id);
    } else {
      (void)instance, (void)call_id;
    }
  }

  static constexpr chela_plugin_http_route table = {sizeof(chela_plugin_http_route),
                                                    &Thunk<chela_plugin, &handle>::call,
                                                    &Thunk<chela_plugin, &cancel>::call,
                                                    &Thunk<chela_plugin, &resume>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
