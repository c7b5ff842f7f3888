#include <napi.h>

#include "addon/src/node_plugin.hpp"
#include "addon/src/node_socket.hpp"

namespace {

Napi::Object fill(Napi::Env env, Napi::Object exports) {
  exports.Set("NativePlugin", chela::addon::NodePlugin::define(env));
  chela::addon::define_socket_functions(env, exports);
  exports.Set("abi", Napi::String::New(env, std::to_string(CHELA_ABI_MAJOR) + "." + std::to_string(CHELA_ABI_MINOR)));
  return exports;
}

}  // namespace

NODE_API_MODULE(chela_addon, fill)
