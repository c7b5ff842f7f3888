#include "kernel/core/plugins/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iterator>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::plugins {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kKinds[] = {"channel", "cli",            "command",    "context_engine", "embeddings",
                                       "exporter", "gateway_method", "hook",       "http_route",     "media",
                                       "memory",  "provider",       "secrets",    "service",        "skill",
                                       "speech",  "store",          "tool",       "web_search"};
constexpr std::string_view kMembers[] = {"$schema",  "abi",         "configSchema",    "description", "homepage", "id",
                                         "integrity", "library",    "license",         "name",        "permissions",
                                         "provides", "requires",    "securityPosture", "services",    "status",
                                         "uiHints",  "version"};

// Reads the members of one object with their types checked; remembers the first thing that was wrong.
class Reader {
 public:
  Reader(const Json& object, std::string place) : object_(object), place_(std::move(place)) {}

  std::string text(const char* key, bool required) {
    const Json* value = typed(key, required, Json::value_t::string, "a string");
    return value ? value->get<std::string>() : std::string();
  }
  const Json* object(const char* key, bool required) { return typed(key, required, Json::value_t::object, "an object"); }
  const Json* array(const char* key, bool required) { return typed(key, required, Json::value_t::array, "an array"); }

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

  std::string one_of(const char* key, std::initializer_list<std::string_view> allowed) {
    auto value = text(key, false);
    if (!value.empty() && std::ranges::find(allowed, value) == allowed.end()) {
      note(fmt::format("{}.{}: expected one of {}", place_, key, fmt::join(allowed, ", ")));
    }
    return value;
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
    return status == std::errc() && end == digits.data() + digits.size();
  };
  auto parts = split(text, '.');
  return parts.size() == 2 && read(parts[0], manifest.abi_major) && read(parts[1], manifest.abi_minor);
}

bool is_tool_name(std::string_view name) {
  auto valid = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, valid);
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
    reader.note(fields.problem());
  }
}

void read_provisions(const Json& list, Manifest& manifest, Reader& reader) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string place = fmt::format("$.provides[{}]", i);
    if (!list[i].is_object()) return reader.note(place + ": expected an object");
    Reader fields(list[i], place);
    Provision provision{fields.text("kind", true), fields.text("id", true), std::make_shared<const Json>(list[i])};
    if (std::ranges::find(kKinds, provision.kind) == std::end(kKinds)) {
      fields.note(fmt::format("{}.kind: expected one of {}", place, fmt::join(kKinds, ", ")));
    }
    if (provision.kind == "tool") check_tools(list[i], place, fields);
    reader.note(fields.problem());
    manifest.provides.push_back(std::move(provision));
  }
}

void check_members(const Json& root, Reader& reader) {
  const std::vector<std::string_view> known(std::begin(kMembers), std::end(kMembers));
  for (const auto& [key, value] : root.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    auto near = nearest(key, known);
    auto hint = near.empty() ? std::string() : fmt::format("; did you mean `{}`?", near);
    reader.note(fmt::format("$.{}: unknown member{}", key, hint));
  }
}

void read_identity(Manifest& manifest, Reader& reader) {
  manifest.id = reader.text("id", true);
  if (!is_plugin_id(manifest.id)) {
    reader.note("$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter");
  }
  manifest.version = reader.text("version", true);
  manifest.name = reader.text("name", false);
  if (manifest.name.empty()) manifest.name = manifest.id;
  manifest.description = reader.text("description", false);
  if (!read_abi(reader.text("abi", true), manifest)) reader.note("$.abi: expected MAJOR.MINOR, such as \"1.0\"");
  manifest.status = reader.one_of("status", {"stable", "beta", "alpha"});
  manifest.security_posture =
      reader.one_of("securityPosture", {"robust-to-untrusted", "requires-trusted", "unknown"});
  manifest.integrity = reader.text("integrity", false);
}

void read_library(Manifest& manifest, Reader& reader) {
  auto library = reader.text("library", false);
  if (library.empty()) library = manifest.id + std::string(platform::shared_library_suffix());
  if (library.find_first_of("/\\") != std::string::npos || library.starts_with("..")) {
    reader.note("$.library: expected the name of a file in the plugin's own folder");
  }
  manifest.library = manifest.directory / library;
}

}  // namespace

bool is_plugin_id(std::string_view id) {
  auto valid = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= 64 && id[0] >= 'a' && id[0] <= 'z' && std::ranges::all_of(id, valid);
}

Result<Manifest> parse_manifest(std::string_view text, const std::filesystem::path& directory) {
  Json root = Json::parse(text, nullptr, false, true);
  if (root.is_discarded()) return fail(ErrorCode::invalid_argument, "$: not valid JSON");
  if (!root.is_object()) return fail(ErrorCode::invalid_argument, "$: expected an object");

  Manifest manifest;
  manifest.directory = directory;
  Reader reader(root, "$");
  read_identity(manifest, reader);
  if (const Json* provides = reader.array("provides", true)) read_provisions(*provides, manifest, reader);
  if (const Json* permissions = reader.object("permissions", false)) {
    Reader fields(*permissions, "$.permissions");
    manifest.permissions = {fields.texts("network"), fields.texts("paths"), fields.texts("exec"), fields.texts("secrets")};
    reader.note(fields.problem());
  }
  manifest.required_capabilities = reader.texts("requires");
  if (const Json* schema = reader.object("configSchema", false)) manifest.config_schema = std::make_shared<Json>(*schema);
  const Json* services = reader.array("services", false);
  manifest.services = std::make_shared<Json>(services ? *services : Json::array());
  read_library(manifest, reader);
  check_members(root, reader);
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
