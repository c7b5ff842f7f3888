// The slices that the kernel's own modules bring: each must be sound by itself, they must fit together, and a
// person's openclaw.json must load with them.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/config/schema.hpp"
#include "tests/paths.hpp"

namespace chela::config {
namespace {

using nlohmann::json;

std::string read(const std::string& name) {
  std::ifstream file(source_dir() / "kernel" / name);
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::pair<const char*, const char*> kSlices[] = {
    {"gateway", "gateway/gateway"},        {"logging", "core/log/logging"},  {"secrets", "core/config/secrets"},
    {"plugins", "core/plugins/plugins"},   {"runtime", "core/plugins/lane"}, {"agents", "runtime/agents"},
    {"models", "runtime/models"},          {"tools", "runtime/tools"},       {"skills", "runtime/skills"},
    {"channels", "runtime/channels"}};

ConfigSpec kernel_spec() {
  ConfigSpec spec;
  for (auto [path, file] : kSlices) {
    std::string schema = read(std::string(file) + ".schema.json");
    for (const auto& problem : spec.add({path, path, schema})) ADD_FAILURE() << text_of(problem);
  }
  spec.know_upstream_keys(read("app/openclaw_keys.txt"));
  return spec;
}

// The reference of all settings is made from the descriptions.
void expect_descriptions(const json& schema, const std::string& path) {
  auto properties = schema.find("properties");
  if (properties == schema.end()) return;
  for (const auto& [key, property] : properties->items()) {
    bool group = property.contains("properties");
    EXPECT_TRUE(group || property.contains("description")) << path << '.' << key;
    expect_descriptions(property, path + '.' + key);
  }
}

std::vector<std::string> lines_of(const std::vector<Problem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(text_of(problem));
  return lines;
}

TEST(KernelSlices, FitTogetherAndAreDescribed) {
  ConfigSpec spec = kernel_spec();
  expect_descriptions(spec.schema(), "$");
  json defaults = json::object();
  fill_defaults(spec.schema(), defaults);
  EXPECT_EQ(lines_of(spec.check(defaults)), std::vector<std::string>{}) << "the defaults are valid themselves";
  EXPECT_EQ(defaults["gateway"]["port"], 18789);
  EXPECT_EQ(defaults["gateway"]["bind"], "loopback");
  EXPECT_EQ(defaults["gateway"]["webSocket"]["maxMessageBytes"], 262144);
}

TEST(KernelSlices, AnOpenClawFileLoadsWithWarningsOnly) {
  auto document = parse_json5(R"({
    gateway: { mode: "local", port: 18789, bind: "lan", auth: { mode: "token", token: "${OPENCLAW_GATEWAY_TOKEN}",
               rateLimit: { maxAttempts: 10 } }, tailscale: { mode: "off" }, controlUi: { enabled: true },
               reload: { mode: "hybrid" }, trustedProxies: ["10.0.0.1"] },
    agents: {
      defaults: { workspace: "~/.openclaw/workspace", model: { primary: "anthropic/claude-opus-4-6",
                  fallbacks: ["openai/gpt-5.2"] }, models: { "openai/gpt-5.2": { alias: "gpt", params: {} } },
                  heartbeat: { every: "2h" }, sandbox: { mode: "off" }, thinkingDefault: "low", maxConcurrent: 4 },
      list: [{ id: "main", default: true, identity: { name: "Clawd", emoji: "x" }, tools: { profile: "full" } }],
      entries: { work: { model: "openai/gpt-5.2", sandbox: { mode: "all" } } },
    },
    models: { mode: "merge", providers: { "my-proxy": { baseUrl: "http://localhost:4000/v1", api: "openai-completions",
      apiKey: { source: "env", provider: "default", id: "LITELLM_KEY" }, headers: { "X-Team": "a" },
      models: [{ id: "llama", name: "Llama", reasoning: false, input: ["text"], contextWindow: 128000, maxTokens: 32000,
                 cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, compat: { supportsStore: false } }] } } },
    channels: { telegram: { enabled: true, botToken: "env:T", allowFrom: ["tg:123"] } },
    tools: { profile: "coding", deny: ["browser"], exec: { security: "allowlist" }, web: { search: { enabled: true } } },
    plugins: { enabled: true, allow: ["voice-call"], load: { paths: ["~/p"] }, slots: { memory: "memory-core" },
               entries: { "voice-call": { enabled: true, config: { provider: "twilio" }, llm: {} } } },
    skills: { load: { extraDirs: ["~/s"], watch: true }, install: { nodeManager: "npm" },
              entries: { "image-lab": { apiKey: "$K", env: { A: "b" } } } },
    logging: { level: "info", consoleStyle: "pretty", redactPatterns: [] },
    session: { scope: "per-sender" }, messages: {}, browser: { enabled: true }, cron: {}, hooks: {}, env: { vars: {} },
    meta: {}, wizard: {}, $schema: "https://openclaw.ai/schema.json",
  })");
  ASSERT_TRUE(document) << document.error().message;
  auto problems = kernel_spec().check(*document);
  std::vector<std::string> errors;
  for (const auto& problem : problems) {
    if (problem.severity == Severity::error) errors.push_back(text_of(problem));
  }
  EXPECT_EQ(errors, std::vector<std::string>{});
  EXPECT_GT(problems.size(), 10u);
}

TEST(KernelSlices, RefuseWhatWouldBeUnsafeToIgnore) {
  const std::pair<const char*, const char*> kTable[] = {
      {"{gateway: {tls: {enabled: true}}}",
       "$.gateway.tls.enabled: expected false, found true (config_const_mismatch)"},
      {"{gateway: {mode: 'remote'}}", "$.gateway.mode: expected \"local\", found \"remote\" (config_enum_mismatch)"},
      {"{gateway: {auth: {mode: 'trusted-proxy'}}}",
       "$.gateway.auth.mode: expected one of \"none\", \"token\" or \"password\", found \"trusted-proxy\" "
       "(config_enum_mismatch)"},
      {"{gateway: {bind: 'everywhere'}}",
       "$.gateway.bind: expected one of \"auto\", \"lan\", \"loopback\", \"custom\" or \"tailnet\" or an IP address, "
       "found "
       "\"everywhere\" (config_any_of_mismatch)"},
      {"{agents: {$include: './agents.json5'}}",
       "$.agents.$include: including other files is not supported by this version; put their content here "
       "(config_unsupported_key)"},
      {"{gateway: {security: {alowedOrigins: []}}}",
       "$.gateway.security.alowedOrigins: unknown key, did you mean \"allowedOrigins\"? (config_unknown_key)"},
  };
  ConfigSpec spec = kernel_spec();
  for (auto [text, line] : kTable) {
    EXPECT_EQ(lines_of(spec.check(*parse_json5(text))), std::vector<std::string>{line}) << text;
  }
}

TEST(KernelSlices, KnowTheVariablesPeopleHave) {
  LoadRequest request;
  request.environment = {{"CHELA_HOME", "/nonexistent"},        {"HOME", "/nonexistent"},
                         {"OPENCLAW_GATEWAY_PORT", "8080"},     {"OPENCLAW_AUTH_TOKEN", "t1"},
                         {"OPENCLAW_GATEWAY_TOKEN", "t2"},      {"OPENCLAW_GATEWAY_PASSWORD", "p"},
                         {"OPENCLAW_WORKSPACE", "/w"},          {"MODEL_PROVIDER_KEY", "sk"},
                         {"MODEL_PROVIDER_ENDPOINT", "http://x"}, {"MODEL_PROVIDER_MODEL", "m"}};
  auto [snapshot, problems] = load(kernel_spec(), request);
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->get_integer("gateway.port"), 8080);
  EXPECT_EQ(snapshot->get_string("gateway.auth.token"), "t2");
  EXPECT_EQ(snapshot->get_string("gateway.auth.password"), "p");
  EXPECT_EQ(snapshot->get_string("agents.defaults.workspace"), "/w");
  EXPECT_EQ(*snapshot->find("models.env"), (json{{"key", "sk"}, {"endpoint", "http://x"}, {"model", "m"}}));
}

}  // namespace
}  // namespace chela::config
