#ifndef CHELA_PLUGIN_HPP
#define CHELA_PLUGIN_HPP
// Everything to write a plugin in C++17. A plugin is a plain class:
//
//   class Greeter {
//    public:
//     explicit Greeter(chela::Host host);           // keeps the host; must not call it yet
//     void configure(std::string_view json);        // optional: its slice of the configuration, a JSON object
//     void start();                                 // optional: ready for calls
//     void stop();                                  // optional: the SDK then cancels what is still open
//     chela::ToolTable<Greeter> tools();            // see chela/tool.hpp
//     void complete(chela::CompletionRequest, chela::Completion);  // see chela/provider.hpp
//     void handle(chela::RouteRequest, chela::RouteResponse);      // see chela/route.hpp
//     chela::FunctionTable<Greeter> functions();    // memory, embeddings, …: see chela/capability.hpp
//     void start_service(std::string_view id, chela::ServiceMonitor);  // see chela/service.hpp
//     void on_hook(chela::HookRequest, chela::HookCall);            // see chela/hook.hpp
//     void run_command(chela::CommandRequest, chela::CommandCall);  // see chela/command.hpp
//     void call_method(chela::MethodRequest, chela::MethodCall);    // see chela/method.hpp
//     void connect(chela::ChannelAccount, chela::ChannelCall);      // see chela/channel.hpp
//     void cancel(std::uint64_t call_id);           // optional: without it the SDK completes a cancelled call
//   };
//   CHELA_PLUGIN(Greeter, "greeter", "1.0.0")
//
// All but blocking tools run on the loop, never two at once. To fail, throw chela::Failure.

#include <optional>

#include "chela/capability.hpp"
#include "chela/channel.hpp"
#include "chela/command.hpp"
#include "chela/hook.hpp"
#include "chela/host.hpp"
#include "chela/http.hpp"
#include "chela/method.hpp"
#include "chela/provider.hpp"
#include "chela/route.hpp"
#include "chela/service.hpp"
#include "chela/timer.hpp"
#include "chela/tool.hpp"

namespace chela {
inline namespace sdk {
namespace detail {

CHELA_DETECT_MEMBER(configure)
CHELA_DETECT_MEMBER(start)
CHELA_DETECT_MEMBER(stop)

template <class T, class = void>
struct ConfigureMethod : std::false_type {};
template <class T>
struct ConfigureMethod<T, std::void_t<decltype(std::declval<T&>().configure(std::string_view()))>> : std::true_type {};
template <class T, class = void>
struct StartMethod : std::false_type {};
template <class T>
struct StartMethod<T, std::void_t<decltype(std::declval<T&>().start())>> : std::true_type {};
template <class T, class = void>
struct StopMethod : std::false_type {};
template <class T>
struct StopMethod<T, std::void_t<decltype(std::declval<T&>().stop())>> : std::true_type {};

template <class T>
constexpr bool check_signatures() {
  static_assert(std::is_constructible_v<T, Host>,
                "chela: the plugin class needs a constructor; expected `explicit Name(chela::Host host)`");
  static_assert(!has_configure<T> || ConfigureMethod<T>::value,
                "chela: configure() has the wrong signature; expected `void configure(std::string_view json)`");
  static_assert(!has_start<T> || StartMethod<T>::value,
                "chela: start() has the wrong signature; expected `void start()`");
  static_assert(!has_stop<T> || StopMethod<T>::value, "chela: stop() has the wrong signature; expected `void stop()`");
  static_assert(!has_tools<T> || ToolsMethod<T>::value,
                "chela: tools() has the wrong signature; expected `chela::ToolTable<Name> tools()`");
  static_assert(!has_complete<T> || CompleteMethod<T>::value,
                "chela: complete() has the wrong signature; expected "
                "`void complete(chela::CompletionRequest request, chela::Completion completion)`");
  static_assert(!has_list_models<T> || ListModelsMethod<T>::value,
                "chela: list_models() has the wrong signature; expected "
                "`void list_models(std::string_view service, chela::Completion completion)`");
  static_assert(!has_cancel<T> || CancelMethod<T>::value,
                "chela: cancel() has the wrong signature; expected `void cancel(std::uint64_t call_id)`");
  static_assert(!has_handle<T> || HandleMethod<T>::value,
                "chela: handle() has the wrong signature; expected "
                "`void handle(chela::RouteRequest request, chela::RouteResponse response)`");
  static_assert(!has_functions<T> || FunctionsMethod<T>::value,
                "chela: functions() has the wrong signature; expected `chela::FunctionTable<Name> functions()`");
  static_assert(has_start_service<T> == has_stop_service<T> && (!has_start_service<T> || StartServiceMethod<T>::value),
                "chela: a service needs `void start_service(std::string_view id, chela::ServiceMonitor monitor)` and "
                "`void stop_service(std::string_view id)`");
  static_assert(!has_on_hook<T> || HookMethod<T>::value,
                "chela: on_hook() has the wrong signature; expected "
                "`void on_hook(chela::HookRequest request, chela::HookCall call)`");
  static_assert(!has_run_command<T> || CommandMethod<T>::value,
                "chela: run_command() has the wrong signature; expected "
                "`void run_command(chela::CommandRequest request, chela::CommandCall call)`");
  static_assert(!has_call_method<T> || MethodMethod<T>::value,
                "chela: call_method() has the wrong signature; expected "
                "`void call_method(chela::MethodRequest request, chela::MethodCall call)`");
  static_assert(!has_channel<T> || ChannelMethods<T>::value,
                "chela: a channel needs `void connect(chela::ChannelAccount account, chela::ChannelCall call)`, "
                "`void disconnect(chela::ChannelAccount account, chela::ChannelCall call)` and "
                "`void send(chela::ChannelMessage message, chela::ChannelCall call)`");
  static_assert(has_tools<T> || has_complete<T> || has_handle<T> || has_functions<T> || has_start_service<T> ||
                    has_on_hook<T> || has_run_command<T> || has_call_method<T> || has_channel<T>,
                "chela: the plugin class offers nothing; give it `chela::ToolTable<Name> tools()` or "
                "`void complete(chela::CompletionRequest request, chela::Completion completion)`, or another method "
                "of chela/plugin.hpp");
  return true;
}

// One plugin instance: the C object, the author's object, and its open calls.
template <class T>
class Instance {
  static_assert(check_signatures<T>());

 public:
  using Object = T;

  explicit Instance(const chela_host* raw) : host(raw), object_(std::in_place, host) {
    plugin = {sizeof(chela_plugin),
              this,
              &Thunk<chela_plugin, &Instance::get_extension>::call,
              &Thunk<chela_plugin, &Instance::configure>::call,
              &Thunk<chela_plugin, &Instance::start>::call,
              &Thunk<chela_plugin, &Instance::stop>::call,
              &Instance::destroy};
  }

  T& object() { return *object_; }

  void cancel(std::uint64_t call_id) {
    if constexpr (CancelMethod<T>::value) {
      object_->cancel(call_id);
    } else {
      if (auto call = tool_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = completions->find(call_id)) call->cancel("cancelled");
      if (auto call = route_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = function_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = hook_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = command_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = method_calls->find(call_id)) call->cancel("cancelled");
      if (auto call = channel_calls->find(call_id)) call->cancel("cancelled");
    }
  }

  void on_failure(const Failure& failure) { host.log().error(failure.text()); }

  chela_plugin plugin = {};
  Host host;
  ToolTable<T> tools;
  std::shared_ptr<OpenCalls<chela_tool_call>> tool_calls = std::make_shared<OpenCalls<chela_tool_call>>();
  std::shared_ptr<OpenCalls<chela_completion>> completions = std::make_shared<OpenCalls<chela_completion>>();
  std::shared_ptr<OpenCalls<chela_route_response>> route_calls = std::make_shared<OpenCalls<chela_route_response>>();
  FunctionTable<T> functions;
  std::shared_ptr<OpenCalls<chela_capability_call>> function_calls =
      std::make_shared<OpenCalls<chela_capability_call>>();
  std::shared_ptr<OpenCalls<chela_hook_call>> hook_calls = std::make_shared<OpenCalls<chela_hook_call>>();
  std::shared_ptr<OpenCalls<chela_command_call>> command_calls = std::make_shared<OpenCalls<chela_command_call>>();
  std::shared_ptr<OpenCalls<chela_gateway_method_call>> method_calls =
      std::make_shared<OpenCalls<chela_gateway_method_call>>();
  std::shared_ptr<OpenCalls<chela_channel_call>> channel_calls = std::make_shared<OpenCalls<chela_channel_call>>();

 private:
  static const void* get_extension(Instance&, chela_str id) {
    if constexpr (has_tools<T>) {
      if (to_view(id) == CHELA_EXT_TOOL) return &ToolInterface<Instance>::table;
    }
    if constexpr (has_complete<T>) {
      if (to_view(id) == CHELA_EXT_PROVIDER) return &ProviderInterface<Instance>::table;
    }
    if constexpr (has_handle<T>) {
      if (to_view(id) == CHELA_EXT_HTTP_ROUTE) return &RouteInterface<Instance>::table;
    }
    if constexpr (has_functions<T>) {
      if (to_view(id) == CHELA_EXT_CAPABILITY) return &FunctionInterface<Instance>::table;
    }
    if constexpr (has_on_hook<T>) {
      if (to_view(id) == CHELA_EXT_HOOK) return &HookInterface<Instance>::table;
    }
    if constexpr (has_run_command<T>) {
      if (to_view(id) == CHELA_EXT_COMMAND) return &CommandInterface<Instance>::table;
    }
    if constexpr (has_call_method<T>) {
      if (to_view(id) == CHELA_EXT_GATEWAY_METHOD) return &MethodInterface<Instance>::table;
    }
    if constexpr (has_channel<T>) {
      if (to_view(id) == CHELA_EXT_CHANNEL) return &ChannelInterface<Instance>::table;
    }
    if constexpr (has_start_service<T>) {
      if (to_view(id) == CHELA_EXT_SERVICE) return &ServiceInterface<Instance>::table;
    }
    return nullptr;
  }

  static chela_status configure(Instance& self, chela_str json, const chela_error_sink*) {
    if constexpr (ConfigureMethod<T>::value) {
      self.object_->configure(to_view(json));
    } else {
      for (char c : to_view(json)) {
        if (c == '"') throw Failure(CHELA_INVALID_ARGUMENT, "this plugin takes no configuration; remove its keys");
      }
    }
    return CHELA_OK;
  }

  static chela_status start(Instance& self, const chela_error_sink*) {
    if constexpr (StartMethod<T>::value) self.object_->start();
    if constexpr (ToolsMethod<T>::value) self.tools = self.object_->tools();
    if constexpr (FunctionsMethod<T>::value) self.functions = self.object_->functions();
    return CHELA_OK;
  }

  static void stop(Instance& self) {
    if constexpr (StopMethod<T>::value) {
      guard([&] { self.object_->stop(); }, [&](const Failure& failure) { self.on_failure(failure); });
    }
    self.end_open_work();
  }

  static void destroy(const chela_plugin* plugin) noexcept {
    auto* self = static_cast<Instance*>(plugin->self);
    self->end_open_work();
    delete self;
  }

  // Requests first: their handlers are told, and usually complete the calls themselves.
  void end_open_work() {
    host.state()->cancel_all();
    tool_calls->cancel_all("the plugin was stopped");
    completions->cancel_all("the plugin was stopped");
    route_calls->cancel_all("the plugin was stopped");
    function_calls->cancel_all("the plugin was stopped");
    hook_calls->cancel_all("the plugin was stopped");
    command_calls->cancel_all("the plugin was stopped");
    method_calls->cancel_all("the plugin was stopped");
    channel_calls->cancel_all("the plugin was stopped");
  }

  std::optional<T> object_;
};

template <class T>
const chela_plugin* create(const chela_host* host, const chela_error_sink* error) noexcept {
  return guard([&]() -> const chela_plugin* { return &(new Instance<T>(host))->plugin; },
               [&](const Failure& failure) -> const chela_plugin* {
                 set_error(error, failure.text());
                 return nullptr;
               });
}

}  // namespace detail
}  // namespace sdk
}  // namespace chela

// The door of the plugin, constant data: at namespace scope, once, in one source file.
#define CHELA_PLUGIN(Class, id, version)                                                                    \
  extern "C" {                                                                                              \
  extern CHELA_EXPORT const chela_entry CHELA_ENTRY_NAME;                                                   \
  const chela_entry CHELA_ENTRY_NAME = {                                                                    \
      sizeof(chela_entry), CHELA_ABI_MAJOR, CHELA_ABI_MINOR, id, version, &::chela::detail::create<Class>}; \
  }
#endif
