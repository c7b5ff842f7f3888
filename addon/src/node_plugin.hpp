#pragma once

// NativePlugin, the class that JavaScript sees: an instance, its mailbox woken through a thread-safe function of Node,
// its services answered by functions of JavaScript. Everything on the thread of one Node environment; it ends with it.

#include <memory>

#include <napi.h>

#include "addon/src/instance.hpp"

namespace chela::addon {

class NodePlugin final : public Napi::ObjectWrap<NodePlugin>, private Port {
 public:
  static Napi::Function define(Napi::Env env);

  // {library, id, version, services: {startTimer(id, ms), cancelTimer(id), sendHttp(id, request), cancelHttp(id)},
  //  onEvent(kind, call, number, text, more, retryAfterMs), onDestroyed()}
  explicit NodePlugin(const Napi::CallbackInfo& info);
  ~NodePlugin() override;

 private:
  struct Tie;  // what Node's callbacks hold: it says whether the plugin is still there

  void open_mailbox(Napi::Env env);
  // The end, from wherever it comes: no JavaScript runs any more.
  void shut();
  static void on_environment_end(void* tie);
  static void on_wake(napi_env env, napi_value function, void* tie, void* data);
  void deliver();
  void emit(Napi::Env env, const Event& event);
  [[noreturn]] static void raise(Napi::Env env, const Failure& failure);
  Instance& instance(Napi::Env env);
  static Napi::Value call_id(const Napi::CallbackInfo& info, Outcome<std::uint64_t> outcome);
  template <class T>
  static T taken(Napi::Env env, Outcome<T> outcome);

  void configure(const Napi::CallbackInfo& info);
  void start(const Napi::CallbackInfo& info);
  void stop(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void hold(const Napi::CallbackInfo& info);
  void deliver_now(const Napi::CallbackInfo& info);
  Napi::Value offers(const Napi::CallbackInfo& info);
  Napi::Value tool_names(const Napi::CallbackInfo& info);
  Napi::Value open_calls(const Napi::CallbackInfo& info);
  Napi::Value call_tool(const Napi::CallbackInfo& info);
  Napi::Value call_hook(const Napi::CallbackInfo& info);
  Napi::Value call_command(const Napi::CallbackInfo& info);
  Napi::Value complete(const Napi::CallbackInfo& info);
  Napi::Value list_models(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  void timer_expired(const Napi::CallbackInfo& info);
  void http_head(const Napi::CallbackInfo& info);
  void http_body(const Napi::CallbackInfo& info);
  void http_done(const Napi::CallbackInfo& info);

  void start_timer(std::uint64_t id, std::uint64_t delay_ms) override;
  void cancel_timer(std::uint64_t id) override;
  std::string send_http(std::uint64_t id, const chela_http_request& request) override;
  void cancel_http(std::uint64_t id) override;

  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Instance> instance_;
  Napi::ObjectReference services_;
  Napi::FunctionReference on_event_;
  Napi::FunctionReference on_destroyed_;
  napi_threadsafe_function wake_ = nullptr;
  Tie* tie_ = nullptr;
  bool delivering_ = false;
};

}  // namespace chela::addon
