// The kept plugin of every released ABI version, built when it was released, is loaded and driven by today's kernel.

#include <algorithm>
#include <filesystem>

#include "chela/ext/capability.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/http_route.h"
#include "chela/ext/provider.h"
#include "chela/ext/service.h"
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

// The host's end of a call of any interface that ends by complete(call, status, text).
template <class Call>
Call call_of(Ending& ending) {
  Call call{};
  call.struct_size = sizeof call;
  call.context = &ending;
  call.complete = [](const Call* to, chela_status status, chela_str text) {
    static_cast<Ending*>(to->context)->end(status, text);
  };
  return call;
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

TEST_P(KeptPluginTest, MakesToolsForARun) {
  auto instance = activate();
  ASSERT_TRUE(instance);
  const auto* table = instance->extension<chela_plugin_tool>(CHELA_EXT_TOOL);
  ASSERT_EQ(CHELA_HAS(table, chela_plugin_tool, resolve) && table->resolve, GetParam() != "1.0");
  if (GetParam() == "1.0") return;
  Ending tools, made;
  auto tools_call = tool_call(tools), made_call = tool_call(made);
  chela_tool_request request{sizeof(chela_tool_request), ++last_id, to_abi("kept"), {}, to_abi("{}"), 1000};
  EXPECT_EQ(table->resolve(instance->plugin(), &request, &tools_call, error.sink()), CHELA_OK);
  EXPECT_THAT(tools.text, HasSubstr(R"("key":"made-key")"));
  EXPECT_EQ(run(*instance, "made-key", made_call), CHELA_OK);
  EXPECT_EQ(made.text, R"({"text":"Ahoy"})");
}

TEST_P(KeptPluginTest, AnswersWhatPeopleAndClientsAsk) {
  auto instance = activate();
  ASSERT_TRUE(instance);
  const auto* command = instance->extension<chela_plugin_command>(CHELA_EXT_COMMAND);
  const auto* method = instance->extension<chela_plugin_gateway_method>(CHELA_EXT_GATEWAY_METHOD);
  const auto* hook = instance->extension<chela_plugin_hook>(CHELA_EXT_HOOK);
  const auto* functions = instance->extension<chela_plugin_capability>(CHELA_EXT_CAPABILITY);
  ASSERT_EQ(command && method && hook && functions, GetParam() != "1.0");
  if (GetParam() == "1.0") return;

  Ending said, called, passed, found;
  auto command_call = call_of<chela_command_call>(said);
  command_call.progress = [](const chela_command_call* to, chela_str text) {
    static_cast<Ending*>(to->context)->said += from_abi(text);
  };
  command_call.details = command_call.progress;
  chela_command_request typed{sizeof typed, ++last_id, to_abi("kept"), to_abi("please"), to_abi("{}"), 1000};
  EXPECT_EQ(command->start(instance->plugin(), &typed, &command_call, error.sink()), CHELA_OK);
  EXPECT_EQ(said.said, R"(kept{"continueAgent":false})");
  EXPECT_EQ(said.text, "please");

  auto method_call = call_of<chela_gateway_method_call>(called);
  chela_gateway_method_request asked{sizeof asked, ++last_id, to_abi("kept.echo"), to_abi("[1]"), to_abi("{}"), 1000};
  EXPECT_EQ(method->start(instance->plugin(), &asked, &method_call, error.sink()), CHELA_OK);
  EXPECT_EQ(called.text, "[1]");

  auto hook_call = call_of<chela_hook_call>(passed);
  chela_hook_request point{sizeof point, ++last_id, to_abi("before_tool_call"), to_abi("{}"), to_abi("{}"), 1000};
  EXPECT_EQ(hook->start(instance->plugin(), &point, &hook_call, error.sink()), CHELA_OK);
  EXPECT_EQ(passed.text, "{}");

  auto function_call = call_of<chela_capability_call>(found);
  function_call.is_cancelled = [](const chela_capability_call*) { return false; };
  chela_capability_request sought{sizeof sought,        ++last_id,           to_abi("memory"), to_abi("kept"),
                                  to_abi("search"),     to_abi(R"(["x"])"), 1000};
  EXPECT_EQ(functions->invoke(instance->plugin(), &sought, &function_call, error.sink()), CHELA_OK);
  EXPECT_EQ(found.text, R"(["x"])");
  sought.path = to_abi("burn");
  EXPECT_EQ(functions->invoke(instance->plugin(), &sought, &function_call, error.sink()), CHELA_NOT_FOUND);
}

TEST_P(KeptPluginTest, ServesRoutesAndAService) {
  auto instance = activate();
  ASSERT_TRUE(instance);
  const auto* route = instance->extension<chela_plugin_http_route>(CHELA_EXT_HTTP_ROUTE);
  const auto* service = instance->extension<chela_plugin_service>(CHELA_EXT_SERVICE);
  ASSERT_EQ(route && service && instance->extension<chela_plugin_channel>(CHELA_EXT_CHANNEL), GetParam() != "1.0");
  if (GetParam() == "1.0") return;

  Ending answer;
  auto response = call_of<chela_route_response>(answer);
  response.head = [](const chela_route_response* to, uint32_t status, const chela_http_header* headers, size_t count) {
    auto& said = static_cast<Ending*>(to->context)->said;
    said += std::to_string(status);
    for (size_t i = 0; i < count; ++i) said += " " + std::string(from_abi(headers[i].value));
  };
  response.write = [](const chela_route_response* to, chela_str bytes) {
    static_cast<Ending*>(to->context)->said += ": " + std::string(from_abi(bytes));
    return CHELA_OK;
  };
  chela_route_request request{};
  request.struct_size = sizeof request;
  request.body = to_abi("Ahoy");
  EXPECT_EQ(route->handle(instance->plugin(), &request, &response, error.sink()), CHELA_OK);
  EXPECT_EQ(answer.said, "200 text/plain: Ahoy");
  EXPECT_EQ(answer.status, CHELA_OK);

  Ending health;
  chela_service_monitor monitor{sizeof monitor, &health,
                                [](const chela_service_monitor* to, chela_str state, chela_str text) {
                                  auto& said = static_cast<Ending*>(to->context)->said;
                                  said = std::string(from_abi(state)) + " " + std::string(from_abi(text));
                                },
                                nullptr};
  EXPECT_EQ(service->start_service(instance->plugin(), to_abi("kept"), &monitor, error.sink()), CHELA_OK);
  EXPECT_EQ(health.said, "ok kept");
  service->stop_service(instance->plugin(), to_abi("kept"));
}

INSTANTIATE_TEST_SUITE_P(OfAbi, KeptPluginTest, testing::ValuesIn(released_versions()), [](const auto& test) {
  auto name = test.param;
  std::ranges::replace(name, '.', '_');
  return name;
});

}  // namespace
}  // namespace chela::plugins
