#pragma once

// The real chela-plugin-host, with the kernel's side of the connection in the test.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/protocol/host.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/core/protocol/provider.hpp"
#include "kernel/core/protocol/tool.hpp"
#include "kernel/core/protocol/version.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tests/paths.hpp"
#include "tests/run_until.hpp"

namespace chela::plugin_host {

using nlohmann::json;

struct Outcome {
  bool done = false;
  Result<std::string> result;
  std::string error_data;
  std::vector<std::string> events;

  json value() const { return done && result ? json::parse(*result) : json(); }
  std::string error() const {
    return !done ? "open" : result ? "no error" : fmt::format("{}: {}", name_of(result.error().code), result.error().message);
  }
};

class HostTest : public testing::Test, public rpc::PeerHandler {
 protected:
  void SetUp() override { start_host(); }
  void TearDown() override {
    peer.reset();
    loop.drain(std::chrono::seconds(1));
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }

  static std::filesystem::path program() { return build_dir() / "bin" / "chela-plugin-host"; }

  // Starts the program with one end of a socket pair as descriptor 3.
  void start_host() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    int given = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);  // dup2 onto itself would leave the flag that closes it
    posix_spawn_file_actions_adddup2(&actions, given, protocol::kHostDescriptor);
    auto path = program().string();
    char* arguments[] = {path.data(), nullptr};
    std::string token = "CHELA_HOST_TOKEN=secret", search = "PATH=/usr/bin:/bin";
    char* environment[] = {token.data(), search.data(), nullptr};
    ASSERT_EQ(posix_spawn(&pid, path.c_str(), &actions, nullptr, arguments, environment), 0) << path;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    ::close(given);
    peer = std::make_unique<rpc::Peer>(loop, *this, limits);
    ASSERT_TRUE(peer->open(ends[0]));
  }

  // The exit code; the negative number of the signal that ended it.
  int wait_for_exit() {
    int status = 0;
    EXPECT_TRUE(run_until(loop, [&] { return waitpid(pid, &status, WNOHANG) == pid; }));
    pid = 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  Outcome& call(std::string_view method, std::string params, rpc::CallOptions options = {}) {
    auto& outcome = outcomes.emplace_back();
    options.error_data = &outcome.error_data;
    options.on_event = [&outcome](std::string_view event) { outcome.events.emplace_back(event); };
    loop.spawn("call", keep(*peer, std::string(method), std::move(params), std::move(options), outcome));
    return outcome;
  }
  Outcome& finished(Outcome& outcome) {
    run_until(loop, [&] { return outcome.done; });
    return outcome;
  }

  Outcome& hello() {
    protocol::HostHelloParams params;
    params.protocol = {protocol::kVersionMajor, protocol::kVersionMinor + 7};
    params.kernel = "test";
    params.limits = {16 << 20, 1024};
    return finished(call(protocol::kHostHello, to_json(params)));
  }
  static protocol::PluginStartParams start_params(const std::filesystem::path& folder, std::string config = "{}") {
    std::ifstream file(folder / "chela.plugin.json");
    std::stringstream text;
    text << file.rdbuf();
    auto manifest = json::parse(text.str());
    protocol::PluginStartParams params;
    params.plugin = manifest["id"].get<std::string>();
    params.directory = folder.string();
    params.entry = (folder / (params.plugin + ".so")).string();
    params.manifest = manifest.dump();
    params.config = std::move(config);
    return params;
  }
  Outcome& start(const std::filesystem::path& folder, std::string config = "{}") {
    hello();
    return finished(call(protocol::kPluginStart, to_json(start_params(folder, std::move(config)))));
  }
  Outcome& call_tool(std::string plugin, std::string tool, json arguments, json context = json::object(),
                     rpc::CallOptions options = {}) {
    protocol::ToolCallParams params;
    params.plugin = std::move(plugin);
    params.key = std::move(tool);
    params.arguments = arguments.dump();
    params.context = context.dump();
    params.timeout_ms = 20'000;
    return call(protocol::kToolCall, to_json(params), std::move(options));
  }
  static std::string text_of(const Outcome& outcome) {
    auto result = outcome.value();
    return result.is_object() ? result["content"][0]["text"].get<std::string>() : outcome.error();
  }

  void on_request(rpc::Request request) override {
    if (answer) return answer(std::move(request));
    request.fail({ErrorCode::unsupported, "the test does not offer " + request.method()});
  }
  void on_notification(std::string_view method, std::string_view params) override {
    notifications.emplace_back(method, json::parse(params));
  }
  void on_closed(const Error& why) override { closed.push_back(why); }

  rpc::Limits limits;
  Loop loop;
  pid_t pid = 0;
  std::unique_ptr<rpc::Peer> peer;
  std::deque<Outcome> outcomes;
  std::move_only_function<void(rpc::Request)> answer;
  std::vector<std::pair<std::string, json>> notifications;
  std::vector<Error> closed;

 private:
  static Task<Result<void>> keep(rpc::Peer& peer, std::string method, std::string params, rpc::CallOptions options,
                                 Outcome& outcome) {
    outcome.result = co_await peer.call(std::move(method), std::move(params), std::move(options));
    outcome.done = true;
    co_return Result<void>{};
  }
};

inline std::filesystem::path bundled(std::string_view id) { return build_dir() / "lib" / "plugins" / id; }
inline std::filesystem::path bad(std::string_view id) { return build_dir() / "lib" / "bad-plugins" / id; }

}  // namespace chela::plugin_host
