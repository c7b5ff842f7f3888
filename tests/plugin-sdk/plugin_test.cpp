#include "chela/plugin.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "chela/testing/fake_host.hpp"

namespace {

using chela::testing::FakeHost;
using chela::testing::ScriptedResponse;

template <class T>
constexpr chela_entry kEntry = {sizeof(chela_entry), 1, 0, "test", "1.0.0", &chela::detail::create<T>};

// Every kind of handler, and what can go wrong in one.
class Tools {
 public:
  explicit Tools(chela::Host host) : host_(host) {}

  chela::ToolTable<Tools> tools() {
    return {{"upper", &Tools::upper}, {"report", &Tools::report}, {"throws", &Tools::throws},
            {"fetch", &Tools::fetch}, {"drop", &Tools::drop},     {"hold", &Tools::hold},
            {"wait", &Tools::wait},   {"refuse", &Tools::refuse}, {"late", &Tools::late}};
  }

 private:
  std::string upper(const chela::ToolRequest& request) const { return "<" + request.arguments + ">"; }
  std::string report(const chela::ToolRequest&, chela::ToolCall& call) {
    call.progress("half");
    return call.is_cancelled() ? "cancelled" : "done";
  }
  std::string throws(const chela::ToolRequest&) { throw std::runtime_error("no luck"); }
  void fetch(chela::ToolRequest, chela::ToolCall call) {
    chela::HttpRequest request;
    request.url = "https://example.com/";
    request_ = host_.http().fetch(request, [call = std::move(call)](chela::HttpResponse response) mutable {
      if (response.outcome != CHELA_OK) {
        call.fail(response.outcome, response.error);
      } else {
        call.complete(response.body);
      }
    });
  }
  void drop(chela::ToolRequest, chela::ToolCall) {}
  void hold(chela::ToolRequest, chela::ToolCall call) { held_.push_back(std::move(call)); }
  void wait(chela::ToolRequest, chela::ToolCall call) {
    timer_ = host_.timer().start(500, [call = std::move(call)]() mutable { call.complete("waited"); });
  }
  void refuse(chela::ToolRequest, chela::ToolCall) { throw chela::Failure(CHELA_DENIED, "not today"); }
  void late(chela::ToolRequest, chela::ToolCall call) {
    call.complete("early");
    EXPECT_FALSE(call.complete("twice"));
    call.progress("after the end");
    throw std::runtime_error("after the end");
  }

  chela::Host host_;
  chela::HttpCall request_;
  chela::Timer timer_;
  std::vector<chela::ToolCall> held_;
};

class PluginTest : public testing::Test {
 protected:
  void SetUp() override { host_.up(); }
  void TearDown() override {
    host_.stop();
    host_.destroy();
    EXPECT_EQ(host_.breaches().all(), std::vector<std::string>());
  }
  FakeHost host_{kEntry<Tools>};
};

TEST_F(PluginTest, RunsBlockingTools) {
  EXPECT_EQ(host_.run_tool("upper", "{}")->outcome().text, "<{}>");
  auto report = host_.run_tool("report", "{}");
  EXPECT_EQ(report->outcome().text, "done");
  EXPECT_EQ(report->progress_texts(), std::vector<std::string>{"half"});
}

TEST_F(PluginTest, TurnsExceptionsIntoStatusAndText) {
  auto call = host_.run_tool("throws", "{}");
  EXPECT_EQ(call->outcome().status, CHELA_INTERNAL);
  EXPECT_EQ(call->outcome().text, "unexpected exception: no luck");
  EXPECT_EQ(host_.start_tool("refuse", "{}")->outcome().status, CHELA_DENIED);
}

TEST_F(PluginTest, RefusesUnknownToolsAndTheWrongKindOfCall) {
  EXPECT_EQ(host_.run_tool("nothing", "{}")->outcome().status, CHELA_NOT_FOUND);
  EXPECT_EQ(host_.run_tool("fetch", "{}")->outcome().status, CHELA_INTERNAL);
  EXPECT_EQ(host_.start_tool("upper", "{}")->outcome().status, CHELA_INTERNAL);
}

TEST_F(PluginTest, CompletesFromAResponse) {
  ScriptedResponse response;
  response.pieces = {"hel", "lo"};
  host_.http().script(response);
  EXPECT_EQ(host_.start_tool("fetch", "{}")->outcome().text, "hello");
  EXPECT_EQ(host_.http().requests()[0].url, "https://example.com/");
}

TEST_F(PluginTest, CompletesFromATimer) {
  auto call = host_.start_tool("wait", "{}");
  host_.advance(499);
  EXPECT_FALSE(call->completed());
  host_.advance(1);
  EXPECT_EQ(call->outcome().text, "waited");
}

TEST_F(PluginTest, CompletesADroppedCallOnce) {
  EXPECT_EQ(host_.start_tool("drop", "{}")->outcome().status, CHELA_INTERNAL);
  EXPECT_EQ(host_.start_tool("late", "{}")->outcome().text, "early");
}

TEST_F(PluginTest, CompletesACancelledCallWithoutHelp) {
  auto call = host_.start_tool("hold", "{}");
  host_.cancel_tool(*call);
  EXPECT_EQ(call->outcome().status, CHELA_CANCELLED);
}

TEST_F(PluginTest, StopEndsWhatIsOpen) {
  auto held = host_.start_tool("hold", "{}");
  auto fetching = host_.start_tool("fetch", "{}");
  auto waiting = host_.start_tool("wait", "{}");
  host_.stop();
  for (const auto& call : {held, fetching, waiting}) EXPECT_EQ(call->outcome().status, CHELA_CANCELLED);
  EXPECT_EQ(host_.http().open(), 0u);
  EXPECT_EQ(host_.timers().open(), 0u);
}

TEST_F(PluginTest, NamesItsToolsAndKnowsOnlyItsInterfaces) {
  EXPECT_EQ(host_.tool_names().size(), 9u);
  EXPECT_EQ(host_.get_extension("chela.provider/1"), nullptr);
  EXPECT_EQ(host_.get_extension("chela.tool/10"), nullptr);
}

TEST_F(PluginTest, AServiceThatIsWithheldFailsTheCallOnly) {
  host_.withhold("chela.http/1");
  EXPECT_EQ(host_.start_tool("fetch", "{}")->outcome().status, CHELA_UNAVAILABLE);
}

// Completes from a thread of its own, which the loop does not wait for before stop().
class Threaded {
 public:
  explicit Threaded(chela::Host host) : host_(host) {}
  chela::ToolTable<Threaded> tools() { return {{"work", &Threaded::work}}; }
  void stop() {
    for (auto& thread : threads_) thread.join();
  }

 private:
  void work(chela::ToolRequest, chela::ToolCall call) {
    threads_.emplace_back([this, call = std::move(call)]() mutable {
      for (int i = 0; i < 20 && !call.is_cancelled(); ++i) call.progress("step");
      host_.log().info("worked");
      call.complete("done");
    });
  }
  chela::Host host_;
  std::vector<std::thread> threads_;
};

TEST(Threads, MayCompleteWhileTheLoopCancels) {
  FakeHost host(kEntry<Threaded>);
  host.up();
  std::vector<std::shared_ptr<chela::testing::RecordedToolCall>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(host.start_tool("work", "{}"));
    if (i % 2 == 0) host.cancel_tool(*calls.back());
  }
  host.stop();
  for (const auto& call : calls) EXPECT_EQ(call->completions(), 1);
  host.destroy();
  EXPECT_EQ(host.breaches().all(), std::vector<std::string>());
}

// Streams what a server sends; destroys its own request from inside the request's handlers.
class Provider {
 public:
  explicit Provider(chela::Host host) : host_(host) {}
  void configure(std::string_view json) {
    if (json != "{}") throw chela::Failure(CHELA_INVALID_ARGUMENT, "unknown key");
  }
  void complete(chela::CompletionRequest request, chela::Completion completion) {
    completion_.emplace(std::move(completion));
    chela::HttpRequest http;
    http.url = std::string(request.service);
    for (auto message : request.messages) http.body.append(message);
    chela::HttpHandlers handlers;
    handlers.on_body = [this](std::string_view piece) {
      if (piece == "throw") throw chela::Failure(CHELA_PROTOCOL, "garbage");
      if (piece == "stop") {
        completion_->complete("stop");
        call_ = chela::HttpCall();
        return;
      }
      completion_->text(piece);
    };
    handlers.on_done = [this](chela_status status, std::string_view error) { completion_->fail(status, error, 1500); };
    call_ = host_.http().send(http, std::move(handlers));
  }
  void list_models(std::string_view, chela::Completion completion) {
    completion.text("[{\"id\":\"m\"}]");
    completion.complete("stop");
  }

 private:
  chela::Host host_;
  chela::HttpCall call_;
  std::optional<chela::Completion> completion_;
};

struct ProviderCase {
  std::vector<std::string> pieces;
  chela_status outcome;
  chela_status expected;
};

TEST(Provider, CompletesOnceWhateverTheServerDoes) {
  const ProviderCase cases[] = {
      {{"a", "b", "stop", "c"}, CHELA_OK, CHELA_OK},
      {{"a", "throw", "c"}, CHELA_OK, CHELA_PROTOCOL},
      {{"a"}, CHELA_UNAVAILABLE, CHELA_UNAVAILABLE},
  };
  for (const ProviderCase& test : cases) {
    FakeHost host(kEntry<Provider>);
    host.up();
    ScriptedResponse response;
    response.pieces = test.pieces;
    response.outcome = test.outcome;
    host.http().script(response);
    auto completion = host.complete("https://example.com/", "m", {"{}"});
    EXPECT_EQ(completion->outcome().status, test.expected);
    EXPECT_EQ(completion->answer().retry_after_ms, test.expected == CHELA_OK ? 0u : 1500u);
    EXPECT_EQ(host.list_models("{}")->answer().text, "[{\"id\":\"m\"}]");
    auto open = host.complete("https://example.com/", "m", {"{}"});
    host.cancel_completion(*open);
    EXPECT_EQ(open->outcome().status, CHELA_CANCELLED);
    host.stop();
    host.destroy();
    EXPECT_EQ(host.breaches().all(), std::vector<std::string>());
  }
}

TEST(Provider, ConfigureReportsItsError) {
  FakeHost host(kEntry<Provider>);
  host.create();
  auto outcome = host.configure("{\"x\":1}");
  EXPECT_EQ(outcome.status, CHELA_INVALID_ARGUMENT);
  EXPECT_EQ(outcome.text, "unknown key");
}

// Breaks rules on purpose, for the fake host to notice.
class Rude {
 public:
  explicit Rude(chela::Host host) : host_(host) { host_.log().info("too early"); }
  chela::ToolTable<Rude> tools() { return {{"ask", &Rude::ask}}; }
  std::string ask(const chela::ToolRequest&) {
    chela::HttpCall call = host_.http().send(chela::HttpRequest(), chela::HttpHandlers());
    return "asked";
  }

 private:
  chela::Host host_;
};

TEST(FakeHost, NoticesCallsFromTheWrongThreadAndState) {
  FakeHost host(kEntry<Rude>);
  host.up();
  EXPECT_EQ(host.breaches().all(), std::vector<std::string>{"the host was called before create() had returned"});
  EXPECT_NE(host.run_tool("ask", "{}")->outcome().status, CHELA_OK);
  EXPECT_EQ(host.breaches().all().at(1), "chela.http/1 send() is [loop] and was called from another thread");
}

TEST(FakeHost, NoticesASecondCompletion) {
  chela::testing::Breaches breaches;
  chela::testing::RecordedToolCall call(breaches, 7);
  call.raw()->complete(call.raw(), CHELA_OK, chela::to_str("a"));
  call.raw()->complete(call.raw(), CHELA_OK, chela::to_str("b"));
  EXPECT_EQ(breaches.all(), std::vector<std::string>{"tool call 7 was completed twice"});
}

}  // namespace
