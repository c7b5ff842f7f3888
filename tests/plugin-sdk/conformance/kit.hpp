#pragma once

// Runs the conformance kit and keeps what it reports.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "plugin-sdk/conformance/conformance.hpp"
#include "tests/paths.hpp"

namespace chela::conformance {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHELA_SANITIZED
#endif
#endif
#ifdef CHELA_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// Of a case with a bad plugin, some of which hang; longer where everything is slower.
constexpr std::uint64_t kDeadlineMs = kSanitized ? 12'000 : 3000;

inline std::string run_to_text(const Options& options, int& code) {
  std::FILE* out = std::tmpfile();
  code = run(options, out);
  std::string text(static_cast<std::size_t>(std::ftell(out)), '\0');
  std::rewind(out);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), out), text.size());
  std::fclose(out);
  return text;
}

// The outcome of each case: "pass", "fail: text", …
inline std::map<std::string, std::string> check(const std::filesystem::path& library, int& code,
                                                std::uint64_t deadline_ms = Options().deadline_ms) {
  Options options;
  options.library = library.string();
  options.json = true;
  options.seed = 1;
  options.deadline_ms = deadline_ms;
  const auto report = nlohmann::json::parse(run_to_text(options, code), nullptr, false);
  std::map<std::string, std::string> outcomes;
  if (!report.is_object()) return outcomes;
  for (const auto& c : report["cases"]) {
    const auto text = c["text"].get<std::string>();
    outcomes[c["name"]] = c["outcome"].get<std::string>() + (text.empty() ? "" : ": " + text);
  }
  return outcomes;
}

inline std::filesystem::path bad_plugin(const std::string& id) {
  return build_dir() / "lib/bad-plugins" / id / (id + ".so");
}

inline bool is_bad(const std::string& outcome) {
  return outcome.starts_with("fail") || outcome.starts_with("crash") || outcome.starts_with("hang");
}

inline Options options_for(const std::filesystem::path& library, const std::string& filter = "") {
  Options options;
  options.library = library.string();
  options.filter = filter;
  return options;
}

}  // namespace chela::conformance
