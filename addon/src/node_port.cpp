// A plugin's services as functions of JavaScript. Called from inside the plugin, so that no exception may leave them;
// once the environment ends, they do nothing.

#include "addon/src/node_plugin.hpp"
#include "addon/src/node_values.hpp"

namespace chela::addon {
namespace {

Napi::Number number(Napi::Env env, std::uint64_t value) {
  return Napi::Number::New(env, static_cast<double>(value));
}

Napi::String text(Napi::Env env, chela_str value) {
  auto bytes = from_abi(value);
  return Napi::String::New(env, bytes.data() ? bytes.data() : "", bytes.size());
}

Napi::Object shape(Napi::Env env, const chela_http_request& request) {
  auto headers = Napi::Array::New(env);
  for (std::size_t i = 0; i < request.header_count; ++i) {
    auto pair = Napi::Array::New(env, 2);
    pair.Set(0u, text(env, request.headers[i].name));
    pair.Set(1u, text(env, request.headers[i].value));
    headers.Set(static_cast<std::uint32_t>(i), pair);
  }
  auto body = from_abi(request.body);
  auto out = Napi::Object::New(env);
  out.Set("method", text(env, request.method));
  out.Set("url", text(env, request.url));
  out.Set("headers", headers);
  out.Set("body", Napi::Buffer<char>::Copy(env, body.data(), body.size()));
  out.Set("proxy", text(env, request.proxy));
  out.Set("connectTimeoutMs", number(env, request.connect_timeout_ms));
  out.Set("firstByteTimeoutMs", number(env, request.first_byte_timeout_ms));
  out.Set("idleTimeoutMs", number(env, request.idle_timeout_ms));
  out.Set("totalTimeoutMs", number(env, request.total_timeout_ms));
  out.Set("responseBytesMax", number(env, request.response_bytes_max));
  return out;
}

Napi::Value call(const Napi::ObjectReference& services, const char* name, const std::vector<napi_value>& arguments) {
  auto object = services.Value();
  return object.Get(name).As<Napi::Function>().Call(object, arguments);
}

}  // namespace

void NodePlugin::start_timer(std::uint64_t id, std::uint64_t delay_ms) {
  if (!tie_) return;
  const Napi::HandleScope scope(Env());
  try {
    call(services_, "startTimer", {number(Env(), id), number(Env(), delay_ms)});
  } catch (const Napi::Error&) {
  }
}

void NodePlugin::cancel_timer(std::uint64_t id) {
  if (!tie_) return;
  const Napi::HandleScope scope(Env());
  try {
    call(services_, "cancelTimer", {number(Env(), id)});
  } catch (const Napi::Error&) {
  }
}

std::string NodePlugin::send_http(std::uint64_t id, const chela_http_request& request) {
  if (!tie_) return "the process is ending";
  const Napi::HandleScope scope(Env());
  try {
    auto refused = call(services_, "sendHttp", {number(Env(), id), shape(Env(), request)});
    return refused.IsString() ? text_of(refused) : std::string();
  } catch (const Napi::Error& error) {
    return error.Message();
  }
}

void NodePlugin::cancel_http(std::uint64_t id) {
  if (!tie_) return;
  const Napi::HandleScope scope(Env());
  try {
    call(services_, "cancelHttp", {number(Env(), id)});
  } catch (const Napi::Error&) {
  }
}

}  // namespace chela::addon
