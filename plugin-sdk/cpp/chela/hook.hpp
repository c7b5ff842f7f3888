#ifndef CHELA_HOOK_HPP
#define CHELA_HOOK_HPP
// Hooks (chela.hook/1): a look at what passes through, and a say in it. A class hears of the points in its manifest by
//   void on_hook(chela::HookRequest, chela::HookCall)  on the loop, returns at once; completes now or later
// What is thrown fails the call, which the gateway treats as docs/hooks.md says.

#include <cstdint>
#include <string>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/hook.h"

namespace chela {
inline namespace sdk {

// What passes; a copy that may be kept.
struct HookRequest {
  std::uint64_t call_id = 0;
  std::string point;
  std::string event;    // JSON object
  std::string context;  // JSON object
  std::uint64_t timeout_ms = 0;
};

// A point being passed: move-only, completed exactly once. Any thread.
class HookCall : public detail::CallHandle<chela_hook_call> {
 public:
  using CallHandle::CallHandle;
  // Goes on, with a result as the point has it, a JSON object, or with nothing to say.
  bool complete(std::string_view result = {}) { return call_->end(CHELA_OK, result); }
};

namespace detail {

CHELA_DETECT_MEMBER(on_hook)

template <class T, class = void>
struct HookMethod : std::false_type {};
template <class T>
struct HookMethod<
    T, std::void_t<decltype(std::declval<T&>().on_hook(std::declval<HookRequest>(), std::declval<HookCall>()))>>
    : std::true_type {};

// chela.hook/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct HookInterface {
  static chela_status start(Instance& instance, const chela_hook_request* raw, const chela_hook_call* call,
                            const chela_error_sink*) {
    auto open = instance.hook_calls->add(raw->call_id, call, false);
    HookRequest request{raw->call_id, std::string(to_view(raw->point)), std::string(to_view(raw->event)),
                        std::string(to_view(raw->context)), raw->timeout_ms};
    open->start([&] { instance.object().on_hook(std::move(request), HookCall(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static constexpr chela_plugin_hook table = {sizeof(chela_plugin_hook), &Thunk<chela_plugin, &start>::call,
                                              &Thunk<chela_plugin, &cancel>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
