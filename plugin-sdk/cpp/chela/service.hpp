#ifndef CHELA_SERVICE_HPP
#define CHELA_SERVICE_HPP
// Services (chela.service/1): work in the background. A class runs those that its manifest names by
//   void start_service(std::string_view id, chela::ServiceMonitor)  on the loop; returns at once, may start threads
//   void stop_service(std::string_view id)                          on a worker; its threads have ended when it returns

#include <string_view>
#include <type_traits>

#include "chela/detect.hpp"
#include "chela/ext/service.h"
#include "chela/failure.hpp"

namespace chela {
inline namespace sdk {

// The host's ear for one service: a value to copy, good until stop_service() has returned. Any thread.
class ServiceMonitor {
 public:
  ServiceMonitor() = default;
  explicit ServiceMonitor(const chela_service_monitor* raw) : raw_(raw) {}
  void ok(std::string_view text) const { raw_->report(raw_, to_str("ok"), to_str(text)); }
  void degraded(std::string_view text) const { raw_->report(raw_, to_str("degraded"), to_str(text)); }
  // It does nothing any more; the host ends it and begins it again.
  void fail(chela_status status, std::string_view text) const { raw_->fail(raw_, status, to_str(text)); }

 private:
  const chela_service_monitor* raw_ = nullptr;
};

namespace detail {

CHELA_DETECT_MEMBER(start_service)
CHELA_DETECT_MEMBER(stop_service)

template <class T, class = void>
struct StartServiceMethod : std::false_type {};
template <class T>
struct StartServiceMethod<T, std::void_t<decltype(std::declval<T&>().start_service(
                                 std::string_view(), std::declval<ServiceMonitor>())),
                             decltype(std::declval<T&>().stop_service(std::string_view()))>> : std::true_type {};

// chela.service/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct ServiceInterface {
  static chela_status start(Instance& instance, chela_str id, const chela_service_monitor* monitor,
                            const chela_error_sink*) {
    instance.object().start_service(to_view(id), ServiceMonitor(monitor));
    return CHELA_OK;
  }
  static void stop(Instance& instance, chela_str id) { instance.object().stop_service(to_view(id)); }

  static constexpr chela_plugin_service table = {sizeof(chela_plugin_service), &Thunk<chela_plugin, &start>::call,
                                                 &Thunk<chela_plugin, &stop>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
