#pragma once

// What a result code of libcurl means: the layer that failed, and whether trying again may help. Any thread.

#include <curl/curl.h>

#include <string>
#include <string_view>

#include "kernel/core/net/egress_engine.hpp"

namespace chela::net {

struct TransferPoint {
  bool via_proxy = false;
  bool connected = false;  // the request went, or was about to go, onto a connection
  bool head_delivered = false;
};

// `text` is libcurl's own, possibly empty.
EngineFailure describe_failure(CURLcode code, const TransferPoint& reached, std::string_view text);

}  // namespace chela::net
