#pragma once

// The routes on a real server, with a store and a model that follows a script.

#include <deque>

#include <nlohmann/json.hpp>

#include "kernel/core/net/http_server.hpp"
#include "kernel/core/store/database.hpp"
#include "kernel/gateway/openai_api.hpp"
#include "kernel/gateway/operations.hpp"
#include "kernel/gateway/plugin_routes.hpp"
#include "kernel/gateway/sessions_api.hpp"
#include "kernel/gateway/socket.hpp"
#include "tests/kernel/core/net/raw_client.hpp"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::gateway {

using plugins::from_abi;
using plugins::to_abi;

// What the model does with one completion.
using Step = std::function<void(const chela_completion*)>;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;  // without transfer coding

  nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
  // The data of each event of a stream: JSON, or text that is none.
  std::vector<nlohmann::json> events() const {
    std::vector<nlohmann::json> out;
    for (std::size_t at = 0; (at = body.find("data: ", at)) != std::string::npos;) {
      auto end = body.find('\n', at += 6);
      auto data = body.substr(at, end - at);
      auto parsed = nlohmann::json::parse(data, nullptr, false);
      out.push_back(parsed.is_discarded() ? nlohmann::json(data) : std::move(parsed));
    }
    return out;
  }
};

class GatewayTest : public plugins::PluginTest {
 protected:
  void SetUp() override {
    write_manifest(wire, fmt::format(R"("provides": [{}], "services": [
        {{"id": "inside", "api": "wire", "embedded": true, "models": ["story", "other"]}}])", provisions()));
    wire.on_complete = [this](const chela_completion_request& request, const chela_completion* completion, auto*) {
      auto& seen = asked.emplace_back();
      seen["model"] = from_abi(request.model);
      seen["options"] = nlohmann::json::parse(from_abi(request.options));
      for (std::size_t i = 0; i < request.message_count; ++i)
        seen["messages"].push_back(nlohmann::json::parse(from_abi(request.messages[i])));
      open_completion = completion;
      if (script.empty()) return CHELA_OK;  // stays open
      auto step = std::move(script.front());
      script.pop_front();
      step(completion);
      return CHELA_OK;
    };
    wire.on_cancel = [this](std::uint64_t) {
      ++cancels;
      if (auto* open = std::exchange(open_completion, nullptr))
        open->complete(open, CHELA_CANCELLED, to_abi("cancelled"), 0);
    };
    PluginTest::open(part_of_program);
    auto opened = store::Database::open(loop, {.path = directory / "chela.db", .writer = {}, .readers = {}},
                                        runtime::SessionStore::migrations());
    ASSERT_TRUE(opened) << opened.error().message;
    database = std::move(*opened);
    models.emplace(*set, nlohmann::json::object(), [](const std::string&) { return std::nullopt; });
    tools.emplace(*set, runtime::ToolSelection{});
    workspace.emplace(loop, directory / "workspace");
    session_store.emplace(*database);
    runtime::TurnEnvironment turn{loop, logger, *set, *models, *tools, *workspace, totals, {}, {}};
    sessions.emplace(runtime::SessionEnvironment{std::move(turn), *session_store, {}}, runtime::Sessions::Limits{});
    access.emplace(policy::AccessRules{.bind_address = "127.0.0.1"}, clock);
    context.emplace(Context{loop, logger, "1.2.3", clock.now(), *set, *models, *tools, *sessions, *access,
                            SocketLimits{}, RateLimit(0, clock)});
    service.emplace(logger, *access);
    add_operations(
        *service, *context,
        {.is_ready = [] { return true; },
         .configuration = [] { return nlohmann::json{{"file", "chela.json"}, {"warnings", {"mind the gap"}}}; },
         .metrics = [] { return std::vector<Metric>(); }});
    add_sessions_api(*service, *context);
    sockets = add_socket(*service, *context);
    add_openai_models(*service, *context);
    add_openai_chat(*service, *context);
    add_openai_responses(*service, *context);
    add_plugin_routes(*service, *context, route_limits);
    server = std::make_unique<net::HttpServer>(loop, *service);
    auto listening = server->listen({});
    ASSERT_TRUE(listening) << listening.error().message;
  }
  // What the plugin provides, in its manifest.
  virtual std::string provisions() { return R"({"kind": "provider", "id": "wire"})"; }
  void TearDown() override {
    server.reset();
    settle();
    PluginTest::TearDown();
    database.reset();
    loop.drain(Duration::zero());
  }

  static std::string request_text(std::string_view method, std::string_view path, std::string_view body,
                                  std::string_view more_headers = "") {
    return fmt::format(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n{}\r\n{}",
        method, path, body.size(), more_headers, body);
  }
  Answer ask(std::string_view method, std::string_view path, std::string_view body = "",
             std::string_view more_headers = "") {
    net::RawClient client(loop, server->port());
    client.send(request_text(method, path, body, more_headers));
    return answer_of(client.read_to_end());
  }
  Answer post(std::string_view path, const nlohmann::json& body, std::string_view more_headers = "") {
    return ask("POST", path, body.dump(), more_headers);
  }
  static Answer answer_of(const std::string& text) {
    auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    Answer answer{.status = std::atoi(text.c_str() + 9), .head = text.substr(0, end + 2), .body = text.substr(end + 4)};
    if (answer.head.find("chunked") == std::string::npos) return answer;
    std::string joined;
    for (std::size_t at = 0; at < answer.body.size();) {
      auto size = std::stoul(answer.body.substr(at), nullptr, 16);
      at = answer.body.find("\r\n", at) + 2;
      joined += answer.body.substr(at, size);
      at += size + 2;
      if (size == 0) break;
    }
    answer.body = std::move(joined);
    return answer;
  }

  static Step says(std::vector<std::string> pieces, std::string reason = "stop") {
    return [pieces, reason](const chela_completion* completion) {
      for (const auto& piece : pieces) completion->text(completion, to_abi(piece));
      chela_usage usage{sizeof(chela_usage), 11, 7, 3, 2};
      completion->usage(completion, &usage);
      completion->complete(completion, CHELA_OK, to_abi(reason), 0);
    };
  }
  static Step calls(std::string id, std::string name, std::string arguments) {
    return [=](const chela_completion* completion) {
      completion->tool_call(completion, 0, to_abi(id), to_abi(name));
      completion->tool_arguments(completion, 0, to_abi(arguments));
      completion->complete(completion, CHELA_OK, to_abi("tool_calls"), 0);
    };
  }
  static Step fails(chela_status status, std::string why, std::string said = "") {
    return [=](const chela_completion* completion) {
      if (!said.empty()) completion->text(completion, to_abi(said));
      completion->complete(completion, status, to_abi(why), 0);
    };
  }

  plugins::ScriptedPlugin& wire = plugin("wire");
  PluginRouteLimits route_limits{.requests_per_minute_max = 40};
  std::vector<plugins::ScriptedPlugin*> part_of_program = {&wire};  // what a test adds has its manifest written before
  std::deque<Step> script;  // when it is empty, completions stay open
  std::vector<nlohmann::json> asked;
  const chela_completion* open_completion = nullptr;
  int cancels = 0;
  std::unique_ptr<store::Database> database;
  std::optional<runtime::ModelCatalog> models;
  std::optional<runtime::ToolCatalog> tools;
  std::optional<runtime::WorkspaceContext> workspace;
  runtime::TurnTotals totals;
  std::optional<runtime::SessionStore> session_store;
  std::optional<runtime::Sessions> sessions;
  std::optional<policy::AccessControl> access;
  std::optional<Context> context;
  std::optional<Service> service;
  std::shared_ptr<SocketClients> sockets;
  std::unique_ptr<net::HttpServer> server;
};

}  // namespace chela::gateway
