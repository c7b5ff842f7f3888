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

constexpr const char* kCalledByPath[] = {"context_engine", "embeddings", "exporter", "media",     "memory",
                                         "secrets",        "speech",     "store",    "web_search"};

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

// The text of a member; `otherwise` when it is absent or none.
std::string find_text(const Json& object, const char* key, const std::string& otherwise = "") {
  auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : otherwise;
}

const Json& list_of(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  auto it = object.find(key);
  return it != object.end() && it->is_array() ? *it : kNone;
}

// One command, or several of them.
void read_commands(const Json& json, const std::string& id, Manifest& manifest) {
  if (!json.contains("commands"))
    manifest.commands.push_back({find_text(json, "name", id), find_text(json, "description")});
  for (const Json& one : list_of(json, "commands")) {
    if (one.is_object()) manifest.commands.push_back({find_text(one, "name"), find_text(one, "description")});
  }
}

void read_capability(const Json& json, Manifest& manifest) {
  if (!json.is_object()) refuse("each of \"provides\" must be an object");
  const std::string kind = text_of(json, "kind");
  const std::string id = find_text(json, "id");
  if (!manifest.provides(kind)) manifest.kinds.push_back(kind);
  for (const Json& tool : list_of(json, "tools")) manifest.tools.push_back(read_tool(tool));
  for (const Json& point : list_of(json, "points")) {
    if (kind == "hook" && point.is_string()) manifest.points.push_back(point.get<std::string>());
  }
  for (const Json& route : list_of(json, "routes")) {
    if (kind != "http_route" || !route.is_object()) continue;
    manifest.routes.push_back({find_text(route, "path"), find_text(route, "auth"), find_text(route, "match", "exact")});
  }
  if (kind == "command") read_commands(json, id, manifest);
  if (kind == "gateway_method") manifest.methods.push_back({id, find_text(json, "scope", "operator.write")});
  if (kind == "service") manifest.services.push_back(id);
  if (kind == "channel") manifest.channels.push_back({id, json.value("textChunkLimit", Json(1)).dump()});
  const bool by_path = std::find(std::begin(kCalledByPath), std::end(kCalledByPath), kind) != std::end(kCalledByPath);
  if (by_path) manifest.functions.push_back({kind, id});
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
