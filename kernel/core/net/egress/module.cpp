// The door of the egress module: the one symbol that the kernel looks up (egress_engine.hpp).

#include <curl/curl.h>

#include "kernel/core/net/egress/engine.hpp"
#include "kernel/core/net/egress/trust.hpp"

namespace {

// What the code relies on and an older libcurl would refuse one request after the other.
constexpr unsigned kCurlVersionMin = 0x075700;  // 7.87: CURLOPT_QUICK_EXIT

const char* prepare() {
  if (curl_version_info(CURLVERSION_NOW)->version_num < kCurlVersionMin) {
    return "libcurl is older than 7.87; install a newer one";
  }
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return "libcurl cannot be initialised";
  chela::net::load_system_trust();
  return nullptr;
}

chela::net::EgressEngine* create(uv_loop_s* loop) {
  return chela::net::CurlEngine::create(loop);
}

}  // namespace

extern "C" __attribute__((visibility("default")))
const chela::net::EgressModule chela_egress_module = {chela::net::kEgressModuleLayout, prepare, create};
