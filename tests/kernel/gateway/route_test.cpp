#include "kernel/gateway/route.hpp"

#include <gtest/gtest.h>

namespace chela::gateway {
namespace {

constexpr const char* kRoutes[][2] = {{"GET", "/"},
                                      {"GET", "/api/sessions"},
                                      {"POST", "/api/sessions"},
                                      {"GET", "/api/sessions/{id}"},
                                      {"DELETE", "/api/sessions/{id}"},
                                      {"POST", "/api/sessions/{id}/messages"},
                                      {"GET", "/files/{folder}/x/{name}"}};

RouteTable table() {
  RouteTable out;
  for (const auto& [method, path] : kRoutes) {
    out.add({method, path, {policy::RouteAccess::open, 0}, "", [](Request) -> Task<Result<void>> {
               co_return Result<void>{};
             }});
  }
  return out;
}

// "PATTERN name=value…", or "405 METHODS", or "404".
std::string found(const RouteTable& routes, std::string_view method, std::string_view path) {
  auto match = routes.find(method, path);
  if (!match.route) return match.allowed_methods.empty() ? "404" : "405 " + match.allowed_methods;
  std::string out = match.route->method + " " + match.route->path;
  for (const auto& parameter : match.parameters) out += " " + parameter.name + "=" + parameter.value;
  return out;
}

TEST(RouteTable, FindsByMethodAndPath) {
  const RouteTable routes = table();
  struct Row {
    const char* method;
    std::string path;
    std::string found;
  };
  const Row kTable[] = {
      {"GET", "/", "GET /"},
      {"HEAD", "/", "GET /"},
      {"POST", "/", "405 GET"},
      {"get", "/", "405 GET"},
      {"GET", "", "404"},
      {"GET", "//", "404"},
      {"GET", "/api/sessions", "GET /api/sessions"},
      {"POST", "/api/sessions", "POST /api/sessions"},
      {"DELETE", "/api/sessions", "405 GET, POST"},
      {"HEAD", "/api/sessions/a/messages", "405 POST"},
      {"GET", "/api/sessions/", "404"},
      {"GET", "/api/sessions//", "404"},
      {"GET", "/api/sessions/a", "GET /api/sessions/{id} id=a"},
      {"GET", "/api/sessions/{id}", "GET /api/sessions/{id} id={id}"},
      {"GET", "/api/sessions/a.b:c_-", "GET /api/sessions/{id} id=a.b:c_-"},
      {"GET", "/api/sessions/..", "GET /api/sessions/{id} id=.."},
      {"GET", "/api/sessions/a/", "404"},
      {"POST", "/api/sessions/a/messages", "POST /api/sessions/{id}/messages id=a"},
      {"POST", "/api/sessions//messages", "404"},
      {"POST", "/api/sessions/a/b/messages", "404"},
      {"PUT", "/api/sessions/a", "405 GET, DELETE"},
      {"GET", "/API/sessions", "404"},
      {"GET", "/files/a/x/b", "GET /files/{folder}/x/{name} folder=a name=b"},
      {"GET", "/files/a/y/b", "404"},
      {"GET", "/files//x/b", "404"},
      {"GET", "/files/a/x/", "404"},
      {"GET", std::string("/api/sessions/a\0b", 17), std::string("GET /api/sessions/{id} id=a\0b", 29)},
      {"GET", std::string("/\0", 2), "404"},
      {"GET", "/api/sessions/" + std::string(8000, 'a'), "GET /api/sessions/{id} id=" + std::string(8000, 'a')},
      {"GET", std::string(8000, '/'), "404"},
  };
  for (const auto& row : kTable) EXPECT_EQ(found(routes, row.method, row.path), row.found) << row.path;
}

TEST(RouteTable, DiesOfASecondRouteOfTheSameName) {
  RouteTable routes = table();
  EXPECT_DEATH(routes.add({"GET", "/", {policy::RouteAccess::open, 0}, "", {}}), "a route is added once");
}

TEST(StandingHeaders, AreAddedWhereTheAnswerSaysNothing) {
  net::Headers headers;
  headers.add("X-Frame-Options", "SAMEORIGIN");
  add_standing_headers(headers, "");
  EXPECT_EQ(headers.value_or("x-content-type-options", ""), "nosniff");
  EXPECT_EQ(headers.value_or("x-frame-options", ""), "SAMEORIGIN");
  EXPECT_EQ(headers.count("x-frame-options"), 1u);
  EXPECT_EQ(headers.value_or("cross-origin-resource-policy", ""), "same-origin");
  EXPECT_FALSE(headers.find("access-control-allow-origin"));
}

TEST(StandingHeaders, LetANamedOriginRead) {
  net::Headers headers;
  headers.add("Access-Control-Allow-Origin", "*");
  add_standing_headers(headers, "https://desk.example");
  EXPECT_EQ(headers.value_or("access-control-allow-origin", ""), "https://desk.example");
  EXPECT_EQ(headers.count("access-control-allow-origin"), 1u);
  EXPECT_EQ(headers.value_or("vary", ""), "Origin");
  EXPECT_EQ(headers.value_or("cross-origin-resource-policy", ""), "cross-origin");
}

}  // namespace
}  // namespace chela::gateway
