// Every plugin of tests/bad-plugins meets the kernel as a stranger in a folder of a person: it is refused with a code, or
// survived from activation to stop. What ends or stops the process that runs it does so in the probe. How the kernel
// gets along with tools and completions is tested where these are called (tests/kernel/runtime).

#include <algorithm>
#include <map>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/leaks.hpp"
#include "tests/paths.hpp"

namespace chela::plugins {
namespace {

// The code with which each is refused; those that are not here are survived.
const std::map<std::string, std::string>& refusals() {
  static const std::map<std::string, std::string> kTable = {
      {"aborts-in-destroy", "probe_failed"},
      {"changes-environment-on-load", "probe_failed"},
      {"channel-not-declared", "undeclared_capability"},
      {"crashes-in-configure", "probe_failed"},
      {"crashes-in-create", "probe_failed"},
      {"crashes-in-start", "probe_failed"},
      {"create-fails-silently", "create_failed"},
      {"empty-file", "load_failed"},
      {"exits-in-start", "probe_failed"},
      {"fails-to-start", "start_failed"},
      {"hangs-in-start", "probe_failed"},
      {"hangs-in-stop", "probe_failed"},
      {"hook-not-offered", "missing_capability"},
      {"manifest-says-newer-abi", "plugin_api_version_mismatch"},
      {"missing-symbol", "invalid_plugin_export"},
      {"missing-tool", "missing_capability"},
      {"needs-missing-library", "load_failed"},
      {"newer-minor", "plugin_api_version_mismatch"},
      {"not-elf", "load_failed"},
      {"null-create", "invalid_plugin_export"},
      {"null-plugin-function", "create_failed"},
      {"offers-nothing", "missing_capability"},
      {"short-entry", "invalid_plugin_export"},
      {"short-struct", "create_failed"},
      {"starts-thread-on-load", "probe_failed"},
      {"static-destructor-crashes", "probe_failed"},
      {"static-initialiser-crashes", "probe_failed"},
      {"static-initialiser-exits", "probe_failed"},
      {"static-initialiser-hangs", "probe_failed"},
      {"throws-in-configure", "configure_failed"},
      {"throws-in-create", "create_failed"},
      {"throws-in-names", "missing_capability"},
      {"throws-in-start", "start_failed"},
      {"truncated-file", "load_failed"},
      {"undeclared-interface", "undeclared_capability"},
      {"undeclared-tool", "undeclared_capability"},
      {"unresolved-symbol", "load_failed"},
      {"wrong-id", "manifest_mismatch"},
      {"wrong-machine", "load_failed"},
      {"wrong-major", "plugin_api_version_mismatch"},
      {"wrong-version", "manifest_mismatch"},
      {"wrong-word-size", "load_failed"},
  };
  return kTable;
}

constexpr auto kProbeTime = std::chrono::seconds(5);

bool hangs(const std::string& id) { return id.contains("hangs-in-") || id == "static-initialiser-hangs"; }

class BadPluginsTest : public PluginTest, public testing::WithParamInterface<std::string> {
 protected:
  // The clock of the test moves for those that hang; the others have all the time that they need.
  Result<std::shared_ptr<Instance>> activate(const std::string& id) {
    std::optional<Result<std::shared_ptr<Instance>>> out;
    loop.spawn("activate", keep(set->activate(id), out));
    run_until([&] {
      if (hangs(id)) clock.advance(std::chrono::milliseconds(10));
      return out.has_value();
    });
    return std::move(*out);
  }
};

TEST_P(BadPluginsTest, IsRefusedOrSurvived) {
  const std::string& id = GetParam();
  auto row = refusals().find(id);
  auto code = row == refusals().end() ? std::string() : row->second;
  auto with = options({});
  with.roots.load_paths = {build_dir_plugin(id)};
  with.probe = {.command = {(build_dir() / "bin" / "plugin_probe").string()}, .timeout = kProbeTime};
  open(std::move(with));
  ASSERT_NE(set->find(id), nullptr) << "was bad_plugins built?";

  CHELA_LEAKS_ALLOWED;  // nobody can destroy what has no destroy()
  auto instance = activate(id);
  EXPECT_EQ(instance.has_value(), code.empty()) << (instance ? "" : instance.error().message);
  auto found = codes(*set->find(id));
  if (!code.empty()) EXPECT_THAT(found, testing::Contains(code));
  instance = fail(ErrorCode::cancelled, "let go");
  set->stop_all();
  set.reset();
  settle();
}

std::vector<std::string> all_bad_plugins() {
  std::vector<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "tests" / "bad-plugins")) {
    auto extension = entry.path().extension();
    auto id = entry.path().stem().string();
    std::ranges::replace(id, '_', '-');
    if ((extension == ".c" || extension == ".cpp")) ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

TEST(BadPluginRefusals, AreOfPluginsThatThereAre) {
  auto ids = all_bad_plugins();
  for (const auto& [id, code] : refusals()) EXPECT_THAT(ids, testing::Contains(id));
}

INSTANTIATE_TEST_SUITE_P(Of, BadPluginsTest, testing::ValuesIn(all_bad_plugins()), [](const auto& test) {
  auto name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace chela::plugins
