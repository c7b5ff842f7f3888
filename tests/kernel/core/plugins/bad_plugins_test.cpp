// Every plugin of tests/bad-plugins meets the kernel: it is refused with a code, or survived from activation to stop.
// Four are left out, for they end or stop the process that runs their code, which only another process can survive:
// crashes-in-start, exits-in-start, hangs-in-start, static-initialiser-crashes. How the kernel gets along with tools
// and completions of the others is tested where these are called (tests/kernel/runtime).

#include <algorithm>
#include <map>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/paths.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define CHELA_LEAKS_ALLOWED __lsan::ScopedDisabler leaks_allowed
#endif
#endif
#ifndef CHELA_LEAKS_ALLOWED
#define CHELA_LEAKS_ALLOWED
#endif

namespace chela::plugins {
namespace {

const std::map<std::string, std::string>& expected() {
  static const std::map<std::string, std::string> kTable = {
      // refused
      {"create-fails-silently", "create_failed"},
      {"fails-to-start", "start_failed"},
      {"missing-symbol", "invalid_plugin_export"},
      {"missing-tool", "missing_capability"},
      {"newer-minor", "plugin_api_version_mismatch"},
      {"null-create", "invalid_plugin_export"},
      {"null-plugin-function", "create_failed"},
      {"offers-nothing", "missing_capability"},
      {"short-entry", "invalid_plugin_export"},
      {"short-struct", "create_failed"},
      {"throws-in-configure", "configure_failed"},
      {"undeclared-interface", "undeclared_capability"},
      {"undeclared-tool", "undeclared_capability"},
      {"unresolved-symbol", "load_failed"},
      {"wrong-id", "manifest_mismatch"},
      {"wrong-major", "plugin_api_version_mismatch"},
      {"wrong-version", "manifest_mismatch"},
      // survived
      {"accepts-any-extension", ""},
      {"calls-host-in-create", ""},
      {"calls-loop-from-worker", ""},
      {"completes-and-refuses", ""},
      {"completes-twice", ""},
      {"crashes-on-odd-arguments", ""},
      {"crashes-on-unknown-key", ""},
      {"crashes-unless-stopped", ""},
      {"exports-too-much", ""},
      {"fails-without-a-word", ""},
      {"huge-entry", ""},
      {"ignores-cancel", ""},
      {"ignores-stop", ""},
      {"never-completes", ""},
      {"null-tool-function", ""},
      {"provider-completes-twice", ""},
      {"provider-hides-errors", ""},
      {"provider-ignores-cancel", ""},
      {"provider-ignores-stop", ""},
      {"provider-leaks-request", ""},
      {"provider-lists-models-twice", ""},
      {"provider-sound", ""},
      {"provider-trusts-service", ""},
      {"returns-before-completing", ""},
      {"runs-any-tool", ""},
      {"sound", ""},
      {"throws-in-run", ""},
      {"works-after-stop", ""},
  };
  return kTable;
}

bool ends_the_process(const std::string& id) {
  return id == "crashes-in-start" || id == "exits-in-start" || id == "hangs-in-start" ||
         id == "static-initialiser-crashes";
}

class BadPluginsTest : public PluginTest, public testing::WithParamInterface<std::string> {};

TEST_P(BadPluginsTest, IsRefusedOrSurvived) {
  const std::string& id = GetParam();
  auto row = expected().find(id);
  ASSERT_NE(row, expected().end()) << "say in the table what the kernel makes of it";
  auto with = options({});
  with.roots.load_paths = {build_dir_plugin(id)};
  open(std::move(with));
  ASSERT_NE(set->find(id), nullptr) << "was bad_plugins built?";

  CHELA_LEAKS_ALLOWED;  // nobody can destroy what has no destroy()
  auto instance = await(set->activate(id));
  EXPECT_EQ(instance.has_value(), row->second.empty()) << (instance ? "" : instance.error().message);
  auto found = codes(*set->find(id));
  if (!row->second.empty()) EXPECT_THAT(found, testing::Contains(row->second));
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
    if ((extension == ".c" || extension == ".cpp") && !ends_the_process(id)) ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

INSTANTIATE_TEST_SUITE_P(Of, BadPluginsTest, testing::ValuesIn(all_bad_plugins()), [](const auto& test) {
  auto name = test.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace chela::plugins
