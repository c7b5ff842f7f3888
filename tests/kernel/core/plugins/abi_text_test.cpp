#include "kernel/core/plugins/abi_text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace chela::plugins {
namespace {

std::string said(std::string_view text) {
  ErrorText error;
  error.sink()->set(error.sink(), to_abi(text));
  return error.error("doing it", CHELA_UNAVAILABLE).message;
}

TEST(AbiText, StatusesAndCodesAreEachOthers) {
#define CHELA_TEST_STATUS(name, value) \
  if (CHELA_##name != CHELA_OK) EXPECT_EQ(to_status(to_error_code(CHELA_##name)), CHELA_##name);
  CHELA_STATUS_MAP(CHELA_TEST_STATUS)
#undef CHELA_TEST_STATUS
  EXPECT_EQ(to_error_code(static_cast<chela_status>(99)), ErrorCode::internal);
}

TEST(AbiText, ErrorsAreWhatThePluginSaidInBoundsAndUtf8) {
  EXPECT_EQ(said("no key"), "doing it: no key");
  EXPECT_EQ(said(""), "doing it: the plugin gave no reason");
  EXPECT_EQ(said("caf\xE9"), "doing it: caf\xEF\xBF\xBD");
  EXPECT_EQ(said(std::string(100'000, 'x')).size(), 4096 + std::string("doing it: ").size());
}

TEST(AbiText, AnExceptionIsAnError) {
  ErrorText error;
  EXPECT_EQ(guarded(error, []() -> chela_status { throw std::runtime_error("out"); }), CHELA_INTERNAL);
  EXPECT_NE(error.error("doing it", CHELA_INTERNAL).message.find("let an exception out"), std::string::npos);
}

TEST(AbiText, SinksKeepWhatFits) {
  TextSink sink(5);
  for (const char* piece : {"abc", "", "def", "ghi"}) sink.sink()->write(sink.sink(), to_abi(piece));
  EXPECT_EQ(sink.text(), "abcde");
}

TEST(AbiText, BytesThatAreNoneAreEmpty) {
  EXPECT_EQ(from_abi({nullptr, 7}), "");
}

}  // namespace
}  // namespace chela::plugins
