#include "kernel/core/plugins/host_services.hpp"

#include <thread>

#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::plugins {
namespace {

using testing::Contains;
using testing::HasSubstr;

// Takes what the host calls back.
struct Alarm {
  chela_timer_listener listener{sizeof(chela_timer_listener), this, [](const chela_timer_listener* self) {
                                  auto& alarm = *static_cast<Alarm*>(self->context);
                                  ++alarm.rings;
                                  if (alarm.then) alarm.then();
                                }};
  int rings = 0;
  std::function<void()> then;
};

struct Response {
  chela_http_listener listener{sizeof(chela_http_listener), this, [](auto*, auto, auto*, auto) {}, [](auto*, auto) {},
                               [](const chela_http_listener* self, chela_status status, chela_str error) {
                                 auto& response = *static_cast<Response*>(self->context);
                                 response.done.push_back(status);
                                 response.error = from_abi(error);
                               }};
  std::vector<chela_status> done;
  std::string error;
};

class HostServicesTest : public PluginTest {
 protected:
  HostServicesTest() {
    acme.on_create = [this](const chela_error_sink*) {
      offered_in_create = service<chela_host_timer>(CHELA_EXT_TIMER) != nullptr;
      return &acme.plugin;
    };
  }
  void start(std::string_view permissions = R"({"network": ["@service", "example.com:443", "*.example.org:8443"]})") {
    write_manifest(acme, fmt::format(R"("provides": [], "permissions": {})", permissions));
    open({&acme});
    auto activated = await(set->activate("acme"));
    ASSERT_TRUE(activated) << activated.error().message;
  }
  template <class Service>
  const Service* service(std::string_view id) {
    return static_cast<const Service*>(acme.host->get_service(acme.host, to_abi(id)));
  }
  // The error of a refused request, or empty.
  std::string send(std::string_view url, Response& response) {
    chela_http_request request{};
    request.struct_size = sizeof(request);
    request.method = to_abi("GET");
    request.url = to_abi(url);
    ErrorText error;
    last_request =
        service<chela_host_http>(CHELA_EXT_HTTP)->send(acme.host, &request, &response.listener, error.sink());
    return last_request != 0 ? "" : error.error("", CHELA_DENIED).message;
  }

  ScriptedPlugin& acme = plugin("acme");
  bool offered_in_create = true;
  std::uint64_t last_request = 0;
};

TEST_F(HostServicesTest, AreOfferedAfterCreateAndWithinPermissions) {
  start("{}");
  EXPECT_FALSE(offered_in_create);
  EXPECT_NE(service<void>(CHELA_EXT_LOG), nullptr);
  EXPECT_NE(service<void>(CHELA_EXT_TIMER), nullptr);
  EXPECT_EQ(service<void>(CHELA_EXT_HTTP), nullptr);  // no host is permitted
  EXPECT_EQ(service<void>("chela.log/2"), nullptr);
  EXPECT_EQ(service<void>("chela.log/"), nullptr);
  EXPECT_EQ(service<void>(""), nullptr);
}

TEST_F(HostServicesTest, TimersFireOnceOnTheHostsClock) {
  start();
  const auto* timers = service<chela_host_timer>(CHELA_EXT_TIMER);
  EXPECT_EQ(timers->unix_ms(acme.host), clock.unix_ms());
  Alarm kept, cancelled, chained;
  EXPECT_NE(timers->start(acme.host, 1000, &kept.listener), 0u);
  auto id = timers->start(acme.host, 1000, &cancelled.listener);
  timers->cancel(acme.host, id);
  timers->cancel(acme.host, 4711);
  kept.then = [&] { timers->start(acme.host, 500, &chained.listener); };
  advance(std::chrono::milliseconds(999));
  EXPECT_EQ(kept.rings, 0);
  advance(std::chrono::milliseconds(1));
  EXPECT_EQ(kept.rings, 1);
  advance(std::chrono::milliseconds(500));
  EXPECT_EQ(chained.rings, 1);
  advance(std::chrono::hours(1));
  EXPECT_EQ(kept.rings + chained.rings, 2);
  EXPECT_EQ(cancelled.rings, 0);
}

TEST_F(HostServicesTest, TimersAreLimitedAndEndWithThePlugin) {
  start();
  const auto* timers = service<chela_host_timer>(CHELA_EXT_TIMER);
  Alarm alarm;
  for (int i = 0; i < 1024; ++i) ASSERT_NE(timers->start(acme.host, 1000, &alarm.listener), 0u);
  EXPECT_EQ(timers->start(acme.host, 1000, &alarm.listener), 0u);
  EXPECT_EQ(timers->start(acme.host, 1000, nullptr), 0u);
  set->stop_all();
  advance(std::chrono::seconds(2));
  EXPECT_EQ(alarm.rings, 0);
}

TEST_F(HostServicesTest, AreThereUntilThePluginIsDestroyedButStartNothingAfterItsStop) {
  start();
  Alarm alarm;
  Response response;
  acme.on_destroy = [&] {
    service<chela_host_log>(CHELA_EXT_LOG)->write(acme.host, CHELA_LOG_INFO, to_abi("a last word"));
    EXPECT_EQ(service<chela_host_timer>(CHELA_EXT_TIMER)->start(acme.host, 1, &alarm.listener), 0u);
    EXPECT_THAT(send("https://example.com/", response), HasSubstr("the plugin is not running"));
  };
  set->stop_all();
  EXPECT_EQ(acme.calls.back(), "destroy");
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("a last word")));
}

TEST_F(HostServicesTest, AListenerThatThrowsIsSurvived) {
  start();
  Alarm alarm;
  alarm.then = [] { throw std::runtime_error("out of the plugin"); };
  service<chela_host_timer>(CHELA_EXT_TIMER)->start(acme.host, 1, &alarm.listener);
  advance(std::chrono::milliseconds(1));
  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(HostServicesTest, LogsUnderThePluginsNameFromAnyThread) {
  start();
  std::thread([this] {
    const auto* log = service<chela_host_log>(CHELA_EXT_LOG);
    log->write(acme.host, CHELA_LOG_WARN, to_abi("from elsewhere"));
    log->write(acme.host, static_cast<chela_log_level>(99), to_abi("of an odd level"));
    log->write(acme.host, CHELA_LOG_INFO, to_abi(std::string(100'000, 'x')));
  }).join();
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("from elsewhere")));
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("of an odd level")));
  EXPECT_EQ(log_lines->lines().back().size(), 8u * 1024);
}

TEST_F(HostServicesTest, CallsOfTheLoopAreRefusedOnOtherThreads) {
  start();
  Alarm alarm, other;
  Response response;
  const auto* timer = service<chela_host_timer>(CHELA_EXT_TIMER);
  auto armed = timer->start(acme.host, 1000, &alarm.listener);
  std::thread([&] {
    EXPECT_EQ(timer->start(acme.host, 1000, &other.listener), 0u);
    timer->cancel(acme.host, armed);
    EXPECT_THAT(send("https://example.com/", response), HasSubstr("loop"));
    service<chela_host_http>(CHELA_EXT_HTTP)->cancel(acme.host, 1);
  }).join();
  advance(std::chrono::seconds(1));
  EXPECT_EQ(alarm.rings, 1);
  EXPECT_EQ(other.rings, 0);
  EXPECT_TRUE(response.done.empty());
  EXPECT_THAT(log_lines->lines(), Contains(HasSubstr("chela.timer/1 start() was called from another thread")));
}

TEST_F(HostServicesTest, RequestsGoOnlyWhereTheManifestSays) {
  start();
  const std::pair<const char*, bool> kTable[] = {{"https://example.com/", true},
                                                 {"https://EXAMPLE.com:443/x", true},
                                                 {"http://example.com:443/", true},
                                                 {"https://service.invalid/v1", true},
                                                 {"https://a.example.org:8443/", true},
                                                 {"https://a.b.example.org:8443/", true},
                                                 {"https://example.com:8443/", false},
                                                 {"http://example.com/", false},
                                                 {"https://sub.example.com/", false},
                                                 {"https://example.org:8443/", false},
                                                 {"https://evilexample.org:8443/", false},
                                                 {"https://a.example.org/", false},
                                                 {"https://example.com.evil.net/", false},
                                                 {"https://example.com@evil.net/", false},
                                                 {"http://127.0.0.1/", false},
                                                 {"file:///etc/passwd", false},
                                                 {"", false},
                                                 {"https://example.com\\@evil.net/", false}};
  for (auto [url, allowed] : kTable) {
    Response response;
    auto refusal = send(url, response);
    EXPECT_EQ(refusal.empty(), allowed) << url << ": " << refusal;
    EXPECT_TRUE(response.done.empty());
    if (last_request == 0) continue;
    service<chela_host_http>(CHELA_EXT_HTTP)->cancel(acme.host, last_request);
    EXPECT_EQ(response.done, std::vector{CHELA_CANCELLED}) << url;
    service<chela_host_http>(CHELA_EXT_HTTP)->cancel(acme.host, last_request);
    EXPECT_EQ(response.done.size(), 1u);
  }
}

TEST_F(HostServicesTest, TellsWhyARequestIsDenied) {
  start();
  Response response;
  EXPECT_THAT(
      send("https://elsewhere.net/", response),
      HasSubstr("plugin acme may not reach elsewhere.net:443: its manifest's permissions.network do not name it"));
}

TEST_F(HostServicesTest, RefusesRequestsAndListenersThatAreIncomplete) {
  start();
  const auto* http = service<chela_host_http>(CHELA_EXT_HTTP);
  Response response;
  chela_http_request request{};
  request.struct_size = sizeof(request) - 8;
  request.url = to_abi("https://example.com/");
  ErrorText error;
  EXPECT_EQ(http->send(acme.host, &request, &response.listener, error.sink()), 0u);
  EXPECT_EQ(http->send(acme.host, nullptr, &response.listener, error.sink()), 0u);
  request.struct_size = sizeof(request);
  EXPECT_EQ(http->send(acme.host, &request, nullptr, error.sink()), 0u);
  request.header_count = 1;  // and no headers
  EXPECT_EQ(http->send(acme.host, &request, &response.listener, error.sink()), 0u);
  request.header_count = 0;
  response.listener.on_body = nullptr;
  EXPECT_EQ(http->send(acme.host, &request, &response.listener, error.sink()), 0u);
}

TEST_F(HostServicesTest, NothingButDestroyReachesAPluginAfterItsStop) {
  start();
  const auto* timers = service<chela_host_timer>(CHELA_EXT_TIMER);
  Alarm alarm;
  Response response, late;
  ASSERT_NE(timers->start(acme.host, 1000, &alarm.listener), 0u);
  ASSERT_EQ(send("https://example.com/", response), "");
  std::vector<chela_status> told_before_stop;
  acme.on_stop = [&] {
    told_before_stop = response.done;
    EXPECT_THAT(send("https://example.com/", late), HasSubstr("the plugin is not running"));
  };
  set->stop_all();
  EXPECT_EQ(told_before_stop, std::vector{CHELA_CANCELLED});
  EXPECT_EQ(response.done.size(), 1u);
  EXPECT_TRUE(late.done.empty());
  advance(std::chrono::seconds(2));
  EXPECT_EQ(alarm.rings, 0);
}

TEST_F(HostServicesTest, OpenRequestsAreLimitedAndEndWithThePlugin) {
  start();
  std::vector<std::unique_ptr<Response>> responses;
  for (int i = 0; i < 2048; ++i) {
    responses.push_back(std::make_unique<Response>());
    ASSERT_EQ(send("https://example.com/", *responses.back()), "");
  }
  Response more;
  EXPECT_THAT(send("https://example.com/", more), HasSubstr("2048 requests open"));
  set->stop_all();
  for (const auto& response : responses) EXPECT_EQ(response->done, std::vector{CHELA_CANCELLED});
}

}  // namespace
}  // namespace chela::plugins
