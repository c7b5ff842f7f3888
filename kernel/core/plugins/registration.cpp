#include "kernel/core/plugins/registration.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::plugins {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kFileBytesMax = 16u << 20;

// What is wrong with one registration; empty when it can be used.
std::string_view problem_of(const Json& one) {
  if (!one.is_object() || text_of(one, "kind").empty() || text_of(one, "id").empty()) return "has no kind or no id";
  if (one.contains("descriptor") && !one["descriptor"].is_object()) return "has a descriptor that is no object";
  if (text_of(one, "kind") != "tool") return {};
  const Json descriptor = one.value("descriptor", Json::object());
  if (descriptor.value("factory", Json()) == true) return {};
  if (!is_tool_name(text_of(descriptor, "name"))) return "is a tool with an odd name";
  auto parameters = descriptor.find("parameters");
  if (parameters == descriptor.end() || !parameters->is_object()) return "is a tool without parameters";
  auto description = descriptor.find("description");
  return description != descriptor.end() && description->is_string() ? "" : "is a tool without a description";
}

Json to_json(const Registrations& registrations) {
  Json out = Json::array();
  for (const auto& one : registrations) {
    out.push_back({{"kind", one.kind}, {"id", one.id}, {"key", one.key}, {"descriptor", *one.descriptor}});
  }
  return out;
}

}  // namespace

Registrations read_registrations(std::string_view json, std::vector<std::string>& problems) {
  Registrations out;
  auto list = parse_json(json, kDepthMax);
  if (!list || !list->is_array()) {
    problems.push_back(list ? "registrations: expected an array" : "registrations: " + list.error().message);
    return out;
  }
  for (const auto& one : *list) {
    if (out.size() == kRegistrationsMax) {
      problems.push_back(fmt::format("more than {} registrations; the rest is left out", kRegistrationsMax));
      break;
    }
    if (auto problem = problem_of(one); !problem.empty()) {
      problems.push_back(fmt::format("registration {}/{} {}; it is left out", text_of(one, "kind"),
                                     text_of(one, "id"), problem));
      continue;
    }
    auto descriptor = one.value("descriptor", Json::object());
    out.push_back({text_of(one, "kind"), text_of(one, "id"), text_of(one, "key"),
                   std::make_shared<const Json>(std::move(descriptor))});
  }
  return out;
}

std::vector<Provision> to_provisions(const Manifest& manifest, const Registrations& registrations) {
  std::vector<Provision> out;
  Json tools = Json::array(), factories = Json::array();
  for (const auto& one : registrations) {
    if (one.kind == "hook") {  // many may listen at one point
      out.push_back({one.kind, one.id + "@" + manifest.id, one.descriptor});
    } else if (one.kind != "tool") {
      out.push_back({one.kind, one.id, one.descriptor});
    } else if (one.descriptor->value("factory", Json()) != true) {
      tools.push_back(*one.descriptor);
    } else {
      factories.push_back(*one.descriptor);
      factories.back()["key"] = one.key;
    }
  }
  if (!tools.empty() || !factories.empty()) {
    Json all = {{"tools", std::move(tools)}};
    if (!factories.empty()) all["factories"] = std::move(factories);
    out.push_back({"tool", manifest.id, std::make_shared<const Json>(std::move(all))});
  }
  return out;
}

Registrations load_registrations(const std::filesystem::path& file, std::string_view fingerprint) {
  auto text = platform::read_file(file, kFileBytesMax);
  if (!text) return {};
  auto kept = parse_json(*text, kDepthMax);
  if (!kept || !kept->is_object() || text_of(*kept, "fingerprint") != fingerprint) return {};
  std::vector<std::string> problems;
  return read_registrations(kept->value("registrations", Json::array()).dump(), problems);
}

Result<void> save_registrations(const std::filesystem::path& file, std::string_view fingerprint,
                                const Registrations& registrations) {
  Json kept = {{"fingerprint", fingerprint}, {"registrations", to_json(registrations)}};
  CHELA_CHECK(platform::make_private_directory(file.parent_path()));
  return platform::write_file_atomically(file, json_text(kept));
}

std::string registration_fingerprint(const Manifest& manifest, std::string_view config) {
  std::string all = manifest.version;
  all.append(1, '\0').append(*manifest.text).append(1, '\0').append(config);
  return sha256_hex(all);
}

}  // namespace chela::plugins
