#pragma once

// Why the gateway may not listen on an address that others can reach, as it is configured. Each refusal names the key
// to change. Loopback addresses are never refused.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace chela::policy {

struct BindRefusal {
  std::string key;      // the configuration key that settles it
  std::string message;  // what is unsafe and what to set
};

bool is_loopback_address(std::string_view address);

// All refusals at once, in the order of their weight. `config` is the whole effective configuration.
std::vector<BindRefusal> check_public_bind(std::string_view bind_address, const nlohmann::json& config);

// The same of what a reference has turned out to name, which the configuration itself does not tell.
std::optional<BindRefusal> check_resolved_credential(std::string_view bind_address, const nlohmann::json& config,
                                                     std::string_view credential);

}  // namespace chela::policy
