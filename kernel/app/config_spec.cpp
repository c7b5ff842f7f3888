#include "kernel/app/config_spec.hpp"

#include <string_view>

#include "kernel/core/base/assert.hpp"

namespace chela::embedded {
std::string_view gateway_schema();
std::string_view logging_schema();
std::string_view secrets_schema();
std::string_view plugins_schema();
std::string_view lane_schema();
std::string_view agents_schema();
std::string_view models_schema();
std::string_view tools_schema();
std::string_view skills_schema();
std::string_view channels_schema();
std::string_view openclaw_keys();
}  // namespace chela::embedded

namespace chela::app {

config::ConfigSpec kernel_config_spec() {
  using config::Reload;
  const config::Slice slices[] = {
      {.owner = "gateway", .path = "gateway", .schema = embedded::gateway_schema()},
      {.owner = "log", .path = "logging", .schema = embedded::logging_schema()},
      {.owner = "config", .path = "secrets", .schema = embedded::secrets_schema()},
      {.owner = "plugins", .path = "plugins", .schema = embedded::plugins_schema(), .reload = Reload::live},
      {.owner = "plugins", .path = "runtime", .schema = embedded::lane_schema()},
      {.owner = "runtime", .path = "agents", .schema = embedded::agents_schema()},
      {.owner = "runtime", .path = "models", .schema = embedded::models_schema(), .reload = Reload::live},
      {.owner = "runtime", .path = "tools", .schema = embedded::tools_schema(), .reload = Reload::live},
      {.owner = "runtime", .path = "skills", .schema = embedded::skills_schema(), .reload = Reload::live},
      {.owner = "runtime", .path = "channels", .schema = embedded::channels_schema()},
  };
  config::ConfigSpec spec;
  for (const auto& slice : slices) {
    auto problems = spec.add(slice);
    CHELA_ASSERT(problems.empty(), slice.path.c_str());
  }
  spec.know_upstream_keys(embedded::openclaw_keys());
  return spec;
}

}  // namespace chela::app
