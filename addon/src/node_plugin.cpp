#include "addon/src/node_plugin.hpp"

#include <utility>

#include "addon/src/node_values.hpp"

namespace chela::addon {

// Freed when the thread-safe function is, which is after the last wake.
struct NodePlugin::Tie {
  NodePlugin* plugin = nullptr;
};

Napi::Function NodePlugin::define(Napi::Env env) {
  return DefineClass(
      env, "NativePlugin",
      {InstanceMethod<&NodePlugin::configure>("configure"), InstanceMethod<&NodePlugin::start>("start"),
       InstanceMethod<&NodePlugin::stop>("stop"), InstanceMethod<&NodePlugin::dispose>("dispose"),
       InstanceMethod<&NodePlugin::hold>("hold"), InstanceMethod<&NodePlugin::deliver_now>("deliver"),
       InstanceMethod<&NodePlugin::offers>("offers"), InstanceMethod<&NodePlugin::tool_names>("toolNames"),
       InstanceMethod<&NodePlugin::open_calls>("openCalls"), InstanceMethod<&NodePlugin::call_tool>("callTool"),
       InstanceMethod<&NodePlugin::call_hook>("callHook"), InstanceMethod<&NodePlugin::call_command>("callCommand"),
       InstanceMethod<&NodePlugin::complete>("complete"), InstanceMethod<&NodePlugin::list_models>("listModels"),
       InstanceMethod<&NodePlugin::cancel>("cancel"), InstanceMethod<&NodePlugin::timer_expired>("timerExpired"),
       InstanceMethod<&NodePlugin::http_head>("httpHead"), InstanceMethod<&NodePlugin::http_body>("httpBody"),
       InstanceMethod<&NodePlugin::http_done>("httpDone")});
}

void NodePlugin::raise(Napi::Env env, const Failure& failure) {
  auto error = Napi::Error::New(env, failure.message);
  error.Set("status", Napi::String::New(env, name_of(failure.status)));
  throw error;
}

template <class T>
T NodePlugin::taken(Napi::Env env, Outcome<T> outcome) {
  if (!outcome) raise(env, outcome.error());
  if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

NodePlugin::NodePlugin(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<NodePlugin>(info), mailbox_(std::make_shared<Mailbox>()) {
  auto env = info.Env();
  auto given = info[0].As<Napi::Object>();
  services_ = Napi::Persistent(given.Get("services").As<Napi::Object>());
  on_event_ = Napi::Persistent(given.Get("onEvent").As<Napi::Function>());
  on_destroyed_ = Napi::Persistent(given.Get("onDestroyed").As<Napi::Function>());
  const auto* entry =
      taken(env, open_door(text_of(given.Get("library")), text_of(given.Get("id")), text_of(given.Get("version"))));
  Port& port = *this;
  auto made = std::make_unique<Instance>(port, mailbox_);
  taken(env, made->create(*entry));
  open_mailbox(env);
  instance_ = std::move(made);
  Ref();
}

NodePlugin::~NodePlugin() {
  shut();
}

void NodePlugin::open_mailbox(Napi::Env env) {
  tie_ = new Tie{this};
  auto name = Napi::String::New(env, "chela native plugin");
  auto status = napi_create_threadsafe_function(
      env, nullptr, nullptr, name, 0, 1, tie_, [](napi_env, void* tie, void*) { delete static_cast<Tie*>(tie); }, tie_,
      &on_wake, &wake_);
  if (status != napi_ok) {
    delete std::exchange(tie_, nullptr);
    raise(env, {CHELA_INTERNAL, "Node made no thread-safe function"});
  }
  napi_unref_threadsafe_function(env, wake_);
  // After the function's own: hooks run last first, so that nobody wakes it once it is gone.
  napi_add_env_cleanup_hook(env, &on_environment_end, tie_);
  mailbox_->open(
      [](void* wake) {
        napi_call_threadsafe_function(static_cast<napi_threadsafe_function>(wake), nullptr, napi_tsfn_nonblocking);
      },
      wake_);
}

void NodePlugin::on_environment_end(void* tie) {
  if (auto* self = static_cast<Tie*>(tie)->plugin) self->shut();
}

void NodePlugin::shut() {
  if (!tie_) return;
  mailbox_->close();
  auto* tie = std::exchange(tie_, nullptr);
  tie->plugin = nullptr;
  napi_remove_env_cleanup_hook(Env(), &on_environment_end, tie);
  instance_.reset();
  napi_release_threadsafe_function(std::exchange(wake_, nullptr), napi_tsfn_release);
}

void NodePlugin::on_wake(napi_env env, napi_value, void* tie, void*) {
  auto* self = static_cast<Tie*>(tie)->plugin;
  if (!env || !self) return;
  try {
    self->deliver();
  } catch (const Napi::Error&) {  // the environment is ending: JavaScript runs no more
  }
}

void NodePlugin::deliver() {
  if (delivering_) return;  // the outer one goes on with what has come meanwhile
  delivering_ = true;
  auto env = Env();
  const Napi::HandleScope scope(env);
  try {
    while (instance_) {
      auto events = mailbox_->take();
      if (events.empty()) break;
      for (const auto& event : events) {
        if (instance_) instance_->taken(event);
        emit(env, event);
      }
    }
  } catch (const Napi::Error&) {
    delivering_ = false;
    throw;
  }
  delivering_ = false;
  if (!instance_) return;
  instance_->sweep();
  if (!instance_->destroyed()) return;
  shut();
  on_destroyed_.Call({});
  Unref();
}

void NodePlugin::emit(Napi::Env env, const Event& event) {
  const Napi::HandleScope scope(env);
  on_event_.Call({Napi::Number::New(env, static_cast<int>(event.kind)),
                  Napi::Number::New(env, static_cast<double>(event.call)), Napi::Number::New(env, event.number),
                  Napi::String::New(env, event.text), Napi::String::New(env, event.more),
                  Napi::Number::New(env, event.retry_after_ms)});
}

Instance& NodePlugin::instance(Napi::Env env) {
  if (!instance_) raise(env, {CHELA_UNAVAILABLE, "the plugin has ended"});
  return *instance_;
}

void NodePlugin::configure(const Napi::CallbackInfo& info) {
  taken(info.Env(), instance(info.Env()).configure(text_of(info[0])));
}

void NodePlugin::start(const Napi::CallbackInfo& info) {
  taken(info.Env(), instance(info.Env()).start());
}

void NodePlugin::stop(const Napi::CallbackInfo& info) {
  if (!instance_) return;
  instance(info.Env()).stop();
  deliver();
}

void NodePlugin::dispose(const Napi::CallbackInfo&) {
  if (!tie_) return;
  shut();
  Unref();
}

void NodePlugin::hold(const Napi::CallbackInfo& info) {
  if (!wake_) return;
  if (info[0].ToBoolean()) {
    napi_ref_threadsafe_function(info.Env(), wake_);
  } else {
    napi_unref_threadsafe_function(info.Env(), wake_);
  }
}

void NodePlugin::deliver_now(const Napi::CallbackInfo&) {
  deliver();
}

Napi::Value NodePlugin::offers(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), instance(info.Env()).offers(text_of(info[0])));
}

Napi::Value NodePlugin::tool_names(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), taken(info.Env(), instance(info.Env()).tool_names()));
}

Napi::Value NodePlugin::open_calls(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), instance_ ? static_cast<double>(instance_->open_calls()) : 0);
}

Napi::Value NodePlugin::call_id(const Napi::CallbackInfo& info, Outcome<std::uint64_t> outcome) {
  return Napi::Number::New(info.Env(), static_cast<double>(taken(info.Env(), std::move(outcome))));
}

Napi::Value NodePlugin::call_tool(const Napi::CallbackInfo& info) {
  ToolInput input{text_of(info[0]), text_of(info[1]), text_of(info[2]), number_of(info[3]), info[4].ToBoolean()};
  return call_id(info, instance(info.Env()).call_tool(std::move(input)));
}

Napi::Value NodePlugin::call_hook(const Napi::CallbackInfo& info) {
  EventInput input{text_of(info[0]), text_of(info[1]), text_of(info[2]), number_of(info[3])};
  return call_id(info, instance(info.Env()).call_hook(input));
}

Napi::Value NodePlugin::call_command(const Napi::CallbackInfo& info) {
  EventInput input{text_of(info[0]), text_of(info[1]), text_of(info[2]), number_of(info[3])};
  return call_id(info, instance(info.Env()).call_command(input));
}

Napi::Value NodePlugin::complete(const Napi::CallbackInfo& info) {
  CompletionInput input{text_of(info[0]), text_of(info[1]), texts_of(info[2]), texts_of(info[3]), text_of(info[4])};
  return call_id(info, instance(info.Env()).complete(input));
}

Napi::Value NodePlugin::list_models(const Napi::CallbackInfo& info) {
  return call_id(info, instance(info.Env()).list_models(text_of(info[0])));
}

void NodePlugin::cancel(const Napi::CallbackInfo& info) {
  if (instance_) instance_->cancel(number_of(info[0]));
  deliver();
}

void NodePlugin::timer_expired(const Napi::CallbackInfo& info) {
  if (instance_) instance_->timer_expired(number_of(info[0]));
  deliver();
}

void NodePlugin::http_head(const Napi::CallbackInfo& info) {
  if (!instance_) return;
  auto texts = texts_of(info[2]);  // name, value, name, value …
  std::vector<chela_http_header> headers;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) headers.push_back({to_abi(texts[i]), to_abi(texts[i + 1])});
  instance_->http_head(number_of(info[0]), static_cast<std::uint32_t>(number_of(info[1])), headers);
  deliver();
}

void NodePlugin::http_body(const Napi::CallbackInfo& info) {
  if (!instance_) return;
  auto bytes = info[1].As<Napi::Uint8Array>();
  instance_->http_body(number_of(info[0]), {reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()});
  deliver();
}

void NodePlugin::http_done(const Napi::CallbackInfo& info) {
  if (!instance_) return;
  instance_->http_done(number_of(info[0]), static_cast<chela_status>(number_of(info[1])), text_of(info[2]));
  deliver();
}

}  // namespace chela::addon
