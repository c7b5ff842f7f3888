// Manifests of plugins (kernel/core/plugins/manifest.hpp).

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using plugins::Manifest;

std::string text_of(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_of(const Manifest& manifest) {
  std::string out = fmt::format("{} {} {} {} {}.{} {} {} {} {}\n", manifest.id, manifest.version, manifest.name,
                                manifest.description, manifest.abi_major, manifest.abi_minor, manifest.library.string(),
                                manifest.status, manifest.security_posture, manifest.integrity);
  for (const auto& provision : manifest.provides) {
    out += fmt::format("{}/{} {}\n", provision.kind, provision.id, text_of(*provision.descriptor));
  }
  const auto& may = manifest.permissions;
  out += fmt::format("{} {} {} {} {}\n", fmt::join(may.network, ","), fmt::join(may.paths, ","),
                     fmt::join(may.exec, ","), fmt::join(may.secrets, ","),
                     fmt::join(manifest.required_capabilities, ","));
  return out + text_of(*manifest.services) + (manifest.config_schema ? text_of(*manifest.config_schema) : "");
}

void check(const Manifest& manifest) {
  must(plugins::is_plugin_id(manifest.id), "a plugin has an id", manifest.id);
  must(!manifest.version.empty() && !manifest.name.empty(), "a plugin has a version and a name");
  must(manifest.library.parent_path() == manifest.directory, "the library lies beside the manifest",
       manifest.library.string());
  must(manifest.library.filename() != ".." && manifest.library.filename() != ".", "the library is a file");
  must(manifest.library.string().find('\0') == std::string::npos, "the library's path is whole");
  must(manifest.services && manifest.services->is_array(), "services are a list");
  must(!manifest.config_schema || manifest.config_schema->is_object(), "a schema is an object");
  for (const auto& service : *manifest.services) must(service["id"].is_string(), "a service has an id");
  for (const auto& provision : manifest.provides) {
    must(!provision.id.empty() && provision.descriptor, "what is provided has an id");
    if (provision.kind != "tool") continue;
    for (const auto& tool : (*provision.descriptor)["tools"]) {
      must(!tool["name"].get<std::string>().empty() && tool["description"].is_string() && tool["parameters"].is_object(),
           "a tool is complete");
    }
  }
}

}  // namespace

void run(std::string_view bytes) {
  auto manifest = plugins::parse_manifest(bytes, "/plugins/x");
  if (!manifest) {
    must(manifest.error().message.starts_with("$"), "an error names its place", manifest.error().message);
    return must(is_valid_utf8(manifest.error().message), "an error is a text", manifest.error().message);
  }
  check(*manifest);
  auto plain = parse_json(bytes, 64, JsonComments::skipped);
  must(plain.has_value(), "a manifest is JSON");
  auto again = plugins::parse_manifest(text_of(*plain), "/plugins/x");
  must(again && text_of(*again) == text_of(*manifest), "comments and blanks mean nothing", text_of(*plain));
}

}  // namespace chela::fuzz
