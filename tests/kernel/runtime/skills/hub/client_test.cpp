#include "kernel/runtime/skills/hub/client.hpp"

#include <gtest/gtest.h>

#include <deque>

#include <nlohmann/json.hpp>

#include "kernel/core/loop/loop.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"
#include "kernel/runtime/skills/hub/verdict.hpp"
#include "tests/fake_clock.hpp"

namespace chela::runtime::skills::hub {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

net::EgressResponse answer(int status, std::string body, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

// A registry that gives the answers it was told, in order, and remembers what it was asked.
class HubClient : public testing::Test {
 protected:
  void make(Address address = {.base = "https://hub.example", .is_site = false}) {
    client_.emplace(
        loop_, [this](net::EgressRequest request) { return reply(std::move(request)); }, std::move(address));
  }
  Task<Result<net::EgressResponse>> reply(net::EgressRequest request) {
    asked_.push_back(std::move(request));
    if (answers_.empty()) co_return fail(ErrorCode::internal, "no answer is left");
    auto next = std::move(answers_.front());
    answers_.pop_front();
    co_return next;
  }
  // Runs to the end, letting the clock jump whenever everything waits; `waited_` is how long that was together.
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    std::optional<Result<T>> out;
    constexpr auto keep = [](Task<Result<T>> work, std::optional<Result<T>>& result) -> Task<Result<void>> {
      auto done = co_await std::move(work);
      result.emplace(std::move(done));
      co_return Result<void>();
    };
    loop_.spawn("test", keep(std::move(task), out));
    for (int i = 0; i < 1000 && !out; ++i) {
      while (loop_.run_ready() && !out) {
        if (loop_.timers().next_deadline() != TimePoint::max()) break;
      }
      if (out) break;
      waited_ += seconds(1);
      clock_.advance(seconds(1));
      loop_.timers().expire();
    }
    EXPECT_TRUE(out) << "the client did not come to an end";
    return out ? std::move(*out) : Result<T>(fail(ErrorCode::internal, "no end"));
  }
  std::string authorization(std::size_t i) const {
    return std::string(asked_[i].headers.value_or("authorization", ""));
  }
  ~HubClient() override { loop_.drain(seconds(0)); }

  FakeClock clock_;
  Loop loop_{clock_};
  std::deque<Result<net::EgressResponse>> answers_;
  std::vector<net::EgressRequest> asked_;
  std::optional<Client> client_;
  Duration waited_{};
};

TEST_F(HubClient, TriesReadingAgainAndThenGivesUp) {
  make();
  answers_ = {answer(503, "later"), answer(500, ""), answer(502, ""), answer(200, "{\"a\":1}")};
  EXPECT_EQ((*run(client_->get("/x", {})))["a"], 1);
  EXPECT_EQ(waited_, seconds(14));
  answers_ = {answer(503, ""), answer(503, ""), answer(503, ""), answer(503, "down for\x1b[2J repair"),
              answer(200, "{}")};
  auto failed = run(client_->get("/x", {}));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(failed.error().message, "https://hub.example/x: ClawHub answered 503: down for [2J repair");
}

TEST_F(HubClient, WaitsAsLongAsItIsTold) {
  make();
  answers_ = {answer(503, "", {{"Retry-After", "7"}}), answer(429, "", {{"RateLimit-Reset", "5"}}), answer(200, "{}")};
  EXPECT_TRUE(run(client_->get("/x", {})));
  EXPECT_EQ(waited_, seconds(12));
  answers_ = {answer(429, "slow down", {{"Retry-After", "3600"}})};
  auto failed = run(client_->get("/x", {}));
  EXPECT_EQ(failed.error().code, ErrorCode::exhausted);
  EXPECT_TRUE(failed.error().message.ends_with("try again in 3600 s")) << failed.error().message;
}

TEST_F(HubClient, SendsOnceWhatIsNotReading) {
  make();
  answers_ = {answer(503, ""), answer(200, "{}")};
  EXPECT_FALSE(run(client_->post("/x", "{}")));
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(waited_, Duration());
}

TEST_F(HubClient, TriesAgainWhatCouldNotBeReachedAndNothingElse) {
  make();
  answers_ = {fail(ErrorCode::unavailable, "connect"), answer(200, "{}")};
  EXPECT_TRUE(run(client_->get("/x", {})));
  answers_ = {fail(ErrorCode::too_large, "too large"), answer(200, "{}")};
  EXPECT_EQ(run(client_->get("/x", {})).error().code, ErrorCode::too_large);
  for (int status : {400, 401, 403, 404, 409, 410, 423, 301}) {
    answers_ = {answer(status, "no"), answer(200, "{}")};
    EXPECT_FALSE(run(client_->get("/x", {}))) << status;
    EXPECT_EQ(answers_.size(), 1u) << status;
  }
}

TEST_F(HubClient, TakesStrictJsonAlone) {
  make();
  for (const char* body : {"", "[]", "1", "{", "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "<html>"}) {
    answers_ = {answer(200, body)};
    auto failed = run(client_->get("/x", {}));
    EXPECT_EQ(failed.error().code, ErrorCode::protocol) << body;
  }
  EXPECT_EQ(asked_.front().response_bytes_max, 16u << 20);
}

TEST_F(HubClient, ShowsTheTokenToItsOriginAlone) {
  make({.base = "https://hub.example/api",
        .is_site = false,
        .token = "clh_secret",
        .token_origin = "https://hub.example"});
  answers_ = {answer(200, "{}"), answer(200, "zip"), answer(200, "zip"), answer(200, "zip")};
  EXPECT_TRUE(run(client_->get("/x", {})));
  EXPECT_TRUE(run(client_->download("https://hub.example/zip")));
  EXPECT_TRUE(run(client_->download("https://hub.example.evil.org/zip")));
  EXPECT_TRUE(run(client_->download("https://hub.example:444/zip")));
  EXPECT_EQ(authorization(0), "Bearer clh_secret");
  EXPECT_EQ(authorization(1), "Bearer clh_secret");
  EXPECT_EQ(authorization(2), "");
  EXPECT_EQ(authorization(3), "");
  EXPECT_FALSE(run(client_->download("http://hub.example/zip")));
  EXPECT_EQ(asked_.size(), 4u);
}

TEST_F(HubClient, FollowsTheWellKnownFileAndKeepsTheTokenAtHome) {
  make({.base = "https://site.example", .token = "clh_secret", .token_origin = "https://site.example"});
  answers_ = {answer(404, ""), answer(200, R"({"registry":"https://api.example/v/"})"), answer(200, "{}")};
  ASSERT_TRUE(run(client_->discover()));
  EXPECT_EQ(asked_[0].url, "https://site.example/.well-known/clawhub.json");
  EXPECT_EQ(asked_[1].url, "https://site.example/.well-known/clawdhub.json");
  EXPECT_TRUE(run(client_->get("/x", {{"q", "a b&c"}, {"none", ""}})));
  EXPECT_EQ(asked_[2].url, "https://api.example/v/x?q=a%20b%26c");
  EXPECT_EQ(authorization(2), "");
  make();
  EXPECT_TRUE(run(client_->discover()));  // a registry that was named is asked nothing
  EXPECT_EQ(asked_.size(), 3u);
}

TEST_F(HubClient, DoesNotGoFromHttpsToHttp) {
  make({.base = "https://site.example"});
  answers_ = {answer(200, R"({"apiBase":"http://site.example"})")};
  EXPECT_FALSE(run(client_->discover()));
}

TEST_F(HubClient, ReadsSearchResultsThatCanBeInstalled) {
  make();
  answers_ = {answer(200, R"({"results":[
      {"slug":"weather","displayName":"Weather","ownerHandle":"Ada","version":"1.0.0","score":1,
       "source":"clawhub","downloads":7},
      {"slug":"../../x","ownerHandle":"ada","score":1},
      {"slug":"nobody","score":1},
      {"slug":"far","score":1,"source":"skills-sh","install":{"kind":"skills-sh","reference":"skills-sh:o/r/far"}},
      {"slug":"odd","score":1,"source":"skills-sh","install":{"reference":"@ada/weather"}}, 7, null]})")};
  auto found = run(search(*client_, {.text = "wea ther", .limit = 10, .exact = true}));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].reference, "@ada/weather");
  EXPECT_EQ((*found)[0].downloads, 7u);
  EXPECT_EQ((*found)[1].reference, "skills-sh:o/r/far");
  EXPECT_TRUE((*found)[1].is_unscanned);
  EXPECT_EQ(asked_[0].url, "https://hub.example/api/v1/search?q=wea%20ther&limit=10&mode=exact");
}

TEST_F(HubClient, RefusesResolutionsThatAreNotPinned) {
  make();
  auto resolve = [&](const char* github) {
    answers_ = {answer(200, fmt::format(R"({{"ok":true,"slug":"s","installKind":"github","github":{}}})", github))};
    return run(resolve_install(*client_, *parse_reference("s", "/"), false));
  };
  auto commit = std::string(40, 'a'), hash = std::string(64, 'b');
  auto good = fmt::format(R"({{"repo":"o/r","path":"skills/s/","commit":"{}","contentHash":"{}"}})", commit, hash);
  auto resolved = resolve(good.c_str());
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->path, "skills/s");
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string, std::string>>{{commit, "main"},
                                                                                           {hash, ""},
                                                                                           {"o/r", "o/r/x"},
                                                                                           {"o/r", "../r"},
                                                                                           {"skills/s/", ""},
                                                                                           {"skills/s/", "../x"},
                                                                                           {"skills/s/", "a//b"},
                                                                                           {"o/r", "o/r?x"}}) {
    auto text = good;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(resolve(text.c_str())) << text;
  }
}

TEST_F(HubClient, SaysWhyTheRegistryLetsNothingBeInstalled) {
  make();
  answers_ = {answer(
      423, R"({"ok":false,"slug":"s","reason":"github_verification_pending","message":"not yet","status":423})")};
  auto failed = run(resolve_install(*client_, *parse_reference("s", "/"), false));
  EXPECT_EQ(failed.error().code, ErrorCode::denied);
  EXPECT_TRUE(failed.error().message.contains("github_verification_pending")) << failed.error().message;
  answers_ = {answer(409, R"({"error":"AMBIGUOUS_SKILL_SLUG"})")};
  auto detail = run(find_skill(*client_, "s", ""));
  EXPECT_TRUE(detail.error().message.contains("@owner/s")) << detail.error().message;
}

TEST_F(HubClient, TakesAnIndexOfExactlyTheVersionThatIsWanted) {
  make();
  auto index = [](const char* url, const std::string& digest) {
    return answer(200,
                  Json{{"skills", {{{"name", "s"}, {"type", "archive"}, {"url", url}, {"digest", digest}}}}}.dump());
  };
  auto digest = "sha256:" + std::string(64, 'c');
  answers_ = {index("https://hub.example/a?version=1.0.0", digest)};
  auto found = run(find_archive(*client_, "s", "ada", "1.0.0"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->sha256, std::string(64, 'c'));
  answers_ = {index("https://hub.example/a?version=1.0.1", digest)};
  EXPECT_FALSE(run(find_archive(*client_, "s", "ada", "1.0.0"))->has_value());
  answers_ = {index("https://hub.example/a?version=1.0.0", "md5:abc")};
  EXPECT_FALSE(run(find_archive(*client_, "s", "ada", "1.0.0")));
  answers_ = {answer(404, "")};
  EXPECT_FALSE(run(find_archive(*client_, "s", "ada", "1.0.0"))->has_value());
  answers_ = {answer(503, ""), answer(503, ""), answer(503, ""), answer(503, "")};
  EXPECT_FALSE(run(find_archive(*client_, "s", "ada", "1.0.0")));  // no reason to check less
}

Json clean_item() {
  return Json::parse(R"({"ok":true,"decision":"pass","reasons":[],"requestedSlug":"s","requestedOwnerHandle":"ada",
      "requestedVersion":"1.0.0","slug":"s","version":"1.0.0","publisherHandle":"ada",
      "security":{"status":"clean","passed":true},"securityAuditUrl":"https://hub.example/audit"})");
}

Finding finding_of(const Json& item) {
  auto verdict = read_verdict(item, "s", "ada", "1.0.0");
  EXPECT_TRUE(verdict) << verdict.error().message;
  return verdict ? verdict->finding : Finding::unjudged;
}

TEST(HubVerdict, IsWhatTheRegistrySays) {
  EXPECT_EQ(finding_of(clean_item()), Finding::clean);
  auto item = clean_item();
  item["ok"] = false;
  item["decision"] = "fail";
  item["security"] = {{"status", "suspicious"}, {"passed", false}};
  item["reasons"] = {"security.not_clean"};
  EXPECT_EQ(finding_of(item), Finding::review);
  item["security"] = {{"status", "malicious"}, {"passed", false}};
  EXPECT_EQ(finding_of(item), Finding::blocked);
  for (const char* reason :
       {"blocked.malware", "moderation_blocked", "x.blocked", "Blocked", "malicious.crypto_mining"}) {
    auto blocked = clean_item();
    blocked["reasons"] = {reason};
    EXPECT_EQ(finding_of(blocked), Finding::blocked) << reason;
  }
  auto decided = clean_item();
  decided["decision"] = "blocked";
  EXPECT_EQ(finding_of(decided), Finding::blocked);
  auto pending = clean_item();
  pending["security"]["status"] = "pending";
  EXPECT_EQ(finding_of(pending), Finding::review);
}

TEST(HubVerdict, FailsClosedUnlessItIsAboutExactlyThis) {
  for (const auto& [key, value] : std::initializer_list<std::pair<const char*, Json>>{
           {"requestedSlug", "t"},
           {"requestedSlug", nullptr},
           {"requestedVersion", "1.0.1"},
           {"requestedOwnerHandle", "eve"},
           {"slug", "t"},
           {"version", "1.0.1"},
           {"version", nullptr},
           {"publisherHandle", "eve"},
           {"publisherHandle", nullptr},
           {"error", {{"code", "skill_not_found"}, {"message", "none"}}},
           {"ok", "yes"},
           {"reasons", nullptr},
           {"security", nullptr},
           {"security", {{"status", "clean"}}},
           {"security", {{"passed", true}}}}) {
    auto item = clean_item();
    item[key] = value;
    auto verdict = read_verdict(item, "s", "ada", "1.0.0");
    EXPECT_FALSE(verdict) << key << " " << value;
    if (!verdict)
      EXPECT_TRUE(verdict.error().message.starts_with("clawhub_security_unavailable")) << verdict.error().message;
  }
  EXPECT_FALSE(read_verdict(Json(7), "s", "ada", "1.0.0"));
}

TEST_F(HubClient, GivesNoVerdictThatTheRegistryDidNotGive) {
  make();
  for (const char* body : {"{}", R"({"items":[]})", R"({"items":[1]})", R"({"items":[{},{}]})", "oops"}) {
    answers_ = {answer(200, body)};
    EXPECT_FALSE(run(get_verdict(*client_, "s", "ada", "1.0.0"))) << body;
  }
  answers_ = {answer(500, "")};
  EXPECT_FALSE(run(get_verdict(*client_, "s", "ada", "1.0.0")));
  answers_ = {answer(200, Json{{"items", {clean_item()}}}.dump())};
  EXPECT_TRUE(run(get_verdict(*client_, "s", "ada", "1.0.0")));
  EXPECT_EQ(Json::parse(asked_.back().body),
            Json::parse(R"({"items":[{"slug":"s","ownerHandle":"ada","version":"1.0.0"}]})"));
}

}  // namespace
}  // namespace chela::runtime::skills::hub
