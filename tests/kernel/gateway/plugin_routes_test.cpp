#include "kernel/gateway/plugin_routes.hpp"

#include "chela/ext/http_route.h"
#include "tests/kernel/gateway/gateway_fixture.hpp"

namespace chela::gateway {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A plugin with routes that does what a test says.
class PluginRoutesTest : public GatewayTest {
 protected:
  using Handles = std::function<chela_status(const chela_route_request&, const chela_route_response*)>;

  PluginRoutesTest() {
    current = this;
    part_of_program.push_back(&acme);
  }
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "http_route", "id": "acme", "routes": [
        {"path": "/hook", "auth": "plugin"},
        {"path": "/files", "auth": "plugin", "match": "prefix"},
        {"path": "/files/deep", "auth": "gateway", "match": "prefix"},
        {"path": "/admin", "auth": "gateway"},
        {"path": "/api", "auth": "plugin", "match": "prefix"},
        {"path": "/health", "auth": "plugin"}]}])");
    static constexpr chela_plugin_http_route kTable{sizeof(chela_plugin_http_route), &handle, &cancel, &resume};
    acme.extensions[CHELA_EXT_HTTP_ROUTE] = &kTable;
    GatewayTest::SetUp();
    access->set_rules({.token = std::string(kToken), .bind_address = "127.0.0.1"});
  }

  static constexpr std::string_view kToken = "the-token-of-the-gateway";
  const std::string authorized = "Authorization: Bearer " + std::string(kToken) + "\r\n";

  static void head(const chela_route_response* response, std::uint32_t status = 200) {
    chela_http_header type{to_abi("content-type"), to_abi("text/plain")};
    response->head(response, status, &type, 1);
  }
  static void finish(const chela_route_response* response, chela_status status = CHELA_OK, std::string_view why = "") {
    response->complete(response, status, to_abi(why));
  }

  plugins::ScriptedPlugin& acme = plugin("acme");
  Handles on_handle = [](const chela_route_request& request, const chela_route_response* response) {
    head(response);
    response->write(response, request.target);
    finish(response);
    return CHELA_OK;
  };
  std::vector<std::string> routes;  // that were asked for
  std::vector<std::string> clients;
  int cancelled = 0;
  int resumed = 0;

 private:
  static inline PluginRoutesTest* current = nullptr;
  static chela_status handle(const chela_plugin*, const chela_route_request* request,
                             const chela_route_response* response, const chela_error_sink*) {
    current->routes.emplace_back(from_abi(request->route));
    current->clients.emplace_back(from_abi(request->client));
    return current->on_handle(*request, response);
  }
  static void cancel(const chela_plugin*, std::uint64_t) { ++current->cancelled; }
  static void resume(const chela_plugin*, std::uint64_t) { ++current->resumed; }
};

TEST_F(PluginRoutesTest, AnswersAndStartsThePluginForIt) {
  EXPECT_TRUE(acme.calls.empty());
  auto answer = ask("GET", "/hook?a=1");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "/hook?a=1");
  EXPECT_THAT(answer.head, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(clients, ElementsAre(HasSubstr("127.0.0.1")));
  EXPECT_THAT(clients.front(), Not(HasSubstr("operator")));
}

TEST_F(PluginRoutesTest, TakesExactPathsAndWhatIsBelowPrefixes) {
  EXPECT_EQ(ask("GET", "/hook/below", "", authorized).status, 404);
  EXPECT_EQ(ask("GET", "/filesystem", "", authorized).status, 404);
  for (auto path : {"/files", "/files/", "/files/a/b"}) EXPECT_EQ(ask("POST", path).status, 200) << path;
  EXPECT_EQ(ask("GET", "/files/deep/x", "", authorized).status, 200);
  EXPECT_THAT(routes, ElementsAre("/files", "/files", "/files", "/files/deep"));
}

TEST_F(PluginRoutesTest, NeedsTheTokenWhereTheRouteSaysSo) {
  EXPECT_EQ(ask("GET", "/admin").status, 401);
  EXPECT_EQ(ask("GET", "/files/deep").status, 401);
  EXPECT_TRUE(routes.empty());
  EXPECT_EQ(ask("GET", "/admin", "", authorized).status, 200);
  EXPECT_THAT(clients, ElementsAre(HasSubstr(R"("principal":"operator")")));
}

TEST_F(PluginRoutesTest, NeverTakesThePathsOfTheGateway) {
  EXPECT_EQ(ask("GET", "/health", "", authorized).json()["status"], "ok");
  EXPECT_EQ(ask("POST", "/health", "", authorized).status, 405);
  EXPECT_EQ(ask("GET", "/api/status", "", authorized).status, 200);
  EXPECT_TRUE(routes.empty());
  // What is below the gateway's own first segments is for the operator, whatever the plugin says.
  EXPECT_EQ(ask("GET", "/api/acme").status, 401);
  EXPECT_EQ(ask("GET", "/api/acme", "", authorized).status, 200);
}

TEST_F(PluginRoutesTest, PassesNoAuthorizationOn) {
  on_handle = [](const chela_route_request& request, const chela_route_response* response) {
    head(response);
    for (std::size_t i = 0; i < request.header_count; ++i) {
      response->write(response, request.headers[i].name);
      response->write(response, to_abi(" "));
    }
    finish(response);
    return CHELA_OK;
  };
  auto names = ask("GET", "/admin", "", authorized + "Cookie: a=b\r\nX-Own: 1\r\n").body;
  EXPECT_THAT(names, HasSubstr("x-own"));
  EXPECT_THAT(names, Not(HasSubstr("authorization")));
  EXPECT_THAT(names, Not(HasSubstr("cookie")));
}

TEST_F(PluginRoutesTest, SaysWhatWentWrongBeforeTheHead) {
  struct Case {
    chela_status status;
    int expected;
  };
  for (auto [status, expected] : {Case{CHELA_NOT_FOUND, 404}, Case{CHELA_UNAVAILABLE, 503}, Case{CHELA_OK, 502},
                                  Case{CHELA_INTERNAL, 500}}) {
    on_handle = [status](const chela_route_request&, const chela_route_response* response) {
      finish(response, status, "no luck");
      return CHELA_OK;
    };
    EXPECT_EQ(ask("GET", "/hook").status, expected);
  }
  on_handle = [](const chela_route_request&, const chela_route_response*) { return CHELA_EXHAUSTED; };
  EXPECT_EQ(ask("GET", "/hook").status, 429);
}

TEST_F(PluginRoutesTest, RefusesHostileAnswers) {
  on_handle = [](const chela_route_request&, const chela_route_response* response) {
    chela_http_header split{to_abi("x-a"), to_abi("1\r\nSet-Cookie: own=3d")};
    response->head(response, 200, &split, 1);
    finish(response);
    return CHELA_OK;
  };
  EXPECT_EQ(ask("GET", "/hook").status, 502);
  on_handle = [](const chela_route_request&, const chela_route_response* response) {
    response->head(response, 101, nullptr, 0);
    finish(response);
    return CHELA_OK;
  };
  EXPECT_EQ(ask("GET", "/hook").status, 502);
  on_handle = [](const chela_route_request&, const chela_route_response* response) {
    response->write(response, to_abi("HTTP/1.1 200 OK"));
    finish(response);
    return CHELA_OK;
  };
  EXPECT_EQ(ask("GET", "/hook").status, 502);
}

TEST_F(PluginRoutesTest, CutsTheConnectionWhenTheAnswerIsNotWhole) {
  on_handle = [](const chela_route_request&, const chela_route_response* response) {
    head(response);
    response->write(response, to_abi("half of"));
    finish(response, CHELA_UNAVAILABLE, "died");
    return CHELA_OK;
  };
  net::RawClient client(loop, server->port());
  client.send(request_text("GET", "/hook", ""));
  auto text = client.read_to_end();
  EXPECT_THAT(text, Not(HasSubstr("\r\n0\r\n")));
}

TEST_F(PluginRoutesTest, AnswersHeadWithoutABody) {
  auto answer = ask("HEAD", "/hook");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

TEST_F(PluginRoutesTest, GivesUpAPluginThatDoesNotBegin) {
  const chela_route_response* open = nullptr;
  on_handle = [&](const chela_route_request&, const chela_route_response* response) {
    open = response;
    return CHELA_OK;
  };
  net::RawClient client(loop, server->port());
  client.send(request_text("GET", "/hook", ""));
  run_until([&] { return open != nullptr; });
  advance(std::chrono::seconds(31));
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 504"));
  EXPECT_EQ(cancelled, 1);
  finish(open, CHELA_CANCELLED);
  settle();
}

TEST_F(PluginRoutesTest, TellsThePluginThatTheClientHasGone) {
  const chela_route_response* open = nullptr;
  on_handle = [&](const chela_route_request&, const chela_route_response* response) {
    head(response);
    open = response;
    return CHELA_OK;
  };
  {
    net::RawClient client(loop, server->port());
    client.send(request_text("GET", "/hook", ""));
    run_until([&] { return open != nullptr; });
    settle();
    client.reset();
    run_until([&] { return cancelled == 1; });
  }
  EXPECT_EQ(open->write(open, to_abi("more")), CHELA_CANCELLED);
  finish(open, CHELA_CANCELLED);
  settle();
}

TEST_F(PluginRoutesTest, MakesThePluginWaitForASlowClient) {
  const chela_route_response* open = nullptr;
  on_handle = [&](const chela_route_request&, const chela_route_response* response) {
    head(response);
    open = response;
    return CHELA_OK;
  };
  net::RawClient client(loop, server->port(), 4096);
  client.send(request_text("GET", "/hook", ""));
  run_until([&] { return open != nullptr; });
  const std::string piece(64 * 1024, 'x');
  std::size_t written = 0;
  while (open->write(open, to_abi(piece)) == CHELA_OK) {
    written += piece.size();
    settle();
    ASSERT_LT(written, 64u << 20) << "the plugin is never made to wait";
  }
  written += piece.size();
  EXPECT_EQ(resumed, 0);
  finish(open);
  auto text = client.read_to_end();
  EXPECT_GT(text.size(), written);
  EXPECT_THAT(text.substr(text.size() - 5), "0\r\n\r\n");
}

TEST_F(PluginRoutesTest, EndsThePluginThatWritesOnAndOn) {
  const chela_route_response* open = nullptr;
  on_handle = [&](const chela_route_request&, const chela_route_response* response) {
    head(response);
    open = response;
    return CHELA_OK;
  };
  net::RawClient client(loop, server->port(), 4096);
  client.send(request_text("GET", "/hook", ""));
  run_until([&] { return open != nullptr; });
  const std::string piece(256 * 1024, 'x');
  int taken = 0;
  while (open->write(open, to_abi(piece)) != CHELA_CANCELLED && taken < 1000) ++taken;
  EXPECT_LT(taken, 20);
  finish(open, CHELA_CANCELLED);
  client.close();
  settle();
}

TEST_F(PluginRoutesTest, LimitsHowOftenOneAddressAsks) {
  for (int i = 0; i < route_limits.requests_per_minute_max; ++i) ASSERT_EQ(ask("GET", "/hook").status, 200);
  auto answer = ask("GET", "/hook");
  EXPECT_EQ(answer.status, 429);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After"));
  EXPECT_EQ(ask("GET", "/admin", "", authorized).status, 200);
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(ask("GET", "/hook").status, 200);
}

TEST_F(PluginRoutesTest, TakesBodiesUpToTheirBound) {
  EXPECT_EQ(ask("POST", "/hook", std::string(1 << 20, 'x')).status, 200);
  EXPECT_EQ(ask("POST", "/hook", std::string((1 << 20) + 1, 'x')).status, 413);
}

TEST_F(PluginRoutesTest, IsNamedByTheDoctor) {
  auto report = ask("GET", "/doctor", "", authorized).json();
  auto routes_of = report["plugins"]["routes"];
  ASSERT_EQ(routes_of.size(), 6u);
  EXPECT_EQ(report["plugins"]["providers"]["http_route"], json::parse(R"([{"id": "acme", "plugin": "acme"}])"));
  std::map<std::string, json> by_path;
  for (const auto& route : routes_of) by_path[route["path"]] = route;
  EXPECT_EQ(by_path["/api"]["auth"], "gateway");
  EXPECT_EQ(by_path["/hook"]["auth"], "plugin");
  EXPECT_THAT(by_path["/health"]["unreachable"].get<std::string>(), HasSubstr("gateway"));
  EXPECT_FALSE(by_path["/hook"].contains("unreachable"));
}

}  // namespace
}  // namespace chela::gateway
