#include "kernel/gateway/doctor.hpp"

#include "chela/ext/service.h"
#include "kernel/gateway/methods.hpp"
#include "kernel/runtime/capabilities/services.hpp"
#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

class DoctorTest : public GatewayTest {};

TEST_F(DoctorTest, ReportsWhatIsSetUp) {
  auto report = ask("GET", "/doctor").json();
  EXPECT_EQ(report["version"], "1.2.3");
  EXPECT_EQ(report["configuration"]["file"], "chela.json");
  EXPECT_EQ(report["models"]["default"], "inside/story");
  EXPECT_EQ(report["models"]["demonstration"], true);
  EXPECT_EQ(report["plugins"]["known"], 1);
  EXPECT_EQ(report["plugins"]["reports"][0]["id"], "wire");
  EXPECT_EQ(report["plugins"]["reports"][0]["capabilities"], json({"provider/wire"}));
  EXPECT_EQ(report["runtime"]["lane"], "dynamic");
  EXPECT_THAT(report["warnings"].get<std::vector<std::string>>(), Contains("mind the gap"));
  EXPECT_THAT(report["warnings"].get<std::vector<std::string>>(), Contains(HasSubstr("the demonstration answers")));
}

TEST_F(DoctorTest, WritesTheSameForPeople) {
  auto text = ask("GET", "/doctor/text").body;
  for (const char* line : {"Chela 1.2.3\n", "\nConfiguration\n- file: chela.json\n", "- default: inside/story\n",
                           "- wire: ", "\nSuggested next steps\n", "- mind the gap\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(DoctorTest, NamesWhatIsWrongWithPlugins) {
  auto report = doctor_report(*context, {{"warnings", json::array()}});
  report["plugins"]["reports"][0]["diagnostics"] =
      json::parse(R"([{"severity": "error", "code": "missing_symbol", "message": "no door"}])");
  EXPECT_THAT(doctor_text(report), HasSubstr("  - missing_symbol: no door\n"));
}

// A plugin with a service that does not start.
class DoctorOfServicesTest : public GatewayTest {
 protected:
  std::string provisions() override {
    return R"({"kind": "provider", "id": "wire"}, {"kind": "service", "id": "poller"})";
  }
  void SetUp() override {
    static constexpr chela_plugin_service kTable{
        sizeof(chela_plugin_service),
        [](const chela_plugin*, chela_str, const chela_service_monitor*, const chela_error_sink* error) -> chela_status {
          error->set(error, to_abi("no power"));
          return CHELA_UNAVAILABLE;
        },
        [](const chela_plugin*, chela_str) {}};
    wire.extensions[CHELA_EXT_SERVICE] = &kTable;
    GatewayTest::SetUp();
  }
};

// A plugin with a method whose name the gateway has.
class DoctorOfMethodsTest : public GatewayTest {
 protected:
  std::string provisions() override {
    return R"({"kind": "provider", "id": "wire"}, {"kind": "gateway_method", "id": "health"})";
  }
};

TEST_F(DoctorOfServicesTest, ShowsHowTheyAre) {
  EXPECT_EQ(doctor_report(*context, json::object())["plugins"]["services"], json::array());
  runtime::Services services(loop, logger, *set);
  services.start();
  run_until([&] { return services.health().at(0).state == "waiting"; });
  context->services = &services;
  auto report = doctor_report(*context, {{"warnings", json::array()}});
  const auto& shown = report["plugins"]["services"][0];
  EXPECT_EQ(shown["plugin"], "wire");
  EXPECT_EQ(shown["id"], "poller");
  EXPECT_THAT(shown["text"].get<std::string>(), HasSubstr("no power"));
  EXPECT_THAT(doctor_text(report), HasSubstr("- service poller: waiting, "));
  EXPECT_THAT(report["warnings"].get<std::vector<std::string>>(),
              Contains(HasSubstr("plugin wire: its service poller: waiting, ")));
  context->services = nullptr;
  EXPECT_TRUE(await(services.stop()));
}

TEST_F(DoctorOfMethodsTest, NamesThoseThatAreNotReached) {
  MethodTable methods(loop, *set, [] { return Duration(std::chrono::seconds(1)); });
  methods.add({.name = "health"});
  methods.refresh();
  ASSERT_FALSE(methods.diagnostics().empty());
  context->methods = &methods;
  EXPECT_THAT(doctor_report(*context, json::object())["warnings"].get<std::vector<std::string>>(),
              Contains(methods.diagnostics()[0].message));
}

TEST(Diagnostics, AreJson) {
  plugins::Diagnostic diagnostic{.severity = plugins::Severity::warning,
                                 .code = plugins::DiagnosticCode::jit_mode_required,
                                 .plugin_id = "p",
                                 .message = "odd",
                                 .path = "/p/x"};
  auto shown = diagnostic_json(diagnostic);
  EXPECT_EQ(shown["severity"], "warning");
  EXPECT_EQ(shown["message"], "odd");
  EXPECT_EQ(shown["path"], "/p/x");
  diagnostic.path.clear();
  EXPECT_FALSE(diagnostic_json(diagnostic).contains("path"));
}

}  // namespace
}  // namespace chela::gateway
