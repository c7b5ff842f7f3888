#pragma once

// Changes the person's configuration file on behalf of a page or a command: only what loads is written, and what is
// written is in effect afterwards. Loop thread; reads and writes files, which may block for a moment.

#include <expected>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/app/effective_config.hpp"
#include "kernel/core/config/path.hpp"
#include "kernel/gateway/plugins_api.hpp"

namespace chela::app {

class LiveReload;

struct ConfigEdit {
  config::Path path;
  std::string json;  // the new value; empty: it is removed, if it is there
};

// What the file says at `path`; null when there is nothing, or no file that can be read.
nlohmann::json written_at(const EffectiveConfig& config, const config::Path& path);

// `around` is what the edits are in, and `becomes` what it will be: this is tried before anything is written. Places of
// a refusal are within `around`. Without a live reload the file is only written.
std::expected<void, gateway::ConfigRefusal> edit_config(const EffectiveConfig& config, LiveReload* live_reload,
                                                        const config::Path& around, const nlohmann::json& becomes,
                                                        const std::vector<ConfigEdit>& edits);

}  // namespace chela::app
