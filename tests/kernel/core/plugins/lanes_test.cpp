#include "kernel/core/plugins/lanes.hpp"

#include <gtest/gtest.h>

#include "kernel/core/plugins/lifecycle.hpp"
#include "kernel/core/plugins/registry.hpp"

namespace chela::plugins {
namespace {

TEST(Lanes, AreReadInEitherVocabulary) {
  const std::pair<const char*, std::optional<LaneRequest>> kTable[] = {
      {"static", LaneRequest::static_only}, {"aot", LaneRequest::static_only}, {" AOT ", LaneRequest::static_only},
      {"dynamic", LaneRequest::dynamic},    {"jit", LaneRequest::dynamic},     {"Jit", LaneRequest::dynamic},
      {"auto", LaneRequest::automatic},     {"", LaneRequest::automatic},      {"fast", std::nullopt}};
  for (auto [text, expected] : kTable) EXPECT_EQ(parse_lane(text), expected) << text;
  EXPECT_EQ(name_of(LaneRequest::static_only), "static");
  EXPECT_EQ(name_of(LaneRequest::dynamic), "dynamic");
  EXPECT_EQ(name_of(LaneRequest::automatic), "auto");
}

TEST(Lanes, ResolveToWhatTheBuildCan) {
  EXPECT_EQ(*resolve_lane(LaneRequest::static_only), Lane::static_only);
  EXPECT_EQ(*resolve_lane(LaneRequest::automatic), dynamic_code_supported() ? Lane::dynamic : Lane::static_only);
  EXPECT_EQ(resolve_lane(LaneRequest::dynamic).has_value(), dynamic_code_supported());
}

TEST(Lanes, AllowWhatTheTableSays) {
  struct Row {
    const char* kind;
    bool out_of_process_when_static;
  };
  const Row kTable[] = {{"tool", true},        {"service", true},   {"skill", true}, {"channel", false},
                        {"command", false},    {"provider", false}, {"hook", false}, {"memory", false},
                        {"http_route", false}, {"cli", false}};
  for (auto row : kTable) {
    EXPECT_TRUE(allows(Lane::static_only, Carrier::linked_in, row.kind)) << row.kind;
    EXPECT_FALSE(allows(Lane::static_only, Carrier::native_library, row.kind)) << row.kind;
    EXPECT_EQ(allows(Lane::static_only, Carrier::out_of_process, row.kind), row.out_of_process_when_static) << row.kind;
    for (auto carrier : {Carrier::linked_in, Carrier::native_library, Carrier::out_of_process}) {
      EXPECT_TRUE(allows(Lane::dynamic, carrier, row.kind)) << row.kind;
    }
  }
}

TEST(Lifecycle, GoesAlongItsTable) {
  State state = State::found;
  for (auto [step, expected] : {std::pair{Step::verify, State::verified},
                                {Step::resolve, State::resolved},
                                {Step::load, State::loaded},
                                {Step::configure, State::configured},
                                {Step::start, State::started},
                                {Step::stop, State::stopped},
                                {Step::configure, State::configured}}) {
    EXPECT_EQ(next_state(state, step, false), State::failed) << name_of(step);
    state = next_state(state, step, true);
    EXPECT_EQ(state, expected) << name_of(step);
  }
}

TEST(LifecycleDeathTest, RefusesAStepThatTheStateDoesNotAllow) {
  EXPECT_DEATH(next_state(State::found, Step::start, true), "a plugin takes only the steps that its state allows");
  EXPECT_DEATH(next_state(State::failed, Step::load, true), "a plugin takes only the steps");
  EXPECT_DEATH(next_state(State::disabled, Step::verify, true), "a plugin takes only the steps");
}

TEST(Registry, FindsByKindAndId) {
  Registry registry;
  ASSERT_TRUE(registry.add({"tool", "b", "beta", nullptr}));
  ASSERT_TRUE(registry.add({"tool", "a", "alpha", nullptr}));
  ASSERT_TRUE(registry.add({"provider", "a", "alpha", nullptr}));
  ASSERT_NE(registry.find("tool", "a"), nullptr);
  EXPECT_EQ(registry.find("tool", "a")->plugin_id, "alpha");
  EXPECT_EQ(registry.find("tool", "c"), nullptr);
  EXPECT_EQ(registry.find("hook", "a"), nullptr);
  auto tools = registry.list("tool");
  ASSERT_EQ(tools.size(), 2u);
  EXPECT_EQ(tools[0]->id, "a");
  EXPECT_EQ(tools[1]->id, "b");
  EXPECT_TRUE(registry.list("too").empty());
  EXPECT_EQ(registry.list_all().size(), 3u);
}

TEST(Registry, NamesBothPluginsThatWantTheSame) {
  Registry registry;
  ASSERT_TRUE(registry.add({"tool", "a", "alpha", nullptr}));
  auto second = registry.add({"tool", "a", "beta", nullptr});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_EQ(second.error().message,
            "tool/a is provided by both alpha and beta; disable one of them in plugins.entries");
  EXPECT_EQ(registry.find("tool", "a")->plugin_id, "alpha");
}

}  // namespace
}  // namespace chela::plugins
