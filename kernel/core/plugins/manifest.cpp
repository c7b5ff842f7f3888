#include "kernel/core/plugins/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::plugins {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::string_view kKinds[] = {"channel", "cli",            "command",    "context_engine", "embeddings",
                                       "exporter", "gateway_method", "hook",       "http_route",     "media",
                                       "memory",  "provider",       "secrets",    "service",        "skill",
                                       "speech",  "store",          "tool",       "web_search"};
constexpr std::string_view kMembers[] = {"$schema",  "abi",         "configSchema",    "description", "homepage", "id",
                                         "integrity", "library",    "license",         "name",        "permissions",
                                         "provides", "requires",    "securityPosture", "services",    "skills",
                                         "status",   "uiHints",     "version"};
constexpr std::string_view kPermissions[] = {"exec", "network", "paths", "secrets"};
constexpr std::string_view kPaths[] = {"workspace:read", "workspace:write"};
constexpr std::string_view kEffects[] = {"none", "read", "write", "network", "exec"};

bool is_one_of(std::span<const std::string_view> list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

// Reads the members of one object with their types checked; remembers the first thing that was wrong.
class Reader {
 public:
  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {}

  std::string text(const char* key, bool required) {
    const Json* value = typed(key, required, Json::value_t::string, "a string");
    return value ? value->get<std::string>() : std::string();
  }
  const Json* object(const char* key, bool required) {
    return typed(key, required, Json::value_t::object, "an object");
  }
  const Json* array(const char* key, bool required) { return typed(key, required, Json::value_t::array, "an array"); }
  void boolean(const char* key) { typed(key, false, Json::value_t::boolean, "true or false"); }
  // A text that must say something.
  std::string name(const char* key) {
    auto value = text(key, true);
    if (value.empty()) note(fmt::format("{}.{}: expected a text that is not empty", place_, key));
    return value;
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> out;
    const Json* value = array(key, false);
    if (!value) return out;
    for (const auto& entry : *value) {
      if (!entry.is_string()) {
        note(fmt::format("{}.{}: expected an array of strings", place_, key));
        break;
      }
      out.push_back(entry.get<std::string>());
    }
    return out;
  }

  std::vector<std::string> texts(const char* key, std::span<const std::string_view> allowed) {
    auto values = texts(key);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (is_one_of(allowed, values[i])) continue;
      note(fmt::format("{}.{}[{}]: expected one of {}", place_, key, i, fmt::join(allowed, ", ")));
    }
    return values;
  }

  std::string one_of(const char* key, std::initializer_list<std::string_view> allowed) {
    if (!object_.contains(key)) return {};
    auto value = text(key, true);
    if (!is_one_of(allowed, value))
      note(fmt::format("{}.{}: expected one of {}", place_, key, fmt::join(allowed, ", ")));
    return value;
  }

  void check_members(std::span<const std::string_view> allowed) {
    const std::vector<std::string_view> known(allowed.begin(), allowed.end());
    for (const auto& [key, value] : object_.items()) {
      if (is_one_of(allowed, key)) continue;
      auto near = nearest(key, known);
      auto hint = near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near);
      note(fmt::format("{}.{}: unknown member{}", place_, key, hint));
    }
  }

  void note(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json* typed(const char* key, bool required, Json::value_t type, const char* expected) {
    auto found = object_.find(key);
    if (found == object_.end()) {
      if (required) note(fmt::format("{}.{}: missing", place_, key));
      return nullptr;
    }
    if (found->type() == type) return &*found;
    note(fmt::format("{}.{}: expected {}", place_, key, expected));
    return nullptr;
  }

  const Json& object_;
  std::string place_;
  std::string problem_;
};

bool read_abi(std::string_view text, Manifest& manifest) {
  auto read = [](std::string_view digits, std::uint16_t& out) {
    auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return digits.size() <= 4 && status == std::errc() && end == digits.data() + digits.size();
  };
  auto parts = split(text, '.');
  return parts.size() == 2 && read(parts[0], manifest.abi_major) && read(parts[1], manifest.abi_minor);
}

void check_tools(const Json& provision, const std::string& place, Reader& reader) {
  auto tools = provision.find("tools");
  if (tools == provision.end() || !tools->is_array() || tools->empty()) {
    return reader.note(place + ".tools: expected an array with at least one tool");
  }
  for (std::size_t i = 0; i < tools->size(); ++i) {
    const Json& tool = (*tools)[i];
    std::string tool_place = fmt::format("{}.tools[{}]", place, i);
    if (!tool.is_object()) return reader.note(tool_place + ": expected an object");
    Reader fields(tool, tool_place);
    auto name = fields.text("name", true);
    if (!is_tool_name(name)) fields.note(tool_place + ".name: expected 1 to 64 of letters, digits, '_' and '-'");
    fields.text("description", true);
    fields.object("parameters", true);
    fields.boolean("blocking");
    fields.boolean("parallel");
    fields.texts("effects", kEffects);
    reader.note(fields.problem());
  }
}

void check_routes(const Json& provision, const std::string& place, Reader& reader) {
  auto routes = provision.find("routes");
  if (routes == provision.end() || !routes->is_array() || routes->empty()) {
    return reader.note(place + ".routes: expected an array with at least one route");
  }
  for (std::size_t i = 0; i < routes->size(); ++i) {
    const Json& route = (*routes)[i];
    std::string route_place = fmt::format("{}.routes[{}]", place, i);
    if (!route.is_object()) return reader.note(route_place + ": expected an object");
    Reader fields(route, route_place);
    if (!fields.text("path", true).starts_with('/')) fields.note(route_place + ".path: expected a path such as \"/hooks\"");
    if (fields.one_of("auth", {"gateway", "plugin"}).empty()) fields.note(route_place + ".auth: missing");
    fields.one_of("match", {"exact", "prefix"});
    reader.note(fields.problem());
  }
}

void read_provisions(const Json& list, Manifest& manifest, Reader& reader) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string place = fmt::format("$.provides[{}]", i);
    if (!list[i].is_object()) return reader.note(place + ": expected an object");
    Reader fields(list[i], place);
    Provision provision{fields.text("kind", true), fields.name("id"), std::make_shared<const Json>(list[i])};
    if (!is_one_of(kKinds, provision.kind)) {
      fields.note(fmt::format("{}.kind: expected one of {}", place, fmt::join(kKinds, ", ")));
    }
    if (provision.kind == "tool") check_tools(list[i], place, fields);
    if (provision.kind == "hook" && fields.texts("points").empty()) {
      fields.note(place + ".points: expected an array with at least one point");
    }
    if (provision.kind == "http_route") check_routes(list[i], place, fields);
    auto same = [&](const Provision& other) { return other.kind == provision.kind && other.id == provision.id; };
    if (std::ranges::any_of(manifest.provides, same)) {
      fields.note(fmt::format("{}.id: {}/{} is provided twice", place, provision.kind, provision.id));
    }
    reader.note(fields.problem());
    manifest.provides.push_back(std::move(provision));
  }
}

void read_permissions(Manifest& manifest, Reader& reader) {
  const Json* permissions = reader.object("permissions", false);
  if (!permissions) return;
  Reader fields(*permissions, "$.permissions");
  manifest.permissions = {fields.texts("network"), fields.texts("paths", kPaths), fields.texts("exec"),
                          fields.texts("secrets")};
  fields.check_members(kPermissions);
  reader.note(fields.problem());
}

void read_requirements(Manifest& manifest, Reader& reader) {
  auto is_kind = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  manifest.required_capabilities = reader.texts("requires");
  for (std::size_t i = 0; i < manifest.required_capabilities.size(); ++i) {
    const auto& required = manifest.required_capabilities[i];
    auto slash = required.find('/');
    bool valid = slash != std::string::npos && slash > 0 && slash + 1 < required.size() &&
                 std::ranges::all_of(required.substr(0, slash), is_kind);
    if (!valid) reader.note(fmt::format("$.requires[{}]: expected KIND/ID, such as \"tool/files\"", i));
  }
}

void read_services(Manifest& manifest, Reader& reader) {
  const Json* services = reader.array("services", false);
  manifest.services = std::make_shared<Json>(services ? *services : Json::array());
  for (std::size_t i = 0; i < manifest.services->size(); ++i) {
    std::string place = fmt::format("$.services[{}]", i);
    const Json& service = (*manifest.services)[i];
    if (!service.is_object()) return reader.note(place + ": expected an object");
    Reader fields(service, place);
    fields.name("id");
    fields.name("api");
    for (const char* key : {"name", "baseUrl"}) fields.text(key, false);
    for (const char* key : {"local", "embedded"}) fields.boolean(key);
    fields.texts("apiKeyEnv");
    fields.array("models", false);
    reader.note(fields.problem());
  }
}

void read_identity(Manifest& manifest, Reader& reader) {
  manifest.id = reader.text("id", true);
  if (!is_plugin_id(manifest.id)) {
    reader.note("$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter");
  }
  manifest.version = reader.name("version");
  manifest.name = reader.text("name", false);
  if (manifest.name.empty()) manifest.name = manifest.id;
  manifest.description = reader.text("description", false);
  if (!read_abi(reader.text("abi", true), manifest)) reader.note("$.abi: expected MAJOR.MINOR, such as \"1.0\"");
  manifest.status = reader.one_of("status", {"stable", "beta", "alpha"});
  manifest.security_posture =
      reader.one_of("securityPosture", {"robust-to-untrusted", "requires-trusted", "unknown"});
  for (const char* key : {"$schema", "homepage", "license"}) reader.text(key, false);
  reader.object("uiHints", false);
}

void read_integrity(Manifest& manifest, Reader& reader) {
  constexpr std::string_view kPrefix = "sha256-";
  manifest.integrity = reader.text("integrity", false);
  if (manifest.integrity.empty()) return;
  auto digest = std::string_view(manifest.integrity).substr(std::min(kPrefix.size(), manifest.integrity.size()));
  auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (manifest.integrity.starts_with(kPrefix) && digest.size() == 64 && std::ranges::all_of(digest, is_digit)) return;
  reader.note("$.integrity: expected \"sha256-\" and 64 lower-case hex digits");
}

void read_library(Manifest& manifest, Reader& reader) {
  auto library = reader.text("library", false);
  if (library.empty()) library = manifest.id + std::string(platform::shared_library_suffix());
  if (library.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos || library.starts_with('.')) {
    reader.note("$.library: expected the name of a file in the plugin's own folder");
  }
  manifest.library = manifest.directory / library;
}

}  // namespace

bool is_plugin_id(std::string_view id) {
  auto valid = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= 64 && id[0] >= 'a' && id[0] <= 'z' && std::ranges::all_of(id, valid);
}

bool is_tool_name(std::string_view name) {
  auto valid = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, valid);
}

Result<Manifest> parse_manifest(std::string_view text, const std::filesystem::path& directory) {
  auto parsed = parse_json(text, kDepthMax, JsonComments::skipped);
  if (!parsed) return fail(ErrorCode::invalid_argument, "$: {}", parsed.error().message);
  const Json& root = *parsed;
  if (!root.is_object()) return fail(ErrorCode::invalid_argument, "$: expected an object");

  Manifest manifest;
  manifest.directory = directory;
  manifest.text = std::make_shared<const std::string>(json_text(root));
  Reader reader(root, "$");
  read_identity(manifest, reader);
  if (const Json* provides = reader.array("provides", true)) read_provisions(*provides, manifest, reader);
  read_permissions(manifest, reader);
  manifest.skills = reader.texts("skills");
  read_requirements(manifest, reader);
  if (const Json* schema = reader.object("configSchema", false))
    manifest.config_schema = std::make_shared<Json>(*schema);
  read_services(manifest, reader);
  read_integrity(manifest, reader);
  read_library(manifest, reader);
  reader.check_members(kMembers);
  if (!reader.problem().empty()) return fail(ErrorCode::invalid_argument, "{}", reader.problem());
  return manifest;
}

Result<Manifest> read_manifest(const std::filesystem::path& file) {
  CHELA_TRY(auto text, platform::read_file(file, kManifestBytesMax));
  auto manifest = parse_manifest(text, file.parent_path());
  if (!manifest) return fail(file.string(), std::move(manifest.error()));
  return manifest;
}

}  // namespace chela::plugins
