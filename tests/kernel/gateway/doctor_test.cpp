#include "kernel/gateway/doctor.hpp"

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
