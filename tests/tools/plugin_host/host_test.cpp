// The bundled plugins in chela-plugin-host, and the life of the process.

#include "tests/tools/plugin_host/host_fixture.hpp"

#include "tests/temporary_directory.hpp"

namespace chela::plugin_host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_F(HostTest, GreetsOnceAndFirst) {
  EXPECT_THAT(finished(call(protocol::kHostShutdown, "{}")).error(), HasSubstr("protocol: calling host.shutdown"));
  auto answer = protocol::read_host_hello_result(*hello().result);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->token, "secret");
  EXPECT_EQ(answer->protocol.major, protocol::kVersionMajor);
  EXPECT_EQ(answer->protocol.minor, protocol::kVersionMinor) << "the lower of both";
  EXPECT_THAT(answer->host, HasSubstr("chela-plugin-host"));
  EXPECT_THAT(hello().error(), HasSubstr("it was said before"));
}

TEST_F(HostTest, SpeaksToNoOtherMajorVersion) {
  protocol::HostHelloParams params{{2, 0}, "test", {1, 1}, {}};
  EXPECT_THAT(finished(call(protocol::kHostHello, to_json(params))).error(), HasSubstr("unsupported"));
  EXPECT_THAT(finished(call(protocol::kHostHello, "{}")).error(),
              HasSubstr("invalid_argument: calling host.hello: host.hello params.protocol: missing"));
}

TEST_F(HostTest, RunsATool) {
  auto& started = start(bundled("time"), R"({"timeZone":"Europe/Berlin"})");
  ASSERT_EQ(started.error(), "no error");
  EXPECT_EQ(started.value()["registrations"], json::parse(R"([{"kind":"tool","id":"current_time","key":"current_time"}])"));
  EXPECT_THAT(text_of(finished(call_tool("time", "current_time", json::object()))), HasSubstr("Europe/Berlin"));
  EXPECT_THAT(finished(call_tool("time", "no_such", json::object())).error(), HasSubstr("not_found"));
  EXPECT_THAT(finished(call_tool("other", "current_time", json::object())).error(), HasSubstr("not_found"));
  EXPECT_THAT(finished(call(protocol::kToolCall, R"({"plugin":"time"})")).error(), HasSubstr("params.key: missing"));
  EXPECT_THAT(finished(call("no.such", R"({"plugin":"time"})")).error(), HasSubstr("unsupported"));
  EXPECT_THAT(finished(call(protocol::kPluginStart, to_json(start_params(bundled("time"))))).error(), HasSubstr("runs already"));
  EXPECT_EQ(finished(call(protocol::kPluginStop, R"({"plugin":"time"})")).error(), "no error");
  EXPECT_THAT(finished(call_tool("time", "current_time", json::object())).error(), HasSubstr("not_found"));
  EXPECT_EQ(finished(call(protocol::kPluginStart, to_json(start_params(bundled("time"))))).error(), "no error") << "again";
  EXPECT_EQ(finished(call(protocol::kHostShutdown, "{}")).error(), "no error");
  EXPECT_EQ(wait_for_exit(), 0);
}

TEST_F(HostTest, GivesAToolTheContextOfItsCall) {
  TemporaryDirectory workspace;
  ASSERT_EQ(start(bundled("files")).error(), "no error");
  json context{{"workspace", workspace.path().string()}};
  finished(call_tool("files", "write_file", {{"path", "a/b.txt"}, {"content", "grüße\n"}}, context));
  EXPECT_THAT(text_of(finished(call_tool("files", "read_file", {{"path", "a/b.txt"}}, context))), HasSubstr("grüße"));
  EXPECT_THAT(finished(call_tool("files", "read_file", {{"path", "../x"}}, context)).error(),
              testing::Not(HasSubstr("no error")));
}

TEST_F(HostTest, StreamsACompletion) {
  ASSERT_EQ(start(bundled("demo"), R"({"pieceDelayMs":0})").error(), "no error");
  protocol::ProviderCompleteParams params;
  params.plugin = params.key = "demo";
  params.service = R"({"id":"demo","api":"demo"})";
  params.model = "demo";
  params.messages = {R"({"role":"user","content":"hello"})"};
  params.credit = 3;
  auto& outcome = finished(call(protocol::kProviderComplete, to_json(params), {.credit = 3}));
  ASSERT_EQ(outcome.error(), "no error");
  EXPECT_EQ(outcome.value()["stopReason"], "stop");
  std::string text;
  for (const auto& event : outcome.events) {
    auto piece = protocol::read_provider_complete_event(event);
    ASSERT_TRUE(piece) << event;
    text += piece->text.value_or("");
  }
  EXPECT_GT(outcome.events.size(), 3u);
  EXPECT_FALSE(text.empty());
  params.key = "other";
  EXPECT_THAT(finished(call(protocol::kProviderComplete, to_json(params))).error(), HasSubstr("not_found"));
}

TEST_F(HostTest, EndsWhatIsCancelledOrStopped) {
  ASSERT_EQ(start(bundled("demo"), R"({"pieceDelayMs":10000})").error(), "no error");
  protocol::ProviderCompleteParams params;
  params.plugin = params.key = "demo";
  params.service = R"({"id":"demo"})";
  params.model = "demo";
  params.messages = {R"({"role":"user","content":"hello"})"};
  CancelSource source;
  auto& cancelled = call(protocol::kProviderComplete, to_json(params), {.cancel = source.token()});
  auto& stopped = call(protocol::kProviderComplete, to_json(params));
  ASSERT_EQ(finished(call(protocol::kHostPing, "{}")).error(), "no error");
  source.cancel();
  EXPECT_THAT(finished(cancelled).error(), HasSubstr("cancelled"));
  EXPECT_EQ(finished(call(protocol::kPluginStop, R"({"plugin":"demo"})")).error(), "no error");
  ASSERT_TRUE(stopped.done) << "open calls end first";
  EXPECT_THAT(stopped.error(), HasSubstr("cancelled"));
}

TEST_F(HostTest, SaysWhyAPluginDoesNotStart) {
  const std::pair<const char*, const char*> kTable[] = {
      {"wrong-id", "manifest_mismatch"},    {"missing-symbol", "invalid_plugin_export"}, {"not-elf", "load_failed"},
      {"create-fails-silently", "create_failed"}, {"throws-in-configure", "configure_failed"},
      {"fails-to-start", "start_failed"},   {"undeclared-tool", "undeclared_capability"}, {"missing-tool", "missing_capability"}};
  for (auto [id, code] : kTable) {
    auto& outcome = start(bad(id));
    EXPECT_FALSE(outcome.result) << id;
    auto data = json::parse(outcome.error_data);
    EXPECT_EQ(data["diagnostics"][0]["code"], code) << id;
    EXPECT_EQ(data["diagnostics"][0]["severity"], "error");
    EXPECT_THAT(finished(call(protocol::kPluginStop, json{{"plugin", id}}.dump())).error(), HasSubstr("not_found"));
  }
}

TEST_F(HostTest, LogLinesReachTheGateway) {
  ASSERT_EQ(start(bad("floods-the-log")).error(), "no error");
  call_tool("floods-the-log", "echo", {{"text", "x"}});
  run_until(loop, [&] { return !notifications.empty(); });
  EXPECT_EQ(notifications[0].first, "log.write");
  EXPECT_EQ(notifications[0].second["plugin"], "floods-the-log");
}

TEST_F(HostTest, EndsWithItsConnection) {
  ASSERT_EQ(start(bundled("time")).error(), "no error");
  peer->close({ErrorCode::cancelled, "enough"});
  EXPECT_EQ(wait_for_exit(), 0);
}

TEST_F(HostTest, EndsWhenNobodyUnderstandsTheGateway) {
  hello();
  ASSERT_TRUE(peer->notify("call.credit", R"({"call":99,"add":1})"));
  EXPECT_EQ(wait_for_exit(), 2);
}

TEST_F(HostTest, AHostThatIsKilledEndsItsCalls) {
  ASSERT_EQ(start(bad("sound")).error(), "no error");
  auto& outcome = call_tool("sound", "later", json::object());
  kill(pid, SIGKILL);
  EXPECT_THAT(finished(outcome).error(), HasSubstr("unavailable: calling tool.call"));
  EXPECT_EQ(wait_for_exit(), -SIGKILL);
}

TEST_F(HostTest, SaysWhatIsMissingWithoutADescriptor) {
  auto command = "3<&- " + program().string() + " 2>&1";
  auto* pipe = popen(command.c_str(), "r");
  char text[256] = {};
  EXPECT_GT(fread(text, 1, sizeof text - 1, pipe), 0u);
  EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 64);
  EXPECT_THAT(text, HasSubstr("the gateway starts this program"));
}

}  // namespace
}  // namespace chela::plugin_host
