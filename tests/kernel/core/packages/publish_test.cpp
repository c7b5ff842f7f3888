#include "kernel/core/packages/publish.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/trust_store.hpp"
#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

using plugins::TrustLevel;

class Publish : public testing::Test {
 protected:
  void SetUp() override {
    write_package(place / "weather", "weather", "1.0.0");
    write_text(place / "weather/README.md", "# Weather\n");
  }
  bool finds(std::string_view code) {
    auto problems = publish_problems(engine, place / "weather");
    return std::ranges::find(problems, code, &PackageProblem::code) != problems.end();
  }
  const PackagesModule& engine = test_engine();
  TemporaryDirectory place;
  SecretKey key = *make_key(engine);
};

TEST_F(Publish, WhatIsSignedAndPackedIsFoundSigned) {
  ASSERT_TRUE(sign_folder(engine, key, place / "weather"));
  ASSERT_TRUE(pack_folder(engine, place / "weather", place / "weather.tgz"));
  ASSERT_TRUE(unpack(engine, place / "weather.tgz", place / "tree"));
  auto keys = *TrustStore::open(place.path());
  ASSERT_TRUE(keys.add(public_part(key), "Ada", 1));
  auto folder = place / "tree/package";
  auto files = read_tree(folder);
  EXPECT_EQ(keys.judge_folder(engine, folder, "weather", "1.0.0", *files).state, SignatureState::trusted);
  EXPECT_EQ(keys.judge_folder(engine, folder, "weather", "0.9.0", *files).state, SignatureState::invalid);
  EXPECT_EQ(keys.judge_folder(engine, folder, "other", "1.0.0", *files).state, SignatureState::invalid);
  std::filesystem::remove(folder / kFileSignatureName);
  EXPECT_EQ(keys.judge_folder(engine, folder, "weather", "1.0.0", *read_tree(folder)).state, SignatureState::invalid);
}

TEST_F(Publish, FindsWhatOthersWouldStumbleOver) {
  EXPECT_TRUE(finds("load_failed"));
  EXPECT_TRUE(finds("no_license"));
  EXPECT_TRUE(finds("unsigned"));
  EXPECT_FALSE(finds("no_readme"));
  ASSERT_TRUE(sign_folder(engine, key, place / "weather"));
  EXPECT_FALSE(finds("unsigned"));
  EXPECT_FALSE(finds("signature_outdated"));
  write_text(place / "weather/README.md", "# Changed\n");
  EXPECT_TRUE(finds("signature_outdated"));
  write_text(place / "weather/deploy.key", "secret");
  EXPECT_TRUE(finds("secret_in_package"));
  write_text(place / "weather/readme.md", "# Twice\n");
  EXPECT_TRUE(finds("invalid_name"));
}

TEST(TrustLevels, AreDecidedByWhatIsKnown) {
  struct Row {
    plugins::TrustGrounds grounds;
    TrustLevel level;
  };
  const Row rows[] = {{{}, TrustLevel::untrusted},
                      {{.reviewed = true}, TrustLevel::reviewed},
                      {{.signed_by_trusted_key = true}, TrustLevel::verified},
                      {{.signed_by_trusted_key = true, .reviewed = true}, TrustLevel::verified},
                      {{.bundled = true}, TrustLevel::bundled}};
  for (const auto& row : rows) EXPECT_EQ(plugins::decide_trust(row.grounds), row.level);
  for (const char* name : {"bundled", "verified", "reviewed", "untrusted"})
    EXPECT_EQ(plugins::name_of(*plugins::parse_trust_level(name)), name);
  EXPECT_FALSE(plugins::parse_trust_level("trusted"));
}

TEST(TrustLevels, EndWithTheKeyAndWithTheFilesThatWereReviewed) {
  TemporaryDirectory home;
  const auto& engine = test_engine();
  auto key = *make_key(engine);
  auto keys = *TrustStore::open(home.path());
  ASSERT_TRUE(keys.add(public_part(key), "Ada", 1));
  LockEntry entry{.id = "weather", .digest = "sha256-1"};
  EXPECT_EQ(trust_level(entry, keys), TrustLevel::untrusted);
  entry.reviewed_digest = "sha256-1";
  EXPECT_EQ(trust_level(entry, keys), TrustLevel::reviewed);
  entry.reviewed_digest = "sha256-2";
  EXPECT_EQ(trust_level(entry, keys), TrustLevel::untrusted);
  entry.signature = SignatureState::trusted;
  entry.key_id = key.id;
  EXPECT_EQ(trust_level(entry, keys), TrustLevel::verified);
  ASSERT_TRUE(keys.revoke(key.id, "", 2));
  EXPECT_EQ(trust_level(entry, keys), TrustLevel::untrusted);
}

}  // namespace
}  // namespace chela::packages
