#include "kernel/runtime/capabilities/services.hpp"

#include <atomic>

#include "chela/ext/service.h"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {
namespace {

using plugins::from_abi;
using plugins::to_abi;
using testing::ElementsAre;
using testing::HasSubstr;

class ServicesTest : public plugins::PluginTest {
 protected:
  ServicesTest() { current = this; }
  void SetUp() override {
    write_manifest(acme, R"("provides": [{"kind": "service", "id": "clock"}])");
    static constexpr chela_plugin_service kTable{sizeof(chela_plugin_service), &start_thunk, &stop_thunk};
    acme.extensions[CHELA_EXT_SERVICE] = &kTable;
    open({&acme});
    services.emplace(loop, logger, *set);
  }
  void TearDown() override {
    (void)await(services->stop());  // a worker may be ending one
    services.reset();
    PluginTest::TearDown();
  }
  void begin() {
    services->start();
    run_until([&] { return started > 0; });
  }
  void fail(std::string_view why) { monitor->fail(monitor, CHELA_UNAVAILABLE, to_abi(why)); }
  ServiceHealth health() const { return services->health().at(0); }

  plugins::ScriptedPlugin& acme = plugin("acme");
  std::optional<Services> services;
  const chela_service_monitor* monitor = nullptr;
  chela_status answer = CHELA_OK;
  int started = 0;
  std::atomic<int> stopped = 0;
  std::atomic<bool> stops_on_loop = false;

 private:
  static inline ServicesTest* current = nullptr;
  static chela_status start_thunk(const chela_plugin*, chela_str id, const chela_service_monitor* monitor,
                                  const chela_error_sink* error) {
    EXPECT_EQ(from_abi(id), "clock");
    current->monitor = monitor;
    ++current->started;
    if (current->answer != CHELA_OK) error->set(error, to_abi("no power"));
    return current->answer;
  }
  static void stop_thunk(const chela_plugin*, chela_str) {
    if (current->loop.on_loop_thread()) current->stops_on_loop = true;
    ++current->stopped;
  }
};

TEST_F(ServicesTest, BeginWithTheGatewayAndEndBeforeIt) {
  EXPECT_EQ(started, 0);
  begin();
  EXPECT_EQ(health().state, "running");
  auto ended = await(services->stop());
  EXPECT_TRUE(ended);
  EXPECT_EQ(stopped, 1);
  EXPECT_FALSE(stops_on_loop);
  EXPECT_EQ(health().state, "stopped");
  EXPECT_EQ(acme.calls.back(), "start");  // the plugin itself is stopped later
}

TEST_F(ServicesTest, AreBegunAgainWithBackOff) {
  begin();
  fail("fell over");
  run_until([&] { return health().state == "waiting"; });
  EXPECT_EQ(stopped, 1);
  EXPECT_EQ(health().text, "fell over");
  advance(std::chrono::milliseconds(199));
  EXPECT_EQ(started, 1);
  advance(std::chrono::milliseconds(1));
  run_until([&] { return started == 2; });
  EXPECT_EQ(health().restarts, 1u);
  fail("again");
  run_until([&] { return health().state == "waiting"; });
  advance(std::chrono::milliseconds(399));
  EXPECT_EQ(started, 2);
  advance(std::chrono::milliseconds(1));
  run_until([&] { return started == 3; });
}

TEST_F(ServicesTest, StayDownWhenTheyKeepFailing) {
  answer = CHELA_UNAVAILABLE;
  begin();
  for (int i = 0; i < 20 && health().state != "failed"; ++i) {
    settle();
    advance(std::chrono::seconds(31));
  }
  EXPECT_EQ(health().state, "failed");
  EXPECT_THAT(health().text, HasSubstr("no power"));
  EXPECT_EQ(started, ServiceRun::kFailuresMax);
  EXPECT_EQ(stopped, 0);  // what did not begin is not ended
  EXPECT_THAT(log_lines->lines(), testing::Contains(HasSubstr("stays down")));
}

TEST_F(ServicesTest, SayHowTheyAre) {
  begin();
  monitor->report(monitor, to_abi("degraded"), to_abi("slow link"));
  settle();
  EXPECT_EQ(health().state, "degraded");
  EXPECT_EQ(health().text, "slow link");
  monitor->report(monitor, to_abi("ok"), to_abi("fine"));
  settle();
  EXPECT_EQ(health().state, "running");
}

}  // namespace
}  // namespace chela::runtime
