// Plugins that do not get as far as started: the code of each reason, and nothing left behind.

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

using testing::HasSubstr;

constexpr const char* kProvidesNothing = R"("provides": [])";
constexpr const char* kProvider = R"("provides": [{"kind": "provider", "id": "wire"}])";
constexpr const char* kTool =
    R"("provides": [{"kind": "tool", "id": "t", "tools": [{"name": "echo", "description": "d", "parameters": {}}]}])";

chela_status completes_at_once(const chela_completion_request&, const chela_completion* completion,
                               const chela_error_sink*) {
  completion->complete(completion, CHELA_OK, to_abi("stop"), 0);
  return CHELA_OK;
}
chela_status runs_nothing(const chela_tool_request&, const chela_tool_call*, const chela_error_sink*) {
  return CHELA_NOT_FOUND;
}

struct Failure {
  const char* name;
  std::function<void(ScriptedPlugin&)> spoil;
  const char* provides;
  std::vector<std::string> codes;
  const char* message;
  std::vector<std::string> calls;
};

void PrintTo(const Failure& failure, std::ostream* out) {
  *out << failure.name;
}

class PluginSetFailureTest : public PluginTest, public testing::WithParamInterface<Failure> {};

TEST_P(PluginSetFailureTest, IsToldWithItsCodeAndLeavesNothingRunning) {
  const Failure& failure = GetParam();
  auto& acme = plugin("acme");
  write_manifest(acme, failure.provides);
  failure.spoil(acme);
  open({&acme});
  auto instance = await(set->activate("acme"));
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().code, ErrorCode::unavailable);
  EXPECT_THAT(instance.error().message, testing::StartsWith("plugin acme: "));
  EXPECT_THAT(instance.error().message, HasSubstr(failure.message));
  const Record& record = *set->find("acme");
  EXPECT_EQ(record.state, State::failed);
  EXPECT_EQ(codes(record), failure.codes);
  EXPECT_EQ(record.instance, nullptr);
  EXPECT_EQ(acme.calls, failure.calls);

  auto again = await(set->activate("acme"));  // failed stays failed, for the same reason; nothing is tried again
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, instance.error().message);
  EXPECT_EQ(acme.calls, failure.calls);
}

const std::vector<std::string> kNoCalls = {};
const std::vector<std::string> kCreated = {"create"};
const std::vector<std::string> kDestroyed = {"create", "destroy"};
const std::vector<std::string> kConfigured = {"create", "configure {}", "destroy"};
const std::vector<std::string> kNotStarted = {"create", "configure {}", "start", "destroy"};
const std::vector<std::string> kStarted = {"create", "configure {}", "start", "stop", "destroy"};

chela_status refuse(const chela_error_sink* error, const char* why, chela_status status) {
  error->set(error, to_abi(why));
  return status;
}

const Failure kFailures[] = {
    {"AbiMajor",
     [](auto& p) { p.entry.abi_major = 2; },
     kProvidesNothing,
     {"plugin_api_version_mismatch"},
     "built for ABI 2.",
     kNoCalls},
    {"AbiMinor",
     [](auto& p) { p.entry.abi_minor = CHELA_ABI_MINOR + 1; },
     kProvidesNothing,
     {"plugin_api_version_mismatch"},
     "built for ABI 1.",
     kNoCalls},
    {"ShortEntry",
     [](auto& p) { p.entry.struct_size = 16; },
     kProvidesNothing,
     {"invalid_plugin_export"},
     "the entry is too short",
     kNoCalls},
    {"NullCreate",
     [](auto& p) { p.entry.create = nullptr; },
     kProvidesNothing,
     {"invalid_plugin_export"},
     "null members",
     kNoCalls},
    {"Version",
     [](auto& p) { p.entry.plugin_version = "2.0"; },
     kProvidesNothing,
     {"manifest_mismatch"},
     "the library is acme 2.0, its manifest says acme 1.0.0",
     kNoCalls},
    {"CreateReturnsNull",
     [](auto& p) {
       p.on_create = [](auto* error) -> const chela_plugin* {
         refuse(error, "no memory", CHELA_OK);
         return nullptr;
       };
     },
     kProvidesNothing,
     {"create_failed"},
     "creating the plugin: no memory",
     kCreated},
    {"CreateSaysNothing",
     [](auto& p) { p.on_create = [](auto*) -> const chela_plugin* { return nullptr; }; },
     kProvidesNothing,
     {"create_failed"},
     "the plugin gave no reason",
     kCreated},
    {"CreateThrows",
     [](auto& p) { p.on_create = [](auto*) -> const chela_plugin* { throw 1; }; },
     kProvidesNothing,
     {"create_failed"},
     "let an exception out",
     kCreated},
    {"ShortPlugin",
     [](auto& p) { p.plugin.struct_size = 16; },
     kProvidesNothing,
     {"create_failed"},
     "too short or has null functions",
     kCreated},
    {"NullStop",
     [](auto& p) { p.plugin.stop = nullptr; },
     kProvidesNothing,
     {"create_failed"},
     "too short or has null functions",
     kDestroyed},
    {"Configure",
     [](auto& p) {
       p.on_configure = [](auto, auto* error) { return refuse(error, "no key `x`", CHELA_INVALID_ARGUMENT); };
     },
     kProvidesNothing,
     {"configure_failed"},
     "configuring the plugin: no key `x`",
     kConfigured},
    {"ConfigureThrows",
     [](auto& p) { p.on_configure = [](auto, auto*) -> chela_status { throw std::runtime_error("x"); }; },
     kProvidesNothing,
     {"configure_failed"},
     "let an exception out",
     kConfigured},
    {"Start",
     [](auto& p) { p.on_start = [](auto* error) { return refuse(error, "port taken", CHELA_UNAVAILABLE); }; },
     kProvidesNothing,
     {"start_failed"},
     "starting the plugin: port taken",
     kNotStarted},
    {"StartSaysNothing",
     [](auto& p) { p.on_start = [](auto*) { return CHELA_INTERNAL; }; },
     kProvidesNothing,
     {"start_failed"},
     "the plugin gave no reason",
     kNotStarted},
    {"Undeclared",
     [](auto& p) { p.on_complete = completes_at_once; },
     kProvidesNothing,
     {"undeclared_capability"},
     "the code offers chela.provider/1, the manifest declares no provider",
     kStarted},
    {"Missing",
     [](auto&) {},
     kProvider,
     {"missing_capability"},
     "the manifest declares a provider, the code does not offer chela.provider/1",
     kStarted},
    {"UndeclaredTool",
     [](auto& p) {
       p.on_start_tool = runs_nothing;
       p.tool_names = "echo\nrm\n";
     },
     kTool,
     {"undeclared_capability"},
     "the code offers the tool rm",
     kStarted},
    {"UndeclaredToolInLatin1",
     [](auto& p) {
       p.on_start_tool = runs_nothing;
       p.tool_names = "echo\ncaf\xE9\n";
     },
     kTool,
     {"undeclared_capability"},
     "the code offers the tool caf\xEF\xBF\xBD,",
     kStarted},
    {"MissingTool",
     [](auto& p) {
       p.on_start_tool = runs_nothing;
       p.tool_names = "";
     },
     kTool,
     {"missing_capability"},
     "the manifest declares the tool echo",
     kStarted},
    {"BothWays",
     [](auto& p) {
       p.on_start_tool = runs_nothing;
       p.tool_names = "other";
     },
     kTool,
     {"missing_capability", "undeclared_capability"},
     "the code offers the tool other",
     kStarted},
    {"ShortExtension",
     [](auto& p) {
       p.on_complete = completes_at_once;
       p.provider.struct_size = 8;
     },
     kProvider,
     {"missing_capability"},
     "does not offer chela.provider/1",
     kStarted}};

INSTANTIATE_TEST_SUITE_P(Of, PluginSetFailureTest, testing::ValuesIn(kFailures),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace chela::plugins
