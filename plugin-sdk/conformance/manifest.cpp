#include "plugin-sdk/conformance/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include "chela/json.hpp"

namespace chela::conformance {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error("reading the manifest: " + what);
}

std::string text_of(const Json& object, const char* key) {
  auto it = object.find(key);
  if (it == object.end() || !it->is_string()) refuse(fmt::format("\"{}\" must be a text", key));
  return it->get<std::string>();
}

ToolManifest read_tool(const Json& json) {
  if (!json.is_object()) refuse("each of provides[].tools must be an object");
  ToolManifest tool;
  tool.name = text_of(json, "name");
  if (json.contains("description") && json["description"].is_string()) tool.description = json["description"];
  if (json.contains("parameters")) tool.parameters = json["parameters"].dump();
  tool.blocking = json.value("blocking", Json(false)) == Json(true);
  const Json effects = json.value("effects", Json::array());
  tool.executes = std::find(effects.begin(), effects.end(), Json("exec")) != effects.end();
  return tool;
}

void read_capability(const Json& json, Manifest& manifest) {
  if (!json.is_object()) refuse("each of \"provides\" must be an object");
  const std::string kind = text_of(json, "kind");
  if (!manifest.provides(kind)) manifest.kinds.push_back(kind);
  for (const Json& tool : json.value("tools", Json::array())) manifest.tools.push_back(read_tool(tool));
}

void read_abi(const std::string& text, Manifest& manifest) {
  const char* end = text.data() + text.size();
  auto major = std::from_chars(text.data(), end, manifest.abi_major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') refuse("\"abi\" must be like \"1.0\"");
  auto minor = std::from_chars(major.ptr + 1, end, manifest.abi_minor);
  if (minor.ec != std::errc() || minor.ptr != end) refuse("\"abi\" must be like \"1.0\"");
}

}  // namespace

bool Manifest::provides(const std::string& kind) const {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Manifest read_manifest(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse(path + " cannot be opened; put chela.plugin.json beside the library or name it");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Json json = read_json(text);
  if (!json.is_object()) refuse(path + " is not a JSON object");
  Manifest manifest;
  manifest.id = text_of(json, "id");
  manifest.version = text_of(json, "version");
  read_abi(text_of(json, "abi"), manifest);
  const Json provides = json.value("provides", Json());
  if (!provides.is_array() || provides.empty()) refuse("\"provides\" must be an array with at least one capability");
  for (const Json& capability : provides) read_capability(capability, manifest);
  const Json permissions = json.value("permissions", Json::object());
  if (permissions.is_object()) {
    for (const Json& host : permissions.value("network", Json::array()))
      if (host.is_string()) manifest.network.push_back(host.get<std::string>());
  }
  if (json.contains("configSchema")) manifest.config_schema = json["configSchema"].dump();
  return manifest;
}

}  // namespace chela::conformance
