#include "kernel/app/config_edit.hpp"

#include <nlohmann/json.hpp>

#include "kernel/app/config_spec.hpp"
#include "kernel/app/configuration.hpp"
#include "kernel/app/live_reload.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/config/edit.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::app {
namespace {

using gateway::ConfigRefusal;
using Json = nlohmann::json;

constexpr std::size_t kFileBytesMax = 1 << 20;

std::unexpected<ConfigRefusal> refuse(Error error) { return std::unexpected(ConfigRefusal{std::move(error), {}}); }

Result<std::string> edited(std::string text, const std::vector<ConfigEdit>& edits) {
  for (const auto& edit : edits) {
    auto changed = edit.json.empty() ? config::without_value(text, edit.path)
                                     : config::with_value(text, edit.path, Json::parse(edit.json, nullptr, false));
    if (changed) text = std::move(*changed);
    else if (!edit.json.empty() || changed.error().code != ErrorCode::not_found) return changed;
  }
  return text;
}

// Where below `around` a problem lies; "$" when it lies elsewhere.
std::string place_in(const config::Path& around, const std::string& text) {
  auto path = config::Path::parse(text);
  config::Path inner;
  if (path && path->starts_with(around)) {
    for (std::size_t i = around.size(); i < path->size(); ++i) inner = inner.child(path->segments()[i]);
  }
  return inner.empty() ? "$" : inner.text();
}

}  // namespace

Json written_at(const EffectiveConfig& config, const config::Path& path) {
  auto text = platform::read_file(config::find_config_file(config.request()).path, kFileBytesMax);
  if (!text) return {};
  auto document = config::parse_json5(*text);
  const Json* found = document ? path.find_in(*document) : nullptr;
  return found ? *found : Json();
}

std::expected<void, ConfigRefusal> edit_config(const EffectiveConfig& config, LiveReload* live_reload,
                                               const config::Path& around, const Json& becomes,
                                               const std::vector<ConfigEdit>& edits) {
  auto file = config::find_config_file(config.request());
  auto text = config::text_to_edit(file);
  if (!text) return refuse(std::move(text.error()));
  auto changed = edited(std::move(*text), edits);
  if (!changed) return refuse(std::move(changed.error()));
  // What is written must load: the file is checked as a whole before it replaces the old one.
  auto trial = config.request();
  trial.settings.push_back(around.text().substr(2) + "=" + json_text(becomes));
  auto spec = kernel_config_spec();
  auto loaded = load_configuration(spec, trial, config.home());
  ConfigRefusal refusal{{ErrorCode::invalid_argument, {}}, {}};
  for (const auto& problem : loaded.problems) {
    if (problem.severity != config::Severity::error) continue;
    if (refusal.error.message.empty()) refusal.error.message = config::text_of(problem);
    refusal.places.push_back({place_in(around, problem.path), problem.message});
  }
  if (!refusal.error.message.empty()) return std::unexpected(std::move(refusal));
  if (auto made = platform::make_private_directory(file.path.parent_path()); !made) return refuse(made.error());
  if (auto written = config::write_config_file(file.path, *changed); !written) return refuse(written.error());
  auto taken = live_reload ? live_reload->reload() : Result<void>();
  if (!taken) return refuse({ErrorCode::unavailable, "written, and not in effect: " + taken.error().message});
  return {};
}

}  // namespace chela::app
