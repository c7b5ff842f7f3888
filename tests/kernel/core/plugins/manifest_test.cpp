#include "kernel/core/plugins/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "kernel/core/config/schema.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::plugins {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

const json& published_schema() {
  static const json schema = [] {
    auto prepared = config::prepare_schema(text_of(source_dir() / "manifests/schema/chela.plugin.schema.json"));
    for (const auto& problem : prepared.problems) ADD_FAILURE() << config::text_of(problem);
    return prepared.schema ? *prepared.schema : json();
  }();
  return schema;
}

// The parser's complaint, or empty.
std::string complaint(const json& manifest) {
  auto parsed = parse_manifest(manifest.dump(), "/plugins/acme");
  return parsed ? "" : parsed.error().message;
}

// A manifest with everything in it.
json whole() {
  return json::parse(R"({
    "$schema": "https://example.invalid/schema", "id": "acme-1", "version": "1.2.3", "name": "Acme", "description": "d",
    "homepage": "https://example.invalid", "license": "MIT", "abi": "1.0", "library": "acme.so",
    "integrity": "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "status": "beta", "securityPosture": "requires-trusted",
    "provides": [
      {"kind": "tool", "id": "acme", "tools": [{"name": "look_up", "description": "Looks.", "parameters": {"type": "object"},
        "blocking": true, "parallel": false, "effects": ["read", "network"]}]},
      {"kind": "provider", "id": "acme-wire"}],
    "requires": ["tool/files"],
    "permissions": {"network": ["example.com:443"], "paths": ["workspace:read"], "exec": ["git"], "secrets": ["KEY"]},
    "configSchema": {"type": "object"}, "uiHints": {"x": 1},
    "services": [{"id": "acme", "name": "Acme", "api": "acme-wire", "baseUrl": "https://example.com", "apiKeyEnv": ["KEY"],
                  "local": false, "embedded": false, "models": ["m"]}]
  })");
}

TEST(Manifest, ReadsEverythingThatItMaySay) {
  auto manifest = parse_manifest(whole().dump(), "/plugins/acme");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->id, "acme-1");
  EXPECT_EQ(manifest->version, "1.2.3");
  EXPECT_EQ(manifest->name, "Acme");
  EXPECT_EQ(manifest->abi_major, 1);
  EXPECT_EQ(manifest->abi_minor, 0);
  EXPECT_EQ(manifest->library, "/plugins/acme/acme.so");
  EXPECT_EQ(manifest->status, "beta");
  EXPECT_EQ(manifest->security_posture, "requires-trusted");
  EXPECT_TRUE(manifest->integrity.starts_with("sha256-e3b0"));
  ASSERT_EQ(manifest->provides.size(), 2u);
  EXPECT_EQ(manifest->provides[0].kind, "tool");
  EXPECT_EQ((*manifest->provides[0].descriptor)["tools"][0]["name"], "look_up");
  EXPECT_EQ(manifest->provides[1].id, "acme-wire");
  EXPECT_THAT(manifest->required_capabilities, testing::ElementsAre("tool/files"));
  EXPECT_THAT(manifest->permissions.network, testing::ElementsAre("example.com:443"));
  EXPECT_THAT(manifest->permissions.paths, testing::ElementsAre("workspace:read"));
  EXPECT_THAT(manifest->permissions.exec, testing::ElementsAre("git"));
  EXPECT_THAT(manifest->permissions.secrets, testing::ElementsAre("KEY"));
  EXPECT_EQ((*manifest->config_schema)["type"], "object");
  EXPECT_EQ((*manifest->services)[0]["id"], "acme");
}

TEST(Manifest, NeedsLittle) {
  auto manifest = parse_manifest(R"({"id": "a", "version": "1", "abi": "1.0", "provides": []} // a comment)", "/p/a");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->name, "a");
  EXPECT_EQ(manifest->library, "/p/a/a.so");
  EXPECT_TRUE(manifest->permissions.network.empty());
  EXPECT_EQ(manifest->config_schema, nullptr);
  EXPECT_TRUE(manifest->services->empty());
}

struct Broken {
  const char* place;  // JSON pointer into whole()
  json value;         // discarded: the member is removed
  const char* complaint;
};

json removed() { return json(json::value_t::discarded); }

const std::vector<Broken> kBrokenManifests = {
    {"/id", removed(), "$.id: missing"},
    {"/id", 5, "$.id: expected a string"},
    {"/id", "Acme", "$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter"},
    {"/id", "1acme", "$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter"},
    {"/id", "a/../b", "$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter"},
    {"/id", std::string(65, 'a'), "$.id: expected 1 to 64 of a-z, 0-9 and '-', starting with a letter"},
    {"/version", removed(), "$.version: missing"},
    {"/version", "", "$.version: expected a text that is not empty"},
    {"/version", 1, "$.version: expected a string"},
    {"/name", json::array(), "$.name: expected a string"},
    {"/description", 7, "$.description: expected a string"},
    {"/homepage", 7, "$.homepage: expected a string"},
    {"/license", 7, "$.license: expected a string"},
    {"/$schema", 7, "$.$schema: expected a string"},
    {"/abi", removed(), "$.abi: missing"},
    {"/abi", 1.0, "$.abi: expected a string"},
    {"/abi", "1", "$.abi: expected MAJOR.MINOR, such as \"1.0\""},
    {"/abi", "1.0.0", "$.abi: expected MAJOR.MINOR, such as \"1.0\""},
    {"/abi", "1.x", "$.abi: expected MAJOR.MINOR, such as \"1.0\""},
    {"/abi", "-1.0", "$.abi: expected MAJOR.MINOR, such as \"1.0\""},
    {"/abi", "1.00000", "$.abi: expected MAJOR.MINOR, such as \"1.0\""},
    {"/library", "../acme.so", "$.library: expected the name of a file in the plugin's own folder"},
    {"/library", "lib/acme.so", "$.library: expected the name of a file in the plugin's own folder"},
    {"/library", "lib\\acme.so", "$.library: expected the name of a file in the plugin's own folder"},
    {"/library", "/usr/lib/acme.so", "$.library: expected the name of a file in the plugin's own folder"},
    {"/library", "..", "$.library: expected the name of a file in the plugin's own folder"},
    {"/library", 3, "$.library: expected a string"},
    {"/integrity", "sha256-abc", "$.integrity: expected \"sha256-\" and 64 lower-case hex digits"},
    {"/integrity", "md5-abc", "$.integrity: expected \"sha256-\" and 64 lower-case hex digits"},
    {"/integrity", "sha256-" + std::string(64, 'A'), "$.integrity: expected \"sha256-\" and 64 lower-case hex digits"},
    {"/status", "gold", "$.status: expected one of stable, beta, alpha"},
    {"/status", "", "$.status: expected one of stable, beta, alpha"},
    {"/securityPosture", "fine", "$.securityPosture: expected one of robust-to-untrusted, requires-trusted, unknown"},
    {"/provides", removed(), "$.provides: missing"},
    {"/provides", json::object(), "$.provides: expected an array"},
    {"/provides/1", "provider", "$.provides[1]: expected an object"},
    {"/provides/1/kind", removed(), "$.provides[1].kind: missing"},
    {"/provides/1/kind", "wizard", "$.provides[1].kind: expected one of channel, cli"},
    {"/provides/1/id", removed(), "$.provides[1].id: missing"},
    {"/provides/1/id", "", "$.provides[1].id: expected a text that is not empty"},
    {"/provides/1/id", false, "$.provides[1].id: expected a string"},
    {"/provides/0/tools", removed(), "$.provides[0].tools: expected an array with at least one tool"},
    {"/provides/0/tools", json::array(), "$.provides[0].tools: expected an array with at least one tool"},
    {"/provides/0/tools", json::object(), "$.provides[0].tools: expected an array with at least one tool"},
    {"/provides/0/tools/0", 1, "$.provides[0].tools[0]: expected an object"},
    {"/provides/0/tools/0/name", removed(), "$.provides[0].tools[0].name: missing"},
    {"/provides/0/tools/0/name", "a b",
     "$.provides[0].tools[0].name: expected 1 to 64 of letters, digits, '_' and '-'"},
    {"/provides/0/tools/0/name", std::string(65, 'a'), "$.provides[0].tools[0].name: expected 1 to 64"},
    {"/provides/0/tools/0/description", removed(), "$.provides[0].tools[0].description: missing"},
    {"/provides/0/tools/0/parameters", removed(), "$.provides[0].tools[0].parameters: missing"},
    {"/provides/0/tools/0/parameters", "{}", "$.provides[0].tools[0].parameters: expected an object"},
    {"/provides/0/tools/0/blocking", "yes", "$.provides[0].tools[0].blocking: expected true or false"},
    {"/provides/0/tools/0/parallel", 1, "$.provides[0].tools[0].parallel: expected true or false"},
    {"/provides/0/tools/0/effects", "read", "$.provides[0].tools[0].effects: expected an array"},
    {"/provides/0/tools/0/effects/1", "magic", "$.provides[0].tools[0].effects[1]: expected one of none, read"},
    {"/requires", "tool/files", "$.requires: expected an array"},
    {"/requires/0", 1, "$.requires: expected an array of strings"},
    {"/requires/0", "files", "$.requires[0]: expected KIND/ID"},
    {"/requires/0", "Tool/files", "$.requires[0]: expected KIND/ID"},
    {"/requires/0", "tool/", "$.requires[0]: expected KIND/ID"},
    {"/permissions", json::array(), "$.permissions: expected an object"},
    {"/permissions/network", "example.com", "$.permissions.network: expected an array"},
    {"/permissions/network/0", 443, "$.permissions.network: expected an array of strings"},
    {"/permissions/exec", true, "$.permissions.exec: expected an array"},
    {"/permissions/secrets/0", nullptr, "$.permissions.secrets: expected an array of strings"},
    {"/permissions/paths/0", "/etc", "$.permissions.paths[0]: expected one of workspace:read, workspace:write"},
    {"/permissions/networks", json::array(), "$.permissions.networks: unknown member; did you mean `network`?"},
    {"/configSchema", true, "$.configSchema: expected an object"},
    {"/uiHints", "x", "$.uiHints: expected an object"},
    {"/services", json::object(), "$.services: expected an array"},
    {"/services/0", "acme", "$.services[0]: expected an object"},
    {"/services/0/id", removed(), "$.services[0].id: missing"},
    {"/services/0/id", "", "$.services[0].id: expected a text that is not empty"},
    {"/services/0/api", removed(), "$.services[0].api: missing"},
    {"/services/0/baseUrl", 1, "$.services[0].baseUrl: expected a string"},
    {"/services/0/apiKeyEnv", "KEY", "$.services[0].apiKeyEnv: expected an array"},
    {"/services/0/apiKeyEnv/0", 1, "$.services[0].apiKeyEnv: expected an array of strings"},
    {"/services/0/local", "yes", "$.services[0].local: expected true or false"},
    {"/services/0/models", "m", "$.services[0].models: expected an array"},
    {"/permission", json::object(), "$.permission: unknown member; did you mean `permissions`?"},
    {"/zzzzzz", 1, "$.zzzzzz: unknown member"},
};

TEST(Manifest, SaysWhereItIsBrokenAndTheSchemaAgrees) {
  EXPECT_EQ(complaint(whole()), "");
  EXPECT_TRUE(config::validate(published_schema(), whole()).empty());
  for (const auto& row : kBrokenManifests) {
    json manifest = whole();
    json::json_pointer place{std::string(row.place)};
    if (row.value.is_discarded()) {
      manifest[place.parent_pointer()].erase(place.back());
    } else {
      manifest[place] = row.value;
    }
    EXPECT_THAT(complaint(manifest), testing::StartsWith(row.complaint)) << row.place << " = " << row.value.dump();
    EXPECT_FALSE(config::validate(published_schema(), manifest).empty())
        << "the schema accepts " << row.place << " = " << row.value.dump();
  }
}

TEST(Manifest, RefusesWhatIsNoManifestAtAll) {
  const std::pair<std::string, const char*> kTable[] = {
      {"", "$: is not valid JSON"},
      {"{", "$: is not valid JSON"},
      {"[]", "$: expected an object"},
      {"null", "$: expected an object"},
      {R"({"id": "a"} trailing)", "$: is not valid JSON"},
      {R"({"x":)" + std::string(500'000, '[') + std::string(500'000, ']') + "}", "$: nests deeper than 64 levels"},
  };
  for (const auto& [text, complaint] : kTable) {
    auto parsed = parse_manifest(text, "/p");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(parsed.error().message, complaint);
  }
}

TEST(Manifest, RefusesTheSameCapabilityTwice) {
  json manifest = whole();
  manifest["provides"].push_back({{"kind", "provider"}, {"id", "acme-wire"}});
  EXPECT_EQ(complaint(manifest), "$.provides[2].id: provider/acme-wire is provided twice");
}

TEST(Manifest, NamesTheFileThatItCannotRead) {
  TemporaryDirectory directory;
  auto missing = read_manifest(directory / "chela.plugin.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().message, testing::HasSubstr("chela.plugin.json"));

  std::ofstream(directory / "chela.plugin.json") << "{}";
  auto broken = read_manifest(directory / "chela.plugin.json");
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, testing::EndsWith("chela.plugin.json: $.id: missing"));

  std::ofstream(directory / "chela.plugin.json") << std::string(kManifestBytesMax + 1, ' ');
  EXPECT_EQ(read_manifest(directory / "chela.plugin.json").error().code, ErrorCode::too_large);
}

// Every manifest of the tree: the bundled plugins and the templates for new ones.
TEST(Manifest, OfEveryPluginInTheTreeIsAcceptedByParserAndSchema) {
  int seen = 0;
  for (const char* root : {"plugins", "plugin-sdk/template"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_dir() / root)) {
      if (entry.path().filename() != kManifestName) continue;
      ++seen;
      auto parsed = read_manifest(entry.path());
      EXPECT_TRUE(parsed) << parsed.error().message;
      for (const auto& problem : config::validate(published_schema(), json::parse(text_of(entry.path())))) {
        ADD_FAILURE() << entry.path() << ": " << config::text_of(problem);
      }
      if (!parsed || !parsed->config_schema) continue;
      auto prepared = config::prepare_schema(parsed->config_schema->dump());
      EXPECT_TRUE(prepared.schema) << entry.path() << ": its configSchema is refused";
    }
  }
  EXPECT_GE(seen, 5);
}

}  // namespace
}  // namespace chela::plugins
