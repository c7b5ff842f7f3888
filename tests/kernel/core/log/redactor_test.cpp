#include "kernel/core/log/redactor.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::log {
namespace {

TEST(Redactor, ReplacesEveryOccurrence) {
  Redactor redactor;
  EXPECT_EQ(redactor.redact("hunter22"), "hunter22");
  EXPECT_TRUE(redactor.add("hunter22"));
  EXPECT_EQ(redactor.redact("hunter22"), "[redacted]");
  EXPECT_EQ(redactor.redact("a hunter22 b hunter22"), "a [redacted] b [redacted]");
  EXPECT_EQ(redactor.redact("hunter2"), "hunter2");
  EXPECT_EQ(redactor.redact(""), "");
}

TEST(Redactor, RefusesValuesThatWouldBlankOrdinaryWords) {
  Redactor redactor;
  EXPECT_FALSE(redactor.add("abc"));
  EXPECT_EQ(redactor.redact("abcdef"), "abcdef");
}

TEST(Redactor, TakesTheLongestAndCoversOverlaps) {
  Redactor redactor;
  redactor.add("abcd");
  redactor.add("abcdefgh");
  redactor.add("ghijkl");
  EXPECT_EQ(redactor.redact("abcdefgh!"), "[redacted]!");
  EXPECT_EQ(redactor.redact("<abcdefghijkl>"), "<[redacted]>");
}

TEST(Redactor, FindsEncodedForms) {
  const std::string secret = "p@ss \"w\\rd\" 1/2?";
  Redactor redactor;
  redactor.add(secret);
  for (std::string text :
       {"p%40ss%20%22w%5Crd%22%201%2F2%3F", "p%40ss%20%22w%5crd%22%201%2f2%3f", "p@ss \\\"w\\\\rd\\\" 1/2?"}) {
    EXPECT_EQ(redactor.redact("q=" + text + "&"), "q=[redacted]&");
  }
  for (std::string before : {"", "u", "us", "use", "user:"}) {
    std::string encoded = to_base64(before + secret + ":tail");
    std::string redacted = redactor.redact("Basic " + encoded);
    EXPECT_NE(redacted.find("[redacted]"), std::string::npos) << encoded;
    EXPECT_EQ(redacted.find(to_base64(secret).substr(4, 12)), std::string::npos);
    // No more of it than the digits it shares with its neighbours may be left.
    EXPECT_LE(redacted.size(), std::string("Basic [redacted]").size() + 4 * (before.size() / 3 + 1) + 8) << redacted;
  }
}

TEST(Redactor, ManySecretsCostOnePass) {
  Redactor redactor;
  std::string last;
  for (int i = 0; i < 1000; ++i) redactor.add(last = "sk-proj-" + random_hex(40));
  std::string text;
  while (text.size() < 1'000'000) text += "The quick brown fox asks the gateway for sk-proj and gets nothing. ";
  text += last;
  auto begin = std::chrono::steady_clock::now();
  std::string redacted = redactor.redact(text);
  auto elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_TRUE(redacted.ends_with("nothing. [redacted]"));
  EXPECT_LT(elapsed, std::chrono::seconds(5)) << "a pass over 1 MB is a matter of milliseconds";
}

TEST(Redactor, MayGrowWhileOthersRead) {
  Redactor redactor;
  redactor.add("first-secret");
  std::jthread writer([&] {
    for (int i = 0; i < 200; ++i) redactor.add("another-secret-" + std::to_string(i));
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(redactor.redact("x first-secret y"), "x [redacted] y");
  writer.join();
  EXPECT_EQ(redactor.secret_count(), 201u);
}

}  // namespace
}  // namespace chela::log
