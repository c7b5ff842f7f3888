// A tool call through chela-plugin-host beside the same bytes, there and back, between two processes that do nothing else.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/protocol/host.hpp"
#include "kernel/core/protocol/plugin.hpp"
#include "kernel/core/protocol/tool.hpp"
#include "kernel/core/protocol/version.hpp"
#include "kernel/core/rpc/message.hpp"
#include "kernel/core/rpc/peer.hpp"
#include "tests/paths.hpp"

namespace chela::plugin_host {
namespace {

const std::string kPlugin = "sound";

std::string call_params() {
  protocol::ToolCallParams params;
  params.plugin = kPlugin;
  params.key = "echo";
  params.arguments = R"({"text":"what is said is given back"})";
  params.context = R"({"workspace":"/srv/workspace","agentId":"main","timeZone":"UTC"})";
  params.timeout_ms = 30'000;
  return to_json(params);
}

std::string call_result() {
  protocol::ToolCallResult result;
  result.content.push_back({protocol::ToolContentType::text, R"({"text":"what is said is given back"})", {}, {}});
  return to_json(result);
}

bool read_all(int descriptor, std::string& into) {
  for (std::size_t at = 0; at < into.size();) {
    auto size = read(descriptor, into.data() + at, into.size() - at);
    if (size <= 0) return false;
    at += static_cast<std::size_t>(size);
  }
  return true;
}

void raw_socket(benchmark::State& state) {
  std::string request(4 + rpc::request_text(1000, protocol::kToolCall, call_params()).size(), 'x');
  std::string answer(4 + rpc::result_text(1000, call_result()).size(), 'x');
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return state.SkipWithError("socketpair");
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    while (read_all(ends[1], request) && write(ends[1], answer.data(), answer.size()) > 0) {
    }
    _exit(0);
  }
  close(ends[1]);
  for (auto _ : state) {
    if (write(ends[0], request.data(), request.size()) < 0 || !read_all(ends[0], answer)) state.SkipWithError("the child");
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
}
BENCHMARK(raw_socket)->UseRealTime();

class Gateway final : public rpc::PeerHandler {
 public:
  void on_request(rpc::Request request) override { request.fail({ErrorCode::unsupported, "a benchmark"}); }
  void on_notification(std::string_view, std::string_view) override {}
  void on_closed(const Error&) override {}
};

pid_t start_host(int descriptor) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, descriptor, protocol::kHostDescriptor);
  auto path = (build_dir() / "bin" / "chela-plugin-host").string();
  char* arguments[] = {path.data(), nullptr};
  char* environment[] = {nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, path.c_str(), &actions, nullptr, arguments, environment) != 0) pid = 0;
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

Task<Result<void>> call_once(rpc::Peer& peer, std::string method, std::string params, Loop& loop, std::string& error) {
  auto answer = co_await peer.call(std::move(method), std::move(params));
  if (!answer) error = answer.error().message;
  loop.stop();
  co_return Result<void>{};
}

// One call at a time; the loop sleeps until its answer.
std::string round_trip(Loop& loop, rpc::Peer& peer, std::string_view method, std::string params) {
  std::string error;
  loop.spawn("call", call_once(peer, std::string(method), std::move(params), loop, error));
  loop.run();
  return error;
}

std::string hello_params() {
  return to_json(protocol::HostHelloParams{{protocol::kVersionMajor, protocol::kVersionMinor}, "benchmark", {16 << 20, 1024}, {}});
}

std::string start_params() {
  auto folder = build_dir() / "lib" / "bad-plugins" / kPlugin;
  std::stringstream manifest;
  manifest << std::ifstream(folder / "chela.plugin.json").rdbuf();
  protocol::PluginStartParams params;
  params.plugin = kPlugin;
  params.directory = folder.string();
  params.entry = (folder / (kPlugin + ".so")).string();
  params.manifest = manifest.str();
  params.config = "{}";
  return to_json(params);
}

void tool_call(benchmark::State& state) {
  Loop loop;
  Gateway gateway;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return state.SkipWithError("socketpair");
  int given = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
  pid_t child = start_host(given);
  close(given);
  close(ends[1]);
  {
    rpc::Peer peer(loop, gateway);
    if (!peer.open(ends[0])) return state.SkipWithError("open");
    auto error = round_trip(loop, peer, protocol::kHostHello, hello_params());
    if (error.empty()) error = round_trip(loop, peer, protocol::kPluginStart, start_params());
    auto params = call_params();
    for (auto _ : state) {
      if (error.empty()) error = round_trip(loop, peer, protocol::kToolCall, params);
      if (!error.empty()) state.SkipWithError(error.c_str());
    }
  }
  loop.drain(std::chrono::seconds(1));
  waitpid(child, nullptr, 0);
}
BENCHMARK(tool_call)->UseRealTime();

// From the start of the process to the answer of plugin.start.
void start(benchmark::State& state) {
  for (auto _ : state) {
    Loop loop;
    Gateway gateway;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return state.SkipWithError("socketpair");
    int given = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
    pid_t child = start_host(given);
    close(given);
    close(ends[1]);
    {
      rpc::Peer peer(loop, gateway);
      if (!peer.open(ends[0])) return state.SkipWithError("open");
      auto error = round_trip(loop, peer, protocol::kHostHello, hello_params());
      if (error.empty()) error = round_trip(loop, peer, protocol::kPluginStart, start_params());
      if (!error.empty()) state.SkipWithError(error.c_str());
      std::ifstream status(fmt::format("/proc/{}/smaps_rollup", child));
      for (std::string line; std::getline(status, line);) {
        if (line.starts_with("Rss:") || line.starts_with("Private_Dirty:")) {
          state.counters[line.substr(0, line.find(':')) + "_kB"] = std::stod(line.substr(line.find(':') + 1));
        }
      }
    }
    loop.drain(std::chrono::seconds(1));
    waitpid(child, nullptr, 0);
  }
}
BENCHMARK(start)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace chela::plugin_host

BENCHMARK_MAIN();
