#include <napi.h>

#include "addon/src/node_plugin.hpp"

namespace {

Napi::Object fill(Napi::Env env, Napi::Object exports) {
  exports.Set("NativePlugin", chela::addon::NodePlugin::define(env));
  exports.Set("abi", Napi::String::New(env, std::to_string(CHELA_ABI_MAJOR) + "." + std::to_string(CHELA_ABI_MINOR)));
  return exports;
}

}  // namespace

NODE_API_MODULE(chela_addon, fill)
