#include "kernel/app/effective_config.hpp"

#include <nlohmann/json.hpp>

#include "tests/kernel/app/app_fixture.hpp"

namespace chela::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kToken = "a-token-that-is-long-enough";

class EffectiveConfigTest : public AppTest {
 protected:
  std::vector<std::string> refusals(std::string_view text) {
    write(text);
    EffectiveConfig config(request, redactor);
    auto loaded = config.load();
    return loaded ? std::vector<std::string>() : loaded.error();
  }
  std::string credential(std::string_view text) {
    write(text);
    EffectiveConfig config(request, redactor);
    auto loaded = config.load();
    return loaded ? "<" + config.credential() + ">" : loaded.error().front();
  }
  static std::vector<std::string> paths(const std::vector<config::Change>& changes) {
    std::vector<std::string> out;
    for (const auto& change : changes) out.push_back(change.path.text());
    return out;
  }
};

TEST_F(EffectiveConfigTest, StartsWithoutAFile) {
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  EXPECT_EQ(config.address(), "127.0.0.1");
  EXPECT_EQ(config.credential(), "");
  EXPECT_EQ(config.current().file(), "");
  EXPECT_EQ(config.watched_file(), home / "chela.json");
  EXPECT_EQ(config.home().root, home.path());
}

TEST_F(EffectiveConfigTest, TheCredentialIsWhatTheModeOrElseTheFileSays) {
  request.environment["SECRET"] = "from-the-environment-1";
  EXPECT_EQ(credential("{}"), "<>");
  EXPECT_EQ(credential("{gateway: {auth: {token: 'tok'}}}"), "<tok>");
  EXPECT_EQ(credential("{gateway: {auth: {password: 'pass'}}}"), "<pass>") << "no mode is needed";
  EXPECT_EQ(credential("{gateway: {auth: {token: 'tok', password: 'pass'}}}"), "<tok>");
  EXPECT_EQ(credential("{gateway: {auth: {mode: 'password', token: 'tok', password: 'pass'}}}"), "<pass>");
  EXPECT_EQ(credential("{gateway: {auth: {mode: 'none', token: 'tok'}}}"), "<>");
  EXPECT_EQ(credential("{gateway: {auth: {token: 'env:SECRET'}}}"), "<from-the-environment-1>");
  EXPECT_EQ(credential("{gateway: {auth: {password: '${SECRET}'}}}"), "<from-the-environment-1>");
  EXPECT_EQ(credential("{gateway: {auth: {token: 'raw:tok'}}}"), "<tok>");
  EXPECT_THAT(credential("{gateway: {auth: {token: 'raw:'}}}"), HasSubstr("gateway.auth.token: it is empty"));
  EXPECT_THAT(credential("{gateway: {auth: {token: 'env:NO_SUCH'}}}"), HasSubstr("NO_SUCH"));
  EXPECT_EQ(redactor.redact("token from-the-environment-1"), "token [redacted]");
}

// HOME of the process for one scope.
class HomeOfThePerson {
 public:
  explicit HomeOfThePerson(const std::string& path) {
    if (const char* value = std::getenv("HOME")) before_ = value;
    ::setenv("HOME", path.c_str(), 1);
  }
  HomeOfThePerson(const HomeOfThePerson&) = delete;
  HomeOfThePerson& operator=(const HomeOfThePerson&) = delete;
  ~HomeOfThePerson() { before_ ? ::setenv("HOME", before_->c_str(), 1) : ::unsetenv("HOME"); }

 private:
  std::optional<std::string> before_;
};

TEST_F(EffectiveConfigTest, SecretFilesAreFoundInTheHomeOfThePerson) {
  const HomeOfThePerson person(home.path().string());
  std::ofstream(home / "token") << "a-token-in-a-file-1\n";
  std::filesystem::permissions(home / "token", std::filesystem::perms::owner_read);
  request.environment["CHELA_HOME"] = (home / "elsewhere").string();  // `~` has nothing to do with it
  request.file = home / "chela.json";
  EXPECT_EQ(credential("{gateway: {auth: {token: 'file:~/token'}}}"), "<a-token-in-a-file-1>");
}

TEST_F(EffectiveConfigTest, RefusesWhatIsUnsafeOnItsAddressAndTellsAllAtOnce) {
  EXPECT_THAT(refusals("{gateway: {bind: 'lan'}}"),
              ElementsAre(HasSubstr("refusing to listen on 0.0.0.0: gateway.auth.token: ")));
  EXPECT_THAT(refusals("{gateway: {bind: 'lan', auth: {mode: 'none'}}, tools: {exec: {mode: 'full'}}}"),
              ElementsAre(HasSubstr("gateway.auth.mode"), HasSubstr("tools.exec.mode")));
  EXPECT_THAT(refusals("{gateway: {bind: 'lan', auth: {password: 'long-enough-password'}}}"), IsEmpty());
  EXPECT_THAT(refusals("{gateway: {bind: 'tailnet'}}"), ElementsAre(HasSubstr("tailnet")));
  EXPECT_THAT(refusals("{gateway: {bind: 'custom'}}"), ElementsAre(HasSubstr("gateway.customBindHost")));
  EXPECT_THAT(refusals("{gateway: {port: -1, bnd: 1}}"), testing::SizeIs(2));
}

TEST_F(EffectiveConfigTest, AReferenceToAShortTokenIsNoneOnAReachableAddress) {
  request.environment["SHORT"] = "hunter2";
  EXPECT_THAT(refusals("{gateway: {bind: 'lan', auth: {token: 'env:SHORT'}}}"),
              ElementsAre("refusing to listen on 0.0.0.0: gateway.auth.token: it has 7 characters and can be guessed; "
                          "use at least 16"));
  EXPECT_THAT(refusals("{gateway: {auth: {token: 'env:SHORT'}}}"), IsEmpty());
}

TEST_F(EffectiveConfigTest, ReloadTakesInWhatIsLiveAndNamesTheRest) {
  write("{gateway: {port: 1000}}");
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  write(R"({gateway: {port: 1001, auth: {token: 'tok'}, webSocket: {maxConnections: 7}, sessionRateLimitPerMinute: 3,
            http: {headerBytesMax: 2048, bodyBytesMax: 2048}},
          agents: {defaults: {maxToolRounds: 2, workspace: '/w', model: {primary: 'a/b'}}}, logging: {level: 'debug'},
          tools: {deny: ['now']}})");
  auto reloaded = config.reload();
  EXPECT_THAT(reloaded.refusals, IsEmpty());
  EXPECT_TRUE(reloaded.changed);
  EXPECT_THAT(paths(reloaded.live), testing::UnorderedElementsAre(
                                        "$.agents.defaults.maxToolRounds", "$.agents.defaults.model", "$.gateway.auth",
                                        "$.gateway.http.bodyBytesMax", "$.gateway.sessionRateLimitPerMinute",
                                        "$.gateway.webSocket.maxConnections", "$.tools.deny"));
  EXPECT_THAT(paths(reloaded.restart),
              testing::UnorderedElementsAre("$.agents.defaults.workspace", "$.gateway.http.headerBytesMax",
                                            "$.gateway.port", "$.logging.level"));
  EXPECT_EQ(config.credential(), "tok");
  EXPECT_EQ(config.current().get_integer("gateway.webSocket.maxConnections"), 7);
  EXPECT_EQ(config.current().get_integer("gateway.port"), 1000);
  auto again = config.reload();
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.restart.size(), 4u) << "they still wait";
}

TEST_F(EffectiveConfigTest, AFileThatIsWrongChangesNothing) {
  write("{gateway: {sessionRateLimitPerMinute: 3}}");
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  const char* kBad[] = {"",
                        "{",
                        "{gateway: {sessionRateLimitPerMinute: -1}}",
                        "{gateway: {sessionRateLimitPerMinute: 9, prot: 1}}",
                        "[]",
                        "{gateway: {sessionRateLimitPerMinute: 9, auth: {token: 'env:NO_SUCH'}}}"};
  for (const char* text : kBad) {
    write(text);
    auto reloaded = config.reload();
    EXPECT_FALSE(reloaded.changed) << text;
    EXPECT_FALSE(reloaded.refusals.empty()) << text;
    EXPECT_EQ(config.current().get_integer("gateway.sessionRateLimitPerMinute"), 3) << text;
  }
  std::filesystem::remove(home / "chela.json");
  EXPECT_THAT(config.reload().refusals, ElementsAre(HasSubstr("the file has gone")));
  write("{gateway: {sessionRateLimitPerMinute: 4}}");
  EXPECT_TRUE(config.reload().changed);
}

TEST_F(EffectiveConfigTest, UnsafeChangesAreRefusedWhole) {
  const std::string base = fmt::format("gateway: {{bind: 'lan', auth: {{token: '{}'}}", kToken);
  write("{" + base + "}}");
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  write("{" + base + ", sessionRateLimitPerMinute: 3}, tools: {exec: {mode: 'full'}}}");
  auto unsafe = config.reload();
  EXPECT_FALSE(unsafe.changed);
  EXPECT_THAT(unsafe.refusals, ElementsAre(HasSubstr("refusing to listen on 0.0.0.0: tools.exec.mode: ")));
  EXPECT_EQ(config.current().get_integer("gateway.sessionRateLimitPerMinute"), 0);
  write("{gateway: {bind: 'lan', auth: {token: 'short'}}}");
  EXPECT_THAT(config.reload().refusals, ElementsAre(HasSubstr("gateway.auth.token")));
  write("{gateway: {bind: 'lan'}}");
  EXPECT_THAT(config.reload().refusals, ElementsAre(HasSubstr("gateway.auth.token")));
  EXPECT_EQ(config.credential(), kToken);
  write("{" + base + ", security: {allowUnsafeToolingOnPublicBind: true}}, tools: {exec: {mode: 'full'}}}");
  EXPECT_THAT(paths(config.reload().live), testing::SizeIs(2)) << "accepted openly, it is taken in";
}

TEST_F(EffectiveConfigTest, WarnsOfAStartThatWouldFail) {
  write("{}");
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  write("{gateway: {bind: 'lan', sessionRateLimitPerMinute: 3}}");
  auto reloaded = config.reload();
  EXPECT_TRUE(reloaded.changed);
  EXPECT_THAT(paths(reloaded.restart), ElementsAre("$.gateway.bind"));
  EXPECT_THAT(reloaded.warnings, ElementsAre(HasSubstr("the next start would fail: refusing to listen on 0.0.0.0")));
}

TEST_F(EffectiveConfigTest, ReloadModeOffWaitsForARestartUntilItIsTakenBack) {
  write("{gateway: {reload: {mode: 'off'}}}");
  EffectiveConfig config(request, redactor);
  ASSERT_TRUE(config.load());
  write("{gateway: {reload: {mode: 'off'}, sessionRateLimitPerMinute: 3}}");
  auto off = config.reload();
  EXPECT_FALSE(off.changed);
  EXPECT_THAT(off.refusals, ElementsAre(HasSubstr("gateway.reload.mode is \"off\"")));
  EXPECT_EQ(config.current().get_integer("gateway.sessionRateLimitPerMinute"), 0);
  for (const char* mode : {"hybrid", "hot", "restart"}) {
    write(fmt::format("{{gateway: {{reload: {{mode: '{}'}}, sessionRateLimitPerMinute: 3}}}}", mode));
    EXPECT_THAT(config.reload().refusals, IsEmpty()) << mode;
  }
  EXPECT_EQ(config.current().get_integer("gateway.sessionRateLimitPerMinute"), 3);
  write("{gateway: {reload: {mode: 'off'}, sessionRateLimitPerMinute: 4}}");
  EXPECT_FALSE(config.reload().changed) << "what the changed file says counts";
}

}  // namespace
}  // namespace chela::app
