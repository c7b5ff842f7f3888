#include "kernel/runtime/skills/install_spec.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/safe_names.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

constexpr auto kKinds = std::to_array<std::string_view>({"brew", "node", "go", "uv", "download"});

const std::string* text_at(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

std::string_view trimmed_at(const Json& object, const char* key) {
  const auto* text = text_at(object, key);
  return text ? trim_blanks(*text) : std::string_view();
}

std::string kind_of(const Json& entry) {
  const auto* kind = text_at(entry, "kind");
  if (!kind) kind = text_at(entry, "type");
  return kind ? to_lower(trim_blanks(*kind)) : std::string();
}

bool set_sha256(const Json& entry, InstallSpec& spec) {
  auto given = entry.find("sha256");
  if (given == entry.end()) return true;
  if (!given->is_string()) return false;
  spec.sha256 = to_lower(trim_blanks(given->get_ref<const std::string&>()));
  auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return spec.sha256.size() == 64 && std::ranges::all_of(spec.sha256, is_hex);
}

void set_names(const Json& entry, InstallSpec& spec) {
  spec.formula = safe_formula(trimmed_at(entry, "formula"));
  if (spec.formula.empty()) spec.formula = safe_formula(trimmed_at(entry, "cask"));
  if (spec.kind == "node") spec.package = safe_node_package(trimmed_at(entry, "package"));
  if (spec.kind == "uv") spec.package = safe_python_package(trimmed_at(entry, "package"));
  spec.module = safe_go_module(trimmed_at(entry, "module"));
  spec.url = safe_download_url(trimmed_at(entry, "url"));
}

void set_unpacking(const Json& entry, InstallSpec& spec) {
  if (const auto* archive = text_at(entry, "archive")) spec.archive = *archive;
  if (const auto* target = text_at(entry, "targetDir")) spec.target_dir = *target;
  if (auto extract = entry.find("extract"); extract != entry.end() && extract->is_boolean())
    spec.extract = extract->get<bool>();
  auto strip = entry.find("stripComponents");
  if (strip != entry.end() && strip->is_number()) spec.strip_components = strip->get<double>();
}

bool has_what_it_installs(const InstallSpec& spec) {
  if (spec.kind == "brew") return !spec.formula.empty();
  if (spec.kind == "go") return !spec.module.empty();
  if (spec.kind == "download") return !spec.url.empty();
  return !spec.package.empty();
}

}  // namespace

std::string js_text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return number_text(value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_object()) return "[object Object]";
  if (!value.is_array()) return "null";
  std::string out;
  for (const auto& item : value) {
    if (&item != &value.front()) out += ',';
    if (!item.is_null()) out += js_text_of(item);
  }
  return out;
}

std::vector<std::string> read_text_list(const Json& object, const char* key) {
  std::vector<std::string> out;
  auto add = [&](std::string_view text) {
    if (auto trimmed = trim_blanks(text); !trimmed.empty()) out.emplace_back(trimmed);
  };
  auto found = object.find(key);
  if (found == object.end()) return out;
  if (found->is_array()) {
    for (const auto& item : *found) add(js_text_of(item));
  } else if (found->is_string()) {
    for (auto piece : split(found->get_ref<const std::string&>(), ',')) add(piece);
  }
  return out;
}

std::optional<InstallSpec> read_install_spec(const Json& entry) {
  if (!entry.is_object()) return std::nullopt;
  InstallSpec spec;
  spec.kind = kind_of(entry);
  if (std::ranges::find(kKinds, spec.kind) == kKinds.end()) return std::nullopt;
  if (const auto* id = text_at(entry, "id")) spec.id = *id;
  if (const auto* label = text_at(entry, "label")) spec.label = *label;
  spec.bins = read_text_list(entry, "bins");
  spec.os = read_text_list(entry, "os");
  set_names(entry, spec);
  if (spec.kind == "download" && !set_sha256(entry, spec)) return std::nullopt;
  set_unpacking(entry, spec);
  if (!has_what_it_installs(spec)) return std::nullopt;
  return spec;
}

}  // namespace chela::runtime::skills
