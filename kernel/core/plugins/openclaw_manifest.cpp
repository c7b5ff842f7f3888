#include "kernel/core/plugins/openclaw_manifest.hpp"

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::plugins {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// Lists of the manifest, and the kinds of capability that they announce.
struct Claim {
  const char* list;
  const char* kind;
};
constexpr Claim kOwned[] = {{"channels", "channel"}, {"providers", "provider"}};
constexpr Claim kContracts[] = {{"tools", "tool"},
                                {"embeddingProviders", "embeddings"},
                                {"speechProviders", "speech"},
                                {"mediaUnderstandingProviders", "media"},
                                {"imageGenerationProviders", "media"},
                                {"webSearchProviders", "web_search"}};

// Names a folder, so it must not lead anywhere else.
bool is_openclaw_id(std::string_view id) {
  auto valid = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  return !id.empty() && id.size() <= 128 && std::isalnum(static_cast<unsigned char>(id[0])) &&
         std::ranges::all_of(id, valid);
}

Result<Json> read_object(const fs::path& file) {
  CHELA_TRY(auto text, platform::read_file(file, kManifestBytesMax));
  auto parsed = config::parse_json5(text, nullptr, {.bytes_max = kManifestBytesMax});
  if (!parsed) {
    return fail(ErrorCode::invalid_argument, "{}:{}:{}: {}", file.string(), parsed.error().at.line,
                parsed.error().at.column, parsed.error().message);
  }
  if (!parsed->is_object()) return fail(ErrorCode::invalid_argument, "{}: expected an object", file.string());
  return std::move(*parsed);
}

void add_claims(Manifest& manifest, const Json& object, std::span<const Claim> claims) {
  for (const auto& [list, kind] : claims) {
    auto found = object.find(list);
    if (found == object.end() || !found->is_array()) continue;
    for (const auto& id : *found) {
      if (id.is_string()) manifest.claims.push_back(std::string(kind) + "/" + std::string(trim(id.get<std::string>())));
    }
  }
}

std::string kinds_of(const Json& kind) {
  if (kind.is_string()) return kind.get<std::string>();
  std::string out;
  if (!kind.is_array()) return out;
  for (const auto& one : kind) {
    if (one.is_string()) out += (out.empty() ? "" : ",") + one.get<std::string>();
  }
  return out;
}

}  // namespace

Result<Manifest> read_openclaw_manifest(const fs::path& directory) {
  auto file = directory / kOpenClawManifestName;
  CHELA_TRY(auto root, read_object(file));
  Manifest manifest;
  manifest.runtime = Runtime::node;
  manifest.directory = directory;
  manifest.library = directory;  // the host process finds the entry in there by upstream's rules
  manifest.id = trim(text_of(root, "id"));
  if (manifest.id.empty()) return fail(ErrorCode::invalid_argument, "{}: plugin manifest requires id", file.string());
  if (!is_openclaw_id(manifest.id)) {
    return fail(ErrorCode::invalid_argument, "{}: id: expected 1 to 128 of letters, digits, '.', '_' and '-'",
                file.string());
  }
  auto schema = root.find("configSchema");
  if (schema == root.end() || !schema->is_object()) {
    return fail(ErrorCode::invalid_argument, "{}: plugin manifest requires configSchema", file.string());
  }
  manifest.config_schema = std::make_shared<Json>(*schema);
  manifest.services = std::make_shared<Json>(Json::array());

  Json package = Json::object();
  std::error_code ignored;
  if (fs::exists(directory / "package.json", ignored)) {
    CHELA_TRY(package, read_object(directory / "package.json"));
  }
  auto first = [](std::string a, std::string b) { return a.empty() ? std::move(b) : std::move(a); };
  manifest.version = first(first(text_of(root, "version"), text_of(package, "version")), "0.0.0");
  manifest.name = first(text_of(root, "name"), manifest.id);
  manifest.description = first(text_of(root, "description"), text_of(package, "description"));
  manifest.slot = kinds_of(root.value("kind", Json()));
  add_claims(manifest, root, kOwned);
  if (auto contracts = root.find("contracts"); contracts != root.end() && contracts->is_object()) {
    add_claims(manifest, *contracts, kContracts);
  }
  for (const auto& directory_of_skills : root.value("skills", Json())) {
    if (directory_of_skills.is_string()) manifest.skills.push_back(directory_of_skills.get<std::string>());
  }
  // What upstream's plugins do as a matter of course; the cage holds the rest back.
  manifest.permissions = {.network = {"*"}};
  manifest.text = std::make_shared<const std::string>(json_text(root));
  return manifest;
}

}  // namespace chela::plugins
