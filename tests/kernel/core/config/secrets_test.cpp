#include "kernel/core/config/secrets.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kernel/core/base/random.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

class SecretsTest : public testing::Test {
 protected:
  void SetUp() override {
    home = std::filesystem::temp_directory_path() / ("chela-secrets-" + random_hex(12));
    std::filesystem::create_directories(home);
    write("single", "from-file\n", 0600);
    write("store.json", R"({"a/b": {"key": "from-json"}, "number": 5})", 0600);
    write("open", "visible", 0644);
  }
  void TearDown() override { std::filesystem::remove_all(home); }

  void write(const std::string& name, const std::string& text, mode_t mode) {
    std::ofstream(home / name) << text;
    ::chmod((home / name).c_str(), mode);
  }

  SecretResolver resolver() {
    json providers = {{"files", {{"source", "file"}, {"path", "~/store.json"}}},
                      {"one", {{"source", "file"}, {"path", "~/single"}, {"mode", "singleValue"}}},
                      {"few", {{"source", "env"}, {"allowlist", {"ALLOWED"}}}}};
    return SecretResolver({{"KEY", "from-env"}, {"EMPTY", ""}, {"ALLOWED", "yes!"}}, home.string(), &providers,
                          [this](std::string_view secret) { seen.emplace_back(secret); });
  }

  std::filesystem::path home;
  std::vector<std::string> seen;
};

TEST_F(SecretsTest, ResolvesEveryKindOfReference) {
  const std::pair<json, std::string> kTable[] = {
      {"env:KEY", "from-env"},
      {"ENV: KEY", "from-env"},
      {"$KEY", "from-env"},
      {"${KEY}", "from-env"},
      {"Bearer ${KEY}!", "Bearer from-env!"},
      {"$${KEY}", "${KEY}"},
      {"raw:env:KEY", "env:KEY"},
      {"plain literal", "plain literal"},
      {"$lower", "$lower"},
      {"file:~/single", "from-file"},
      {"file:" + (home / "single").string(), "from-file"},
      {{{"source", "env"}, {"provider", "default"}, {"id", "KEY"}}, "from-env"},
      {{{"source", "env"}, {"provider", "few"}, {"id", "ALLOWED"}}, "yes!"},
      {{{"source", "file"}, {"provider", "files"}, {"id", "/a~1b/key"}}, "from-json"},
      {{{"source", "file"}, {"provider", "one"}, {"id", "value"}}, "from-file"},
  };
  for (const auto& [reference, secret] : kTable) {
    seen.clear();
    auto resolved = resolver().resolve(reference);
    ASSERT_TRUE(resolved) << reference << ": " << resolved.error().message;
    EXPECT_EQ(*resolved, secret);
    EXPECT_EQ(seen, std::vector<std::string>{secret}) << "the redactor must know it first";
  }
}

TEST_F(SecretsTest, ErrorsNameTheReference) {
  const std::tuple<json, ErrorCode, std::string> kTable[] = {
      {"env:ABSENT", ErrorCode::not_found, "ABSENT"},
      {"env:EMPTY", ErrorCode::not_found, "EMPTY"},
      {"Bearer ${ABSENT}", ErrorCode::not_found, "ABSENT"},
      {"file:~/absent", ErrorCode::not_found, "absent"},
      {"file:~/open", ErrorCode::denied, "chmod 600"},
      {"file:~", ErrorCode::denied, "every user"},
      {{{"source", "exec"}, {"provider", "vault"}, {"id", "x"}}, ErrorCode::unsupported, "exec"},
      {{{"source", "file"}, {"provider", "none"}, {"id", "/x"}}, ErrorCode::not_found, "none"},
      {{{"source", "file"}, {"provider", "files"}, {"id", "/absent"}}, ErrorCode::not_found, "/absent"},
      {{{"source", "file"}, {"provider", "files"}, {"id", "/number"}}, ErrorCode::invalid_argument, "/number"},
      {{{"source", "file"}, {"provider", "files"}, {"id", "value"}}, ErrorCode::invalid_argument, "pointer"},
      {{{"source", "env"}, {"provider", "few"}, {"id", "KEY"}}, ErrorCode::denied, "allowlist"},
      {{{"source", "env"}}, ErrorCode::invalid_argument, "secret reference"},
      {5, ErrorCode::invalid_argument, "secret reference"},
  };
  for (const auto& [reference, code, text] : kTable) {
    auto resolved = resolver().resolve(reference);
    ASSERT_FALSE(resolved) << reference;
    EXPECT_EQ(resolved.error().code, code) << resolved.error().message;
    EXPECT_NE(resolved.error().message.find(text), std::string::npos) << resolved.error().message;
  }
}

TEST_F(SecretsTest, AFileThatIsNoSoundJsonHoldsNoSecret) {
  const json reference = {{"source", "file"}, {"provider", "files"}, {"id", "/a"}};
  const std::pair<std::string, const char*> kTable[] = {
      {"", "the file is not valid JSON"},
      {R"({"a": "x)", "the file is not valid JSON"},
      {std::string("{\"a\": \"x\"}\0", 11), "the file is not valid JSON"},
      {"{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}", "the file nests deeper"},
      {"[]", "the file has nothing at /a"},
      {R"({"a": {"a": "x"}})", "there is no text at /a"},
  };
  for (const auto& [text, message] : kTable) {
    write("store.json", text, 0600);
    auto resolved = resolver().resolve(reference);
    ASSERT_FALSE(resolved) << text.substr(0, 20);
    EXPECT_NE(resolved.error().message.find(message), std::string::npos) << resolved.error().message;
  }
}

TEST(Secrets, TellsLiteralsFromReferences) {
  for (auto literal : {"sk-123", "raw:x", "$lower", "a$${KEY}", "pa$$word"})
    EXPECT_TRUE(is_literal_secret(literal)) << literal;
  for (auto reference : {"env:KEY", "file:/x", "$KEY", "${KEY}", "Bearer ${KEY}"})
    EXPECT_FALSE(is_literal_secret(reference)) << reference;
  EXPECT_TRUE(is_raw_secret("RAW:x"));
  EXPECT_FALSE(is_raw_secret("x"));
}

}  // namespace
}  // namespace chela::config
