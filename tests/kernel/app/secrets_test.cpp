#include "kernel/app/secrets.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SecretsTest : public AppTest {
 protected:
  std::vector<std::string> unresolved(std::string_view text) {
    auto config = snapshot(text);
    auto resolver = secret_resolver(request.environment, *config, {});
    return unresolved_secrets(kernel_spec, *config, resolver);
  }
};

TEST_F(SecretsTest, EveryReferenceThatNamesNothingIsTold) {
  request.environment["THERE"] = "x";
  EXPECT_THAT(unresolved("{}"), IsEmpty());
  EXPECT_THAT(unresolved(R"({gateway: {auth: {token: 'env:THERE'}},
      models: {providers: {a: {baseUrl: 'http://a', apiKey: 'literal', headers: {'X-A': '${THERE}'}}}}})"),
              IsEmpty());
  EXPECT_THAT(unresolved(R"({gateway: {auth: {token: 'env:GONE'}},
      models: {providers: {a: {baseUrl: 'http://a', apiKey: '${GONE}', headers: {'X-A': 'env:GONE'}},
                           b: {baseUrl: 'http://b', apiKey: {source: 'env', id: 'GONE'}},
                           c: {baseUrl: 'http://c', apiKey: {source: 'exec', id: 'x'}},
                           d: {baseUrl: 'http://d', apiKey: 'file:/nonexistent/key'}}}})"),
              ElementsAre(HasSubstr("$.gateway.auth.token: the environment variable GONE is not set"),
                          HasSubstr("$.models.providers.a.apiKey: "), HasSubstr("$.models.providers.a.headers.X-A: "),
                          HasSubstr("$.models.providers.b.apiKey: "), HasSubstr("$.models.providers.c.apiKey: "),
                          HasSubstr("$.models.providers.d.apiKey: ")));
}

TEST_F(SecretsTest, WhatIsSwitchedOffIsNotLookedAt) {
  EXPECT_THAT(unresolved("{channels: {telegram: {enabled: false, botToken: 'env:GONE'}}}"), IsEmpty());
}

TEST_F(SecretsTest, TextThatIsNoSecretIsNoReference) {
  EXPECT_THAT(unresolved("{models: {providers: {a: {baseUrl: 'http://a', models: [{id: 'env:GONE'}]}}}}"), IsEmpty());
}

TEST_F(SecretsTest, ResolvedValuesAreMadeKnown) {
  request.environment["KEY"] = "sk-1234";
  auto config = snapshot("{}");
  std::vector<std::string> known;
  auto resolver =
      secret_resolver(request.environment, *config, [&](std::string_view secret) { known.emplace_back(secret); });
  EXPECT_EQ(resolver.resolve("env:KEY").value_or(""), "sk-1234");
  EXPECT_THAT(known, ElementsAre("sk-1234"));
}

}  // namespace
}  // namespace chela::app
