// The kept plugin of every released ABI version, built when it was released, is loaded and driven by today's kernel.

#include <algorithm>
#include <filesystem>

#include "chela/ext/provider.h"
#include "chela/ext/tool.h"
#include "kernel/core/plugins/abi_text.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"
#include "tests/paths.hpp"

namespace chela::plugins {
namespace {

namespace fs = std::filesystem;

using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> released_versions() {
  std::vector<std::string> versions;
  for (const auto& entry : fs::directory_iterator(source_dir() / "plugin-sdk" / "abi-history")) {
    if (entry.is_directory()) versions.push_back(entry.path().filename().string());
  }
  std::ranges::sort(versions);
  return versions;
}

// The host's end of a call or a completion: what was said, and how often it ended.
struct Ending {
  std::string said;
  std::string text;
  chela_status status = CHELA_INTERNAL;
  int times = 0;

  void end(chela_status with, chela_str why) {
    ++times;
    status = with;
    text = from_abi(why);
  }
};

chela_tool_call tool_call(Ending& ending) {
  return {
      sizeof(chela_tool_call), &ending,
      [](const chela_tool_call* call, chela_str text) { static_cast<Ending*>(call->context)->said += from_abi(text); },
      [](const chela_tool_call* call, chela_status status, chela_str text) {
        static_cast<Ending*>(call->context)->end(status, text);
      },
      [](const chela_tool_call*) { return false; }};
}

chela_completion completion(Ending& ending) {
  chela_completion out{};
  out.struct_size = sizeof out;
  out.context = &ending;
  out.text = [](const chela_completion* to, chela_str piece) {
    static_cast<Ending*>(to->context)->said += from_abi(piece);
  };
  out.usage = [](const chela_completion*, const chela_usage*) {};
  out.complete = [](const chela_completion* to, chela_status status, chela_str text, uint64_t) {
    static_cast<Ending*>(to->context)->end(status, text);
  };
  return out;
}

class KeptPluginTest : public PluginTest, public testing::WithParamInterface<std::string> {
 protected:
  // As it is installed: a folder with the manifest and the library of this machine.
  std::shared_ptr<Instance> activate() {
    auto kept = source_dir() / "plugin-sdk" / "abi-history" / GetParam() / "plugin";
    auto folder = directory / "load" / "kept";
    fs::create_directories(folder);
    fs::copy_file(kept / "chela.plugin.json", folder / kManifestName);
    fs::copy_file(kept / (std::string(CHELA_MACHINE) + ".so"), folder / "kept.so");
    auto with = options({});
    with.roots.load_paths = {folder};
    HostEnvironment environment{loop, logger, egress_with_secrets, {}};
    set = std::make_unique<PluginSet>(std::move(with), std::move(environment));
    set->discover();
    auto instance = await(set->activate("kept"));
    EXPECT_TRUE(instance) << (instance ? "" : instance.error().message);
    return instance ? *instance : nullptr;
  }

  chela_status run(const Instance& instance, std::string_view tool, const chela_tool_call& call,
                   bool blocking = false) {
    const auto* table = instance.extension<chela_plugin_tool>(CHELA_EXT_TOOL);
    chela_tool_request request{sizeof(chela_tool_request),   ++last_id,    to_abi(tool),
                               to_abi(R"({"text":"Ahoy"})"), to_abi("{}"), 1000};
    auto* begin = blocking ? table->run : table->start;
    return begin(instance.plugin(), &request, &call, error.sink());
  }

  net::EgressClient egress_with_secrets{
      loop, {.resolve_secret = [](const net::SecretUse&) -> Result<std::string> { return "kept"; }}};
  ErrorText error;
  std::uint64_t last_id = 0;
};

TEST_P(KeptPluginTest, RunsItsToolsOnTheKernelsServices) {
  auto instance = activate();
  ASSERT_TRUE(instance);
  EXPECT_TRUE(codes(*set->find("kept")).empty());
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("kept plugin started")));

  Ending echo, later, shout, cancelled;
  auto echo_call = tool_call(echo), later_call = tool_call(later), shout_call = tool_call(shout);
  EXPECT_EQ(run(*instance, "echo", echo_call), CHELA_OK);
  EXPECT_EQ(echo.text, R"({"text":"Ahoy"})");
  EXPECT_EQ(run(*instance, "shout", shout_call, true), CHELA_OK);
  EXPECT_EQ(shout.times, 1);
  EXPECT_EQ(run(*instance, "later", later_call), CHELA_OK);
  EXPECT_EQ(later.said, "waiting");
  advance(std::chrono::milliseconds(900));
  EXPECT_EQ(later.times, 0);
  advance(std::chrono::milliseconds(200));
  EXPECT_EQ(later.times, 1);
  EXPECT_EQ(later.text, "later");

  auto open_call = tool_call(cancelled);
  EXPECT_EQ(run(*instance, "later", open_call), CHELA_OK);
  instance->extension<chela_plugin_tool>(CHELA_EXT_TOOL)->cancel(instance->plugin(), last_id);
  EXPECT_EQ(cancelled.status, CHELA_CANCELLED);
  EXPECT_EQ(run(*instance, "nothing", open_call), CHELA_NOT_FOUND);
}

TEST_P(KeptPluginTest, CompletesAndIsStoppedWithACompletionOpen) {
  auto instance = activate();
  ASSERT_TRUE(instance);
  const auto* table = instance->extension<chela_plugin_provider>(CHELA_EXT_PROVIDER);
  ASSERT_TRUE(table);
  Ending models, answer;
  auto models_end = completion(models), answer_end = completion(answer);
  EXPECT_EQ(table->list_models(instance->plugin(), ++last_id, to_abi("{}"), &models_end, error.sink()), CHELA_OK);
  EXPECT_EQ(models.said, R"([{"id":"kept"}])");
  chela_completion_request request{};
  request.struct_size = sizeof request;
  request.call_id = ++last_id;
  request.options = to_abi("{}");
  EXPECT_EQ(table->complete(instance->plugin(), &request, &answer_end, error.sink()), CHELA_OK);
  EXPECT_EQ(answer.times, 0);
  instance.reset();
  set->stop_all();
  EXPECT_EQ(answer.times, 1);
  EXPECT_EQ(answer.status, CHELA_CANCELLED);
}

INSTANTIATE_TEST_SUITE_P(OfAbi, KeptPluginTest, testing::ValuesIn(released_versions()), [](const auto& test) {
  auto name = test.param;
  std::ranges::replace(name, '.', '_');
  return name;
});

}  // namespace
}  // namespace chela::plugins
