#include "kernel/core/packages/signature.hpp"

#include <gtest/gtest.h>

#include "kernel/core/packages/trust_store.hpp"
#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

// Debian's minisign: the program that the format is from.
int minisign(const std::string& arguments) {
  return std::system(("minisign " + arguments + " > /dev/null 2>&1 < /dev/null").c_str());
}

class Signatures : public testing::Test {
 protected:
  const PackagesModule& engine = test_engine();
  TemporaryDirectory home;
  SecretKey key = *make_key(engine);
};

TEST_F(Signatures, OursPassWithMinisign) {
  write_text(home / "message", "a text\n");
  write_text(home / "key.pub", public_key_text(public_part(key)));
  write_text(home / "message.minisig", *sign_text(engine, key, "a text\n", "weather 1.0.0"));
  auto check = fmt::format("-V -p {0}/key.pub -m {0}/message", home.path().string());
  EXPECT_EQ(minisign(check), 0);
  write_text(home / "message", "another text\n");
  EXPECT_NE(minisign(check), 0);
}

TEST_F(Signatures, MinisignSignsWithOurKey) {
  write_text(home / "message", "a text\n");
  write_text(home / "key", secret_key_text(key));
  ASSERT_EQ(minisign(fmt::format("-S -s {0}/key -m {0}/message -t 'by minisign'", home.path().string())), 0);
  auto signature = parse_signature(read_text(home / "message.minisig"));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->trusted_comment, "by minisign");
  EXPECT_EQ(signature->key_id, key.id);
  EXPECT_TRUE(check_signature(engine, public_part(key), *signature, "a text\n"));
}

TEST_F(Signatures, TakesKeysAndBothFormsOfMinisign) {
  auto in = home.path().string();
  ASSERT_EQ(minisign(fmt::format("-G -W -p {0}/a.pub -s {0}/a.key", in)), 0);
  write_text(home / "message", "a text\n");
  auto pub = parse_public_key(read_text(home / "a.pub"));
  ASSERT_TRUE(pub) << pub.error().message;
  auto id = pub->id.substr(pub->id.find_first_not_of('0'));  // minisign writes no zeros in front
  EXPECT_NE(read_text(home / "a.pub").find(id), std::string::npos);  // the id as minisign prints it
  for (const char* form : {"", "-l"}) {
    ASSERT_EQ(minisign(fmt::format("-S {1} -s {0}/a.key -m {0}/message", in, form)), 0);
    auto signature = parse_signature(read_text(home / "message.minisig"));
    ASSERT_TRUE(signature);
    EXPECT_EQ(signature->prehashed, std::string_view(form).empty());
    EXPECT_TRUE(check_signature(engine, *pub, *signature, "a text\n"));
    EXPECT_FALSE(check_signature(engine, *pub, *signature, "a texT\n"));
  }
  auto secret = parse_secret_key(read_text(home / "a.key"));
  ASSERT_TRUE(secret) << secret.error().message;
  EXPECT_EQ(secret->public_key, pub->bytes);
  EXPECT_EQ(secret_key_text(*secret).substr(secret_key_text(*secret).find('\n')),
            read_text(home / "a.key").substr(read_text(home / "a.key").find('\n')));
}

TEST_F(Signatures, NoChangedByteOfASignatureFilePasses) {
  auto text = *sign_text(engine, key, "a text\n", "weather 1.0.0");
  auto pub = public_part(key);
  auto store = *TrustStore::open(home.path());
  ASSERT_TRUE(store.add(pub, "Ada", 1));
  ASSERT_EQ(store.judge(engine, "a text\n", text).state, SignatureState::trusted);
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    for (char flip : {'\x01', '\x20', '\x03'}) {
      auto changed = text;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      EXPECT_NE(store.judge(engine, "a text\n", changed).state, SignatureState::trusted) << at << ": " << changed;
    }
  }
}

TEST_F(Signatures, RefusesWhatIsNoKeyAndNoSignature) {
  for (const char* text : {"", "x", "RWQ", "untrusted comment: x\nAAAA\n", "untrusted comment: x\n\n\n\n"}) {
    EXPECT_FALSE(parse_public_key(text));
    EXPECT_FALSE(parse_secret_key(text));
    EXPECT_FALSE(parse_signature(text));
  }
  EXPECT_FALSE(parse_public_key(secret_key_text(key)));
  EXPECT_FALSE(sign_text(engine, key, "x", "two\nlines"));
}

// RFC 8032, section 7.1, TEST 2.
TEST_F(Signatures, KeepsToTheStandard) {
  auto bytes = [](std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
  };
  auto seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  auto pub = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  auto expected = bytes(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
      "b00d291612bb0c00");
  EXPECT_EQ(*engine.sign(seed, "\x72"), expected);
  EXPECT_TRUE(engine.verify(pub, "\x72", expected));
  // The same signature with the group's order added to S: a second signature for one message.
  auto more = expected;
  const auto order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(more[32 + i]) + static_cast<unsigned char>(order[i]);
    more[32 + i] = static_cast<char>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(engine.verify(pub, "\x72", more));
}

TEST_F(Signatures, KeysAreTrustedUntilRevoked) {
  auto store = TrustStore::open(home.path());
  ASSERT_TRUE(store);
  const std::string list = "chela-package 1\n";
  auto signature = *sign_text(engine, key, list, "");
  EXPECT_EQ(store->judge(engine, list, "").state, SignatureState::unsigned_package);
  EXPECT_EQ(store->judge(engine, list, signature).state, SignatureState::unknown_key);
  ASSERT_TRUE(store->add(public_part(key), "Ada", 1));
  EXPECT_FALSE(store->add(public_part(key), "Ada", 1));
  EXPECT_EQ(store->judge(engine, list, signature).state, SignatureState::trusted);
  EXPECT_EQ(store->judge(engine, list + "x", signature).state, SignatureState::invalid);
  EXPECT_EQ(store->judge(engine, list, "nonsense").state, SignatureState::invalid);
  auto again = TrustStore::open(home.path());
  EXPECT_EQ(again->judge(engine, list, signature).state, SignatureState::trusted);
  ASSERT_TRUE(again->revoke(key.id, "stolen", 2));
  EXPECT_EQ(TrustStore::open(home.path())->judge(engine, list, signature).state, SignatureState::revoked);
  EXPECT_FALSE(again->add(public_part(key), "Ada", 3));
}

TEST_F(Signatures, AKeyNamesItsSuccessor) {
  auto store = TrustStore::open(home.path());
  auto next = *make_key(engine);
  auto key_file = public_key_text(public_part(next));
  auto statement = *parse_signature(*sign_text(engine, key, key_file, "successor"));
  EXPECT_FALSE(store->add_successor(engine, key_file, statement, "Ada", 1));  // nobody knows the signer
  ASSERT_TRUE(store->add(public_part(key), "Ada", 1));
  EXPECT_FALSE(store->add_successor(engine, key_file + "x", statement, "Ada", 1));
  ASSERT_TRUE(store->add_successor(engine, key_file, statement, "Ada", 1));
  auto signature = *sign_text(engine, next, "list", "");
  EXPECT_EQ(store->judge(engine, "list", signature).state, SignatureState::trusted);
  ASSERT_TRUE(store->revoke(key.id, "stolen", 2));  // whoever stole it may have named this one
  EXPECT_EQ(store->judge(engine, "list", signature).state, SignatureState::revoked);
}

TEST_F(Signatures, ADamagedStoreIsNoEmptyOne) {
  for (const char* text :
       {"", "{}", "[]", "{\"keys\":[{}],\"revoked\":[]}", "{\"keys\":[],\"revoked\":[{}]}", "{\"keys\":"}) {
    write_text(home / "trust/trust.json", text);
    EXPECT_FALSE(TrustStore::open(home.path())) << text;
  }
}

}  // namespace
}  // namespace chela::packages
