#pragma once

// What a client must show, as the configuration says. Any thread.

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace chela::policy {

// Fewer characters can be guessed by who reaches the port.
constexpr std::size_t kCredentialBytesMin = 16;

struct Credential {
  std::string key;                         // the configuration key that holds it; empty: nothing is asked for
  const nlohmann::json* secret = nullptr;  // the value or its reference, in the configuration; null when not set
};

// By gateway.auth.mode; without one the token counts, else the password. `config` is the whole effective configuration.
Credential configured_credential(const nlohmann::json& config);

}  // namespace chela::policy
