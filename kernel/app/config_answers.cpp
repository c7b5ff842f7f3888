// Changes of the configuration that plugins ask for. What they may change is theirs alone; the file stays a person's:
// only the changed values are written, and only when the whole is sound.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/app/host_answers.hpp"
#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/config/edit.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/protocol/turn.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPatchBytesMax = 256 * 1024;
constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kChangesMax = 1000;

struct ValueChange {
  config::Path path;
  const Json* value;  // null value: taken out
};

// The values of a merge patch, one by one; what is no object replaces what there was.
void collect(const Json& patch, const config::Path& path, std::vector<ValueChange>& out) {
  if (!patch.is_object() || (patch.empty() && !path.empty())) return out.push_back({path, &patch});
  for (const auto& [key, value] : patch.items()) {
    if (out.size() <= kChangesMax) collect(value, path.child(key), out);
  }
}

Result<std::string> with_changes(std::string text, const std::vector<ValueChange>& changes) {
  for (const auto& [path, value] : changes) {
    auto changed = value->is_null() ? config::without_value(text, path) : config::with_value(text, path, *value);
    if (!changed && value->is_null() && changed.error().code == ErrorCode::not_found) continue;
    if (!changed) return changed;
    text = std::move(*changed);
  }
  return text;
}

Result<void> check(const config::ConfigSpec& spec, std::string_view text) {
  auto document = config::parse_json5(text, nullptr, {.bytes_max = kFileBytesMax});
  if (!document) return fail(ErrorCode::invalid_argument, "config.change: {}", document.error().message);
  for (const auto& problem : spec.check(*document)) {
    if (problem.severity != config::Severity::error) continue;
    return fail(ErrorCode::invalid_argument, "config.change: {}", config::text_of(problem));
  }
  return {};
}

// Everything but the writing; the new text.
Result<std::string> changed_text(const AnswerSources& sources, const std::string& plugin_id,
                                 const protocol::ConfigChangeParams& params, const std::filesystem::path& file) {
  CHELA_TRY(auto patch, parse_json(params.patch, kDepthMax));
  std::vector<ValueChange> changes;
  collect(patch, {}, changes);
  if (changes.empty() || changes.size() > kChangesMax) {
    return fail(ErrorCode::invalid_argument, "config.change: expected 1 to {} changed values", kChangesMax);
  }
  std::vector<config::Path> own = {{"plugins", "entries", plugin_id, "config"}};
  for (const auto& channel : channels_of(sources.plugins, plugin_id)) own.push_back({"channels", channel});
  for (const auto& change : changes) {
    if (std::ranges::any_of(own, [&](const auto& prefix) { return change.path.starts_with(prefix); })) continue;
    return fail(ErrorCode::denied, "config.change: {} is not plugin {}'s to change", change.path.text(), plugin_id);
  }
  std::string text;
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    CHELA_TRY(text, platform::read_file(file, kFileBytesMax));
  }
  if (params.base_hash && *params.base_hash != sha256_hex(text)) {
    return fail(ErrorCode::already_exists, "config.change: the file has changed meanwhile; read it again");
  }
  CHELA_TRY(text, with_changes(std::move(text), changes));
  CHELA_CHECK(check(sources.configuration.spec(), text));
  return text;
}

Result<std::string> change(const AnswerSources& sources, const std::string& plugin_id, const std::string& text) {
  if (text.size() > kPatchBytesMax) {
    return fail(ErrorCode::too_large, "config.change: {} bytes, {} are allowed", text.size(), kPatchBytesMax);
  }
  CHELA_TRY(auto params, protocol::read_config_change_params(text));
  auto file = config::find_config_file(sources.configuration.request());
  if (file.kind == config::ConfigFile::Kind::upstream) {
    return fail(ErrorCode::denied, "config.change: {} belongs to OpenClaw and is only read; copy it to {}",
                file.path.string(), (sources.configuration.home().root / "chela.json").string());
  }
  CHELA_TRY(auto changed, changed_text(sources, plugin_id, params, file.path));
  CHELA_CHECK(config::write_config_file(file.path, changed));
  return sha256_hex(changed);
}

}  // namespace

void answer_config_change(const AnswerSources& sources, const plugins::Manifest& plugin, rpc::Request request) {
  auto hash = change(sources, plugin.id, request.params());
  if (!hash) {
    sources.logger.warning("plugin {}: {}", plugin.id, hash.error().message);
    return request.fail(hash.error());
  }
  sources.logger.info("plugin {} has changed its part of the configuration", plugin.id);
  request.answer(to_json(protocol::ConfigChangeResult{std::move(*hash)}));
}

}  // namespace chela::app
