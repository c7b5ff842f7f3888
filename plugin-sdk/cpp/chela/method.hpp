#ifndef CHELA_METHOD_HPP
#define CHELA_METHOD_HPP
// Methods that clients of the gateway call (chela.gateway_method/1). A class has those that its manifest names by
//   void call_method(chela::MethodRequest, chela::MethodCall)  on the loop, returns at once; completes now or later
// What is thrown fails the call.

#include <cstdint>
#include <string>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/gateway_method.h"

namespace chela {
inline namespace sdk {

// What is asked for; a copy that may be kept.
struct MethodRequest {
  std::uint64_t call_id = 0;
  std::string method;   // its name
  std::string params;   // JSON
  std::string context;  // JSON object: scopes, clientId, plugin
  std::uint64_t timeout_ms = 0;
};

// A running call: move-only, completed exactly once. Any thread.
class MethodCall : public detail::CallHandle<chela_gateway_method_call> {
 public:
  using CallHandle::CallHandle;
  // Ends the call with its result, JSON.
  bool complete(std::string_view json) { return call_->end(CHELA_OK, json); }
};

namespace detail {

CHELA_DETECT_MEMBER(call_method)

template <class T, class = void>
struct MethodMethod : std::false_type {};
template <class T>
struct MethodMethod<
    T, std::void_t<decltype(std::declval<T&>().call_method(std::declval<MethodRequest>(), std::declval<MethodCall>()))>>
    : std::true_type {};

// chela.gateway_method/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct MethodInterface {
  static chela_status start(Instance& instance, const chela_gateway_method_request* raw,
                            const chela_gateway_method_call* call, const chela_error_sink*) {
    auto open = instance.method_calls->add(raw->call_id, call, false);
    MethodRequest request{raw->call_id, std::string(to_view(raw->method)), std::string(to_view(raw->params)),
                          std::string(to_view(raw->context)), raw->timeout_ms};
    open->start([&] { instance.object().call_method(std::move(request), MethodCall(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static constexpr chela_plugin_gateway_method table = {
      sizeof(chela_plugin_gateway_method), &Thunk<chela_plugin, &start>::call, &Thunk<chela_plugin, &cancel>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
