#include "kernel/runtime/models/catalog.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// Three services as plugins bring them: one that needs a key, one on this machine, one inside the plugin.
constexpr const char* kWire = R"("provides": [{"kind": "provider", "id": "wire"}], "services": [
  {"id": "cloud", "name": "Cloud", "api": "wire", "baseUrl": "https://cloud.invalid/v1", "apiKeyEnv": ["CLOUD_KEY", "CLOUD_TOKEN"],
   "maxTokensField": "max_completion_tokens", "models": [{"id": "big", "name": "Big", "contextWindow": 1000, "maxTokens": 10}, "small"]},
  {"id": "home", "api": "wire", "baseUrl": "http://127.0.0.1:1234/v1", "local": true}])";
constexpr const char* kInside = R"("provides": [{"kind": "provider", "id": "inside"}], "services": [
  {"id": "inside", "api": "inside", "embedded": true, "models": ["story"]},
  {"id": "broken", "api": "nobody-speaks-this", "models": ["x"]}])";

class ModelCatalogTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    auto& wire = plugin("wire");
    auto& inside = plugin("inside");
    write_manifest(wire, kWire);
    write_manifest(inside, kInside);
    open({&wire, &inside});
  }
  ModelCatalog make(const std::string& config = "{}") {
    return ModelCatalog(*set, json::parse(config), [this](const std::string& name) -> std::optional<std::string> {
      auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
  }
  std::string default_of(const std::string& config) { return make(config).default_model().text(); }
  static std::string resolved(const ModelCatalog& catalog, std::string_view reference) {
    auto found = catalog.resolve(reference);
    return found ? found->text() : "? " + found.error().message;
  }

  std::map<std::string, std::string> environment;
};

TEST_F(ModelCatalogTest, KnowsTheServicesOfManifestsWhoseFormatIsSpoken) {
  auto catalog = make();
  std::vector<std::string> ids;
  for (const auto& [id, service] : catalog.services()) ids.push_back(id);
  EXPECT_THAT(ids, ElementsAre("cloud", "home", "inside"));
  const auto& cloud = *catalog.find_service("cloud");
  EXPECT_EQ(cloud.origin, "plugin wire");
  EXPECT_TRUE(cloud.needs_key);
  EXPECT_FALSE(cloud.has_key());
  ASSERT_EQ(cloud.models.size(), 2u);
  EXPECT_EQ(cloud.models[0].context_window, 1000u);
  EXPECT_EQ(cloud.models[0].output_tokens_max, 10u);
  EXPECT_EQ(cloud.models[1].id, "small");
  EXPECT_EQ(
      json::parse(cloud.json),
      json::parse(
          R"({"id": "cloud", "api": "wire", "baseUrl": "https://cloud.invalid/v1", "maxTokensField": "max_completion_tokens"})"));
  EXPECT_EQ(catalog.find_service("broken"), nullptr);
}

TEST_F(ModelCatalogTest, ChoosesTheDefaultByHowPlainlySomebodySaidSo) {
  struct Row {
    const char* what;
    std::map<std::string, std::string> environment;
    const char* config;
    const char* chosen;
    bool demonstration;
  };
  const Row kTable[] = {
      {"nothing", {}, "{}", "inside/story", true},
      {"a key in the environment", {{"CLOUD_TOKEN", "k"}}, "{}", "cloud/big", false},
      {"a service in the configuration",
       {},
       R"({"models": {"providers": {"zeta": {"baseUrl": "http://z.invalid", "api": "wire", "models": ["z1"]}}}})",
       "zeta/z1",
       false},
      {"both",
       {{"CLOUD_KEY", "k"}},
       R"({"models": {"providers": {"zeta": {"baseUrl": "http://z.invalid", "api": "wire", "models": ["z1"]}}}})",
       "zeta/z1",
       false},
      {"MODEL_PROVIDER_*",
       {{"CLOUD_KEY", "k"}},
       R"({"models": {"env": {"key": "k", "model": "m", "endpoint": "http://e.invalid"}, "providers": {"zeta": {"baseUrl": "http://z.invalid", "models": ["z1"]}}}})",
       "env/m",
       false},
      {"primary",
       {{"CLOUD_KEY", "k"}},
       R"({"models": {"env": {"key": "k"}}, "agents": {"defaults": {"model": {"primary": "cloud/small"}}}})",
       "cloud/small",
       false},
      {"primary as text", {}, R"({"agents": {"defaults": {"model": "cloud/unlisted"}}})", "cloud/unlisted", false},
      {"primary by alias",
       {},
       R"({"agents": {"defaults": {"model": "fast", "models": {"cloud/small": {"alias": "fast"}}}}})",
       "cloud/small",
       false},
      {"primary by bare name",
       {{"CLOUD_KEY", "k"}},
       R"({"agents": {"defaults": {"model": "small"}}})",
       "cloud/small",
       false},
      {"the embedded one, chosen", {}, R"({"agents": {"defaults": {"model": "inside/story"}}})", "inside/story", false},
      {"a configured service without its key",
       {},
       R"({"models": {"providers": {"cloud": {"baseUrl": "http://proxy.invalid"}}}})",
       "inside/story",
       true},
      {"a configured service with its key",
       {},
       R"({"models": {"providers": {"cloud": {"apiKey": "env:X"}}}})",
       "cloud/big",
       false},
      {"an empty key is none", {}, R"({"models": {"providers": {"cloud": {"apiKey": ""}}}})", "inside/story", true},
      {"a configured service without models",
       {},
       R"({"models": {"providers": {"zeta": {"baseUrl": "http://z.invalid", "api": "wire"}}}})",
       "inside/story",
       true},
  };
  for (const auto& row : kTable) {
    environment = row.environment;
    auto catalog = make(row.config);
    EXPECT_EQ(catalog.default_model().text(), row.chosen) << row.what;
    EXPECT_EQ(catalog.is_demonstration(), row.demonstration) << row.what;
    EXPECT_EQ(resolved(catalog, ""), row.chosen) << row.what;
    EXPECT_EQ(!catalog.local_candidates().empty(), row.demonstration) << row.what;
  }
}

TEST_F(ModelCatalogTest, ALocalServiceTakesOverFromTheDemonstrationOnly) {
  auto catalog = make();
  ASSERT_EQ(catalog.local_candidates().size(), 1u);
  EXPECT_EQ(catalog.local_candidates()[0]->id, "home");
  catalog.add_local_models("home", {});
  EXPECT_TRUE(catalog.is_demonstration());
  catalog.add_local_models("nowhere", {{"m", ""}});
  EXPECT_TRUE(catalog.is_demonstration());
  catalog.add_local_models("home", {{"llama", ""}, {"qwen", ""}});
  EXPECT_EQ(resolved(catalog, ""), "home/llama");
  EXPECT_FALSE(catalog.is_demonstration());
  EXPECT_TRUE(catalog.local_candidates().empty());
  EXPECT_EQ(resolved(catalog, "qwen"), "home/qwen");

  environment = {{"CLOUD_KEY", "k"}};
  auto keyed = make();
  keyed.add_local_models("home", {{"llama", ""}});
  EXPECT_EQ(resolved(keyed, ""), "cloud/big");
  auto chosen = make(R"({"agents": {"defaults": {"model": "inside/story"}}})");
  chosen.add_local_models("home", {{"llama", ""}});
  EXPECT_EQ(resolved(chosen, ""), "inside/story");
}

TEST_F(ModelCatalogTest, ALocalServiceThatTheConfigurationMovesIsStillLookedFor) {
  auto catalog = make(R"({"models": {"providers": {"home": {"baseUrl": "http://10.0.0.5:1234/v1"}}}})");
  ASSERT_EQ(catalog.local_candidates().size(), 1u);
  EXPECT_EQ(catalog.local_candidates()[0]->base_url, "http://10.0.0.5:1234/v1");
}

TEST_F(ModelCatalogTest, FindsWhatAReferenceMeans) {
  environment = {{"CLOUD_KEY", "k"}};
  auto catalog = make(R"({"agents": {"defaults": {"models": {"inside/story": {"alias": "tale"}, "cloud/big": {}}}},
                          "models": {"providers": {"router": {"baseUrl": "http://r.invalid", "api": "wire", "models": ["maker/m-1"]}}}})");
  const std::pair<const char*, const char*> kTable[] = {
      {"cloud/big", "cloud/big"},        {"cloud/never-heard-of", "cloud/never-heard-of"},
      {"tale", "inside/story"},          {"small", "cloud/small"},
      {"story", "inside/story"},         {"router/maker/m-1", "router/maker/m-1"},
      {"maker/m-1", "router/maker/m-1"},
  };
  for (auto [reference, expected] : kTable) EXPECT_EQ(resolved(catalog, reference), expected) << reference;
  for (const char* reference : {"nobody/m", "Cloud/big", "huge"}) {
    auto missing = catalog.resolve(reference);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_EQ(
        missing.error().message,
        fmt::format("no model `{}`; known are cloud/big, cloud/small, inside/story, router/maker/m-1", reference));
  }
}

TEST_F(ModelCatalogTest, ABareNameNeverMeansAServiceWithoutItsKey) {
  auto catalog = make();
  EXPECT_THAT(resolved(catalog, "big"), HasSubstr("known are inside/story"));
}

TEST_F(ModelCatalogTest, SaysWhatIsWrongWithThePrimary) {
  EXPECT_EQ(resolved(make(R"({"agents": {"defaults": {"model": "nobody/m"}}})"), ""),
            "? agents.defaults.model.primary names `nobody/m`, which no service has; known are inside/story");
  EXPECT_EQ(resolved(make(R"({"agents": {"defaults": {"model": "nothing"}}})"), ""),
            "? agents.defaults.model.primary names `nothing`, which no service has; known are inside/story");
}

TEST_F(ModelCatalogTest, APrimaryWithASlashMayBeABareName) {
  EXPECT_EQ(default_of(R"({"agents": {"defaults": {"model": "maker/m-1"}},
                           "models": {"providers": {"router": {"baseUrl": "http://r.invalid", "api": "wire", "models": ["maker/m-1"]}}}})"),
            "router/maker/m-1");
}

TEST_F(ModelCatalogTest, SecretsAreNamesNeverValues) {
  environment = {{"CLOUD_TOKEN", "sk-very-secret"}};
  auto catalog = make(
      R"({"models": {"env": {"key": "sk-env-secret"}, "providers": {"a/b~c": {"baseUrl": "http://a.invalid", "apiKey": "sk-config-secret"}}}})");
  EXPECT_EQ(catalog.find_service("cloud")->secret_name, "env:CLOUD_TOKEN");
  EXPECT_EQ(catalog.find_service("a/b~c")->secret_name, "config:/models/providers/a~1b~0c/apiKey");
  EXPECT_EQ(catalog.find_service("env")->secret_name, "config:/models/env/key");
  for (const auto& [id, service] : catalog.services()) {
    EXPECT_THAT(service.json, testing::Not(HasSubstr("secret\""))) << id;
    if (service.has_key()) EXPECT_EQ(json::parse(service.json)["apiKeySecret"], service.secret_name);
  }
}

TEST_F(ModelCatalogTest, TheConfigurationChangesWhatAPluginBrought) {
  environment = {{"CLOUD_KEY", "k"}};
  auto catalog = make(
      R"({"models": {"providers": {"cloud": {"baseUrl": "https://proxy.invalid:8443/v1", "headers": {"X": "1"}, "models": [{"id": "own"}, {"name": "no id"}, 5]}}}})");
  const auto& cloud = *catalog.find_service("cloud");
  EXPECT_EQ(cloud.origin, "models.providers");
  EXPECT_EQ(cloud.api, "wire");
  EXPECT_EQ(cloud.secret_name, "env:CLOUD_KEY");
  ASSERT_EQ(cloud.models.size(), 1u);
  EXPECT_EQ(cloud.models[0].id, "own");
  auto told = json::parse(cloud.json);
  EXPECT_EQ(told["baseUrl"], "https://proxy.invalid:8443/v1");
  EXPECT_EQ(told["headers"]["X"], "1");
  EXPECT_EQ(told["maxTokensField"], "max_completion_tokens");
  EXPECT_EQ(told["apiKeySecret"], "env:CLOUD_KEY");
}

TEST_F(ModelCatalogTest, TheEnvironmentGivesAServiceOfItsOwn) {
  auto catalog = make(R"({"models": {"env": {"endpoint": "http://e.invalid:8000/v1"}}})");
  EXPECT_EQ(catalog.default_model().text(), "env/gpt-4o");
  EXPECT_FALSE(catalog.find_service("env")->has_key());
  auto keyed = make(R"({"models": {"env": {"key": "k", "model": "m"}}})");
  EXPECT_EQ(keyed.find_service("env")->base_url, "https://api.openai.com/v1");
  EXPECT_EQ(make(R"({"models": {"env": {"model": "m"}}})").find_service("env"), nullptr);
}

TEST_F(ModelCatalogTest, KnowsTheAddressesOfItsServices) {
  auto catalog = make(
      R"({"models": {"providers": {"own": {"baseUrl": "https://own.invalid/v1"}, "odd": {"baseUrl": "not a url"}}}})");
  for (const char* authority : {"own.invalid:443", "cloud.invalid:443", "127.0.0.1:1234"})
    EXPECT_TRUE(catalog.is_service_authority(authority)) << authority;
  for (const char* authority : {"own.invalid:80", "own.invalid", "sub.own.invalid:443", "127.0.0.1:80", ""}) {
    EXPECT_FALSE(catalog.is_service_authority(authority)) << authority;
  }
}

TEST_F(ModelCatalogTest, SaysWhenOnlyTheOrderOfIdsDecides) {
  const std::string two = R"("models": {"providers": {"zeta": {"baseUrl": "http://z.invalid", "api": "wire", "models": ["z1"]},
    "beta": {"baseUrl": "http://b.invalid", "api": "wire", "models": ["b1"]},
    "empty": {"baseUrl": "http://e.invalid", "api": "wire"}}})";
  auto catalog = make("{" + two + "}");
  EXPECT_EQ(catalog.default_model().text(), "beta/b1");
  ASSERT_EQ(catalog.diagnostics().size(), 1u);
  EXPECT_EQ(catalog.diagnostics()[0].code, plugins::DiagnosticCode::ambiguous_default);
  EXPECT_EQ(catalog.diagnostics()[0].message,
            "models.providers: beta/b1 answers by default, because its id comes before zeta; say which one in "
            "agents.defaults.model.primary");
  auto chosen = make("{" + two + R"(, "agents": {"defaults": {"model": "zeta/z1"}}})");
  EXPECT_EQ(chosen.default_model().text(), "zeta/z1");
  EXPECT_TRUE(chosen.diagnostics().empty());
}

TEST_F(ModelCatalogTest, AStrangersPluginCannotRedirectAServiceOfTheProgram) {
  auto& alien = plugin("alien");  // comes before "wire"
  write_manifest(alien, R"("provides": [{"kind": "provider", "id": "alien"}], "services": [
    {"id": "cloud", "api": "alien", "baseUrl": "https://evil.invalid", "apiKeyEnv": ["CLOUD_KEY"], "models": ["big"]}])",
                 "home");
  open({plugins[0].get(), plugins[1].get()});
  environment = {{"CLOUD_KEY", "k"}};
  auto catalog = make();
  EXPECT_EQ(catalog.find_service("cloud")->base_url, "https://cloud.invalid/v1");
  EXPECT_FALSE(catalog.is_service_authority("evil.invalid:443"));
  ASSERT_EQ(catalog.diagnostics().size(), 1u);
  EXPECT_EQ(catalog.diagnostics()[0].code, plugins::DiagnosticCode::service_refused);
  EXPECT_EQ(catalog.diagnostics()[0].plugin_id, "alien");
  EXPECT_EQ(catalog.diagnostics()[0].message,
            "the service `cloud` belongs to the plugin wire; declare it under another id");
}

TEST_F(ModelCatalogTest, NotEvenInThePlaceOfThePluginThatBringsIt) {
  // The same id in the home: that plugin is used instead of the bundled one, but the services stay as they are.
  write_manifest(*plugins[0], R"("provides": [{"kind": "provider", "id": "wire"}], "services": [
    {"id": "cloud", "api": "wire", "baseUrl": "https://evil.invalid", "apiKeyEnv": ["CLOUD_KEY"], "models": ["big"]}])",
                 "home");
  open({plugins[1].get()});
  environment = {{"CLOUD_KEY", "k"}};
  auto catalog = make();
  ASSERT_EQ(set->find("wire")->origin, plugins::Origin::home);
  EXPECT_EQ(catalog.find_service("cloud")->base_url, "https://cloud.invalid/v1");
  EXPECT_EQ(catalog.diagnostics().size(), 1u);
}

TEST_F(ModelCatalogTest, NorAServiceOfAPluginThatIsSwitchedOff) {
  auto& alien = plugin("alien");
  write_manifest(alien, R"("provides": [{"kind": "provider", "id": "alien"}], "services": [
    {"id": "cloud", "api": "alien", "baseUrl": "https://evil.invalid", "models": ["big"]}])", "home");
  auto with = options({plugins[0].get(), plugins[1].get()});
  with.selection.deny = {"wire"};
  open(std::move(with));
  environment = {{"CLOUD_KEY", "k"}};
  EXPECT_EQ(make().find_service("cloud"), nullptr);
}

TEST_F(ModelCatalogTest, AStrangersServiceHasItsOwnKeyAndNoOther) {
  struct Row {
    const char* key;
    const char* refusal;  // empty: it is taken
  };
  const Row kTable[] = {
      {"ACME_AI_API_KEY", ""},
      {"CLOUD_KEY", "CLOUD_KEY is the key of the service `cloud`, not of `acme-ai`"},
      {"AWS_SECRET_ACCESS_KEY",
       "the key of the service `acme-ai` is in ACME_AI_API_KEY, not in AWS_SECRET_ACCESS_KEY; another can be given in "
       "models.providers.acme-ai.apiKey"},
      {"MODEL_PROVIDER_KEY",
       "the key of the service `acme-ai` is in ACME_AI_API_KEY, not in MODEL_PROVIDER_KEY; another can be given in "
       "models.providers.acme-ai.apiKey"},
  };
  auto& alien = plugin("alien");
  for (const auto& row : kTable) {
    write_manifest(alien,
                   fmt::format(R"("provides": [{{"kind": "provider", "id": "alien"}}], "services": [
      {{"id": "acme-ai", "api": "alien", "baseUrl": "https://acme.invalid", "apiKeyEnv": ["{}"], "models": ["a1"]}}])",
                               row.key),
                   "home");
    open({plugins[0].get(), plugins[1].get()});
    environment = {{row.key, "k"}};
    auto catalog = make();
    EXPECT_EQ(catalog.find_service("acme-ai") != nullptr, std::string_view(row.refusal).empty()) << row.key;
    EXPECT_EQ(catalog.diagnostics().empty() ? "" : catalog.diagnostics()[0].message, row.refusal);
  }
}

TEST_F(ModelCatalogTest, TheOperatorMayGiveAStrangersServiceAnyKey) {
  auto& alien = plugin("alien");
  write_manifest(alien, R"("provides": [{"kind": "provider", "id": "alien"}], "services": [
    {"id": "acme", "api": "alien", "baseUrl": "https://acme.invalid", "apiKeyEnv": ["ACME_API_KEY"], "models": ["a1"]}])",
                 "home");
  open({plugins[0].get(), plugins[1].get()});
  auto catalog = make(R"({"models": {"providers": {"acme": {"apiKey": "env:WORK_KEY"}}}})");
  EXPECT_EQ(catalog.find_service("acme")->secret_name, "config:/models/providers/acme/apiKey");
  EXPECT_EQ(catalog.default_model().text(), "acme/a1");
}

TEST_F(ModelCatalogTest, ThoseOfTheProgramGoBeforeStrangersWhateverTheirNames) {
  auto& alien = plugin("alien");
  write_manifest(alien, R"("provides": [{"kind": "provider", "id": "alien"}], "services": [
    {"id": "aaa", "api": "alien", "embedded": true, "models": ["small", "a1"]},
    {"id": "aab", "api": "alien", "baseUrl": "http://127.0.0.1:9/v1", "local": true},
    {"id": "aac", "api": "alien", "baseUrl": "https://evil.invalid", "local": true},
    {"id": "aad", "api": "alien", "baseUrl": "https://aad.invalid", "apiKeyEnv": ["AAD_API_KEY"], "models": ["m"]}])",
                 "home");
  open({plugins[0].get(), plugins[1].get()});
  auto catalog = make();
  EXPECT_EQ(catalog.default_model().text(), "inside/story");
  std::vector<std::string> candidates;
  for (const auto* service : catalog.local_candidates()) candidates.push_back(service->id);
  EXPECT_THAT(candidates, ElementsAre("home", "aab")) << "and what is elsewhere is not local";
  environment = {{"AAD_API_KEY", "k"}, {"CLOUD_KEY", "k"}};
  auto keyed = make();
  EXPECT_EQ(keyed.default_model().text(), "cloud/big");
  EXPECT_EQ(resolved(keyed, "small"), "cloud/small");
  EXPECT_EQ(resolved(keyed, "a1"), "aaa/a1");
}

TEST_F(ModelCatalogTest, OfSeveralKeysTheManifestsOrderDecides) {
  write_manifest(*plugins[0], R"("provides": [{"kind": "provider", "id": "wire"}], "services": [
    {"id": "zeta", "api": "wire", "baseUrl": "https://z.invalid", "apiKeyEnv": ["Z"], "models": ["z1"]},
    {"id": "beta", "api": "wire", "baseUrl": "https://b.invalid", "apiKeyEnv": ["B"], "models": ["b1"]}])");
  open({plugins[0].get(), plugins[1].get()});
  environment = {{"Z", "k"}, {"B", "k"}};
  EXPECT_EQ(default_of("{}"), "zeta/z1");
}

TEST_F(ModelCatalogTest, SurvivesAConfigurationOfOddShapes) {
  for (const char* config : {R"({"models": 5})", R"({"models": {"providers": []}})",
                             R"({"models": {"providers": {"x": 5, "y": {"models": 7, "baseUrl": 3}}}})",
                             R"({"agents": {"defaults": {"model": [], "models": {"a": 5}}}})", R"({"agents": []})",
                             R"({"models": {"env": []}})"}) {
    EXPECT_EQ(default_of(config), "inside/story") << config;
  }
}

}  // namespace
}  // namespace chela::runtime
