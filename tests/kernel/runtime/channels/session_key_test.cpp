#include "kernel/runtime/channels/session_key.hpp"

#include <gtest/gtest.h>

#include "kernel/runtime/sessions/sessions.hpp"

namespace chela::runtime {
namespace {

TEST(SessionKey, IsAnIdAndComesBack) {
  const std::string keys[] = {"agent:main:main", "agent:main:dingtalk:direct:staff1", "agent:main:weixin:direct:u1@im.wechat",
                              "agent:ops:telegram:group:-100_1:thread:7", "agent:main:irc:direct:a..b...c", "a_b__c_5F",
                              "agent:main:x:direct:grüße 🙂/\\\"\n", "cidA+/=="};
  for (const auto& key : keys) {
    auto id = session_id_of(key);
    EXPECT_TRUE(is_session_id(id)) << id;
    EXPECT_EQ(session_key_of(id), key);
  }
}

TEST(SessionKey, KeepsDifferentKeysApart) {
  EXPECT_NE(session_id_of("a_b"), session_id_of("a__b"));
  EXPECT_NE(session_id_of("a b"), session_id_of("a_20b"));
  EXPECT_NE(session_id_of("a.."), session_id_of("a._2E"));
}

TEST(SessionKey, ShortensWhatDoesNotFit) {
  const std::string one = "agent:main:mail:direct:" + std::string(900, 'x');
  auto id = session_id_of(one);
  EXPECT_TRUE(is_session_id(id)) << id.size();
  EXPECT_TRUE(id.starts_with("agent:main:mail:direct:xxx"));
  EXPECT_NE(id, session_id_of(one + "y"));
  EXPECT_EQ(session_id_of(session_key_of(id)), id) << "a shortened id stands for itself";
}

TEST(SessionKey, LeavesOtherIdsAlone) {
  for (const char* id : {"s-1_", "_", "_4", "_G0", "x_5"}) EXPECT_EQ(session_key_of(id), id);
}

TEST(SessionKey, NamesItsAgent) {
  EXPECT_EQ(agent_of("agent:ops:telegram:direct:1"), "ops");
  EXPECT_EQ(agent_of("agent::x"), "main");
  EXPECT_EQ(agent_of("hook:1"), "main");
}

}  // namespace
}  // namespace chela::runtime
