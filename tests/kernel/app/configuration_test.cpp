#include "kernel/app/configuration.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ConfigurationTest : public AppTest {
 protected:
  void add_plugin(const std::string& id, std::string_view schema) {
    auto folder = home.path() / "plugins" / id;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "chela.plugin.json") << fmt::format(
        R"({{"id": "{}", "version": "1.0.0", "abi": "1.0", "provides": [], "configSchema": {}}})", id, schema);
  }
  std::vector<std::string> problems(std::string_view text) {
    write(text);
    auto spec = kernel_config_spec();
    auto loaded = load_configuration(spec, request, Home{home.path()});
    std::vector<std::string> out;
    for (const auto& problem : loaded.problems) out.push_back(text_of(problem));
    return out;
  }
};

constexpr const char* kCity = R"({"type": "object", "additionalProperties": false, "required": ["city"],
    "properties": {"city": {"type": "string"}, "key": {"type": "string", "writeOnly": true}}})";

TEST_F(ConfigurationTest, ThePluginsPartIsCheckedWithTheRest) {
  add_plugin("acme", kCity);
  EXPECT_THAT(problems("{plugins: {entries: {acme: {config: {city: 'Ulm'}}}}}"), IsEmpty());
  auto wrong = problems("{gateway: {port: 'x'}, plugins: {entries: {acme: {config: {city: 7, town: 'Ulm'}}}}}");
  EXPECT_THAT(wrong, Contains(HasSubstr("$.gateway.port")));
  EXPECT_THAT(wrong, Contains(HasSubstr("$.plugins.entries.acme.config.city")));
  EXPECT_THAT(wrong, Contains(HasSubstr("$.plugins.entries.acme.config.town")));
}

TEST_F(ConfigurationTest, APluginThatIsNotThereIsAWarning) {
  auto warnings = problems("{plugins: {entries: {nobody: {config: {a: 1}}}}}");
  for (const auto& line : warnings) EXPECT_THAT(line, HasSubstr("nobody"));
}

TEST_F(ConfigurationTest, WithoutEntriesNoManifestIsRead) {
  add_plugin("broken", "{\"type\": 7}");
  EXPECT_THAT(problems("{}"), IsEmpty());
}

TEST_F(ConfigurationTest, AnUnusableSchemaOfAPluginIsNamed) {
  add_plugin("acme", kCity);
  add_plugin("broken", R"({"type": "object", "properties": {"a": {"pattern": "("}}})");
  auto lines = problems("{plugins: {entries: {acme: {config: {city: 'Ulm'}}}}}");
  EXPECT_THAT(lines, Contains(HasSubstr("broken")));
}

TEST_F(ConfigurationTest, RootsFollowTheConfiguration) {
  const Home where{home.path()};
  auto plain = plugin_roots(where, nullptr);
  EXPECT_EQ(plain.home, home / "plugins");
  EXPECT_EQ(plain.workspace, home.path() / "workspace" / ".chela" / "plugins");
  EXPECT_THAT(plain.load_paths, IsEmpty());
  auto config = snapshot("{agents: {defaults: {workspace: '/w'}}, plugins: {load: {paths: ['/p']}}}");
  auto set = plugin_roots(where, config.get());
  EXPECT_EQ(set.workspace, "/w/.chela/plugins");
  EXPECT_THAT(set.load_paths, testing::ElementsAre("/p"));
}

}  // namespace
}  // namespace chela::app
