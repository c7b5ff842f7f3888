#include "kernel/runtime/skills/manifest.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/runtime/skills/install_spec.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kBytesMax = 256'000;
constexpr auto kNamespaces = std::to_array<const char*>({"openclaw", "clawdbot"});
constexpr auto kLaterNamespaces = std::to_array<const char*>({"moltbot", "clawdis"});

std::optional<Json> parse(std::string_view text) {
  if (auto strict = parse_json(text, kDepthMax)) return std::move(*strict);
  config::Json5Limits limits{.bytes_max = kBytesMax, .depth_max = kDepthMax};
  auto loose = config::parse_json5(text, nullptr, limits);
  if (!loose) return std::nullopt;
  return std::move(*loose);
}

template <std::size_t N>
const Json* first_block(const Json& parsed, const std::array<const char*, N>& names) {
  for (const char* name : names) {
    auto found = parsed.find(name);
    if (found != parsed.end() && found->is_structured()) return &*found;
  }
  return nullptr;
}

std::optional<std::string> text_of_member(const Json& object, const char* key) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::vector<std::string> names_of_env(const Json& needs, const ManifestSettings& settings, ReadManifest& out) {
  auto env = needs.find("env");
  bool has_objects = env != needs.end() && env->is_array() && std::ranges::any_of(*env, &Json::is_object);
  if (!has_objects) return read_text_list(needs, "env");
  out.notes.emplace_back("requires.env holds objects, which can never be met: write the names of variables as text");
  if (!settings.named_env) return read_text_list(needs, "env");
  Json names = Json::array();
  for (const auto& item : *env)
    names.push_back(item.is_object() ? Json(text_of_member(item, "name").value_or("")) : item);
  return read_text_list(Json{{"env", std::move(names)}}, "env");
}

std::optional<Requires> requires_of(const Json& block, const ManifestSettings& settings, ReadManifest& out) {
  auto found = block.find("requires");
  if (found == block.end() || !found->is_structured()) return std::nullopt;
  if (!found->is_object()) {
    out.notes.emplace_back("requires is a list: nothing in it counts");
    return Requires{};
  }
  return Requires{.bins = read_text_list(*found, "bins"),
                  .any_bins = read_text_list(*found, "anyBins"),
                  .env = names_of_env(*found, settings, out),
                  .config = read_text_list(*found, "config")};
}

std::string_view usual_platform(std::string_view name) {
  if (name == "macos" || name == "mac" || name == "osx") return "darwin";
  return name == "windows" ? "win32" : name;
}

void set_platforms(const Json& block, const ManifestSettings& settings, ReadManifest& out) {
  auto& os = out.manifest->os;
  os = read_text_list(block, "os");
  for (auto& name : os) {
    auto usual = usual_platform(name);
    if (usual == name) continue;
    out.notes.push_back("os names \"" + name + "\", which no system is called: write \"" + std::string(usual) + '"');
    if (settings.platform_names) name = usual;
  }
}

void set_install(const Json& block, ReadManifest& out) {
  auto install = block.find("install");
  if (install == block.end()) return;
  if (!install->is_array()) return out.notes.emplace_back("install is no list: nothing in it counts"), void();
  for (const auto& entry : *install) {
    if (auto spec = read_install_spec(entry)) {
      out.manifest->install.push_back(std::move(*spec));
    } else {
      out.notes.emplace_back("an entry of install is of no known kind, incomplete or unsafe, and was left out");
    }
  }
}

void read_block(const Json& block, const ManifestSettings& settings, ReadManifest& out) {
  auto& manifest = out.manifest.emplace();
  if (!block.is_object()) return;
  auto always = block.find("always");
  if (always != block.end() && always->is_boolean()) manifest.always = always->get<bool>();
  if (always != block.end() && always->is_string())
    out.notes.emplace_back("always is text: only true without quotes counts");
  manifest.emoji = text_of_member(block, "emoji");
  manifest.homepage = text_of_member(block, "homepage");
  manifest.primary_env = text_of_member(block, "primaryEnv");
  manifest.skill_key = text_of_member(block, "skillKey");
  if (manifest.skill_key && manifest.skill_key->empty()) manifest.skill_key.reset();
  manifest.needs = requires_of(block, settings, out);
  set_platforms(block, settings, out);
  set_install(block, out);
}

void set_list(nlohmann::ordered_json& out, const char* key, const std::vector<std::string>& list) {
  if (!list.empty()) out[key] = list;
}

void set_text(nlohmann::ordered_json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}

nlohmann::ordered_json number_json(double value) {
  bool whole = value == static_cast<double>(static_cast<long long>(value));
  return whole ? nlohmann::ordered_json(static_cast<long long>(value)) : nlohmann::ordered_json(value);
}

nlohmann::ordered_json to_json(const InstallSpec& spec) {
  nlohmann::ordered_json out{{"kind", spec.kind}};
  set_text(out, "id", spec.id);
  set_text(out, "label", spec.label);
  set_list(out, "bins", spec.bins);
  set_list(out, "os", spec.os);
  set_text(out, "formula", spec.formula);
  set_text(out, "package", spec.package);
  set_text(out, "module", spec.module);
  set_text(out, "url", spec.url);
  set_text(out, "sha256", spec.sha256);
  if (spec.archive) out["archive"] = *spec.archive;
  if (spec.extract) out["extract"] = *spec.extract;
  if (spec.strip_components) out["stripComponents"] = number_json(*spec.strip_components);
  if (spec.target_dir) out["targetDir"] = *spec.target_dir;
  return out;
}

}  // namespace

ReadManifest read_manifest(std::string_view text, const ManifestSettings& settings) {
  ReadManifest out;
  if (text.empty()) return out;
  auto parsed = parse(text);
  out.is_readable = parsed.has_value();
  if (!parsed) {
    bool meant =
        text.contains("openclaw") || text.contains("clawdbot") || text.contains("moltbot") || text.contains("clawdis");
    if (meant)
      out.notes.emplace_back(
          "metadata is no JSON5, so nothing that it asks for is checked: put it below its key as YAML");
    return out;
  }
  if (!parsed->is_structured()) return out;
  const auto* block = first_block(*parsed, kNamespaces);
  if (!block) {
    block = first_block(*parsed, kLaterNamespaces);
    if (!block) return out;
    out.notes.emplace_back("metadata stands under a name that upstream does not read: call it openclaw");
    if (!settings.later_namespaces) return out;
  }
  read_block(*block, settings, out);
  return out;
}

nlohmann::ordered_json to_json(const Manifest& manifest) {
  auto out = nlohmann::ordered_json::object();
  if (manifest.always) out["always"] = *manifest.always;
  if (manifest.emoji) out["emoji"] = *manifest.emoji;
  if (manifest.homepage) out["homepage"] = *manifest.homepage;
  if (manifest.skill_key) out["skillKey"] = *manifest.skill_key;
  if (manifest.primary_env) out["primaryEnv"] = *manifest.primary_env;
  set_list(out, "os", manifest.os);
  if (manifest.needs) {
    out["requires"] = {{"bins", manifest.needs->bins},
                       {"anyBins", manifest.needs->any_bins},
                       {"env", manifest.needs->env},
                       {"config", manifest.needs->config}};
  }
  for (const auto& spec : manifest.install) out["install"].push_back(to_json(spec));
  return out;
}

}  // namespace chela::runtime::skills
