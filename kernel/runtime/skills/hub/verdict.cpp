#include "kernel/runtime/skills/hub/verdict.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime::skills::hub {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kReasonsMax = 50;

const Json& member(const Json& object, const char* key) {
  static const Json kNothing;
  auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

// Absent when it is no text; the registry says null for what it does not know.
std::string text_in(const Json& object, const char* key) {
  return object.is_object() ? std::string(trim(text_of(object, key))) : std::string();
}

std::unexpected<Error> no_verdict(const std::string& slug, const std::string& version, const std::string& why) {
  return fail(ErrorCode::unavailable,
              "clawhub_security_unavailable: ClawHub gave no verdict on {} {} that counts ({}); nothing was installed",
              slug, version, why);
}

// What the registry was asked must be what it answers about; else a verdict on one skill would let another in.
std::string mismatch(const Json& item, const std::string& slug, const std::string& owner, const std::string& version) {
  auto handle = [](std::string_view text) { return to_lower(text.starts_with('@') ? text.substr(1) : text); };
  if (!equal_ignoring_case(text_in(item, "requestedSlug"), slug)) return "it is about another skill";
  if (text_in(item, "requestedVersion") != version) return "it is about another version";
  auto asked = handle(text_in(item, "requestedOwnerHandle"));
  if (!asked.empty() && asked != owner) return "it is about another owner's skill";
  auto found = text_in(item, "slug");
  if (!found.empty() && !equal_ignoring_case(found, slug)) return "it found another skill";
  if (text_in(item, "version") != version) {
    const auto& problem = member(item, "error");
    auto words = problem.is_object() ? text_in(problem, "message") : std::string();
    return words.empty() ? "it found another version" : words;
  }
  if (!owner.empty() && handle(text_in(item, "publisherHandle")) != owner) return "it found another owner's skill";
  return {};
}

bool is_blocking(std::string_view reason) {
  auto lower = to_lower(reason);
  return lower.contains("malicious") || lower.contains("malware") || lower == "blocked" ||
         lower.ends_with("_blocked") || lower.ends_with(".blocked");
}

}  // namespace

std::string_view name_of(Finding finding) {
  constexpr auto kNames = std::to_array<std::string_view>({
#define CHELA_HUB_FINDING_NAME(name, meaning) #name,
      CHELA_HUB_FINDING_MAP(CHELA_HUB_FINDING_NAME)
#undef CHELA_HUB_FINDING_NAME
  });
  return kNames[static_cast<std::size_t>(finding)];
}

Result<Verdict> read_verdict(const Json& item, const std::string& slug, const std::string& owner,
                             const std::string& version) {
  if (!item.is_object()) return no_verdict(slug, version, "the answer is malformed");
  if (auto why = mismatch(item, slug, owner, version); !why.empty()) return no_verdict(slug, version, why);
  if (const auto& problem = member(item, "error"); !problem.is_null())
    return no_verdict(slug, version, problem.is_object() ? text_in(problem, "message") : "it names an error");
  const auto& ok = member(item, "ok");
  const auto& reasons = member(item, "reasons");
  if (!ok.is_boolean() || !reasons.is_array()) return no_verdict(slug, version, "the answer is malformed");
  const auto& security = member(item, "security");
  Verdict out;
  out.status = to_lower(text_in(security, "status"));
  if (out.status.empty()) out.status = to_lower(text_in(security, "rawStatus"));
  out.overview = text_in(item, "overview");
  out.audit_url = text_in(item, "securityAuditUrl");
  for (const auto& reason : reasons) {
    if (reason.is_string() && out.reasons.size() < kReasonsMax) out.reasons.push_back(reason.get<std::string>());
  }
  auto decision = to_lower(text_in(item, "decision"));
  const bool reasons_block = std::ranges::any_of(reasons, [](const Json& reason) {
    return reason.is_string() && is_blocking(reason.get_ref<const std::string&>());
  });
  if (decision == "blocked" || out.status == "malicious" || reasons_block) {
    out.finding = Finding::blocked;
    return out;
  }
  const bool says_pass = ok.get<bool>() && decision == "pass";
  const auto& passed = security.is_object() ? member(security, "passed") : security;
  const bool has_passed = passed.is_boolean() && passed.get<bool>();
  if (says_pass && (out.status.empty() || !passed.is_boolean()))
    return no_verdict(slug, version, "it passes the skill and names no scan");
  out.finding =
      says_pass && has_passed && out.status != "suspicious" && out.status != "pending" && out.status != "stale"
          ? Finding::clean
          : Finding::review;
  return out;
}

Task<Result<Verdict>> get_verdict(Client& client, std::string slug, std::string owner, std::string version) {
  Json item = {{"slug", slug}, {"version", version}};
  if (!owner.empty()) item["ownerHandle"] = owner;
  auto body = Json{{"items", Json::array({item})}}.dump();
  auto answer = co_await client.post("/api/v1/skills/-/security-verdicts", std::move(body));
  if (!answer) co_return no_verdict(slug, version, answer.error().message);
  auto items = answer->find("items");
  if (items == answer->end() || !items->is_array() || items->size() != 1)
    co_return no_verdict(slug, version, "it did not answer the one question");
  co_return read_verdict(items->front(), slug, owner, version);
}

}  // namespace chela::runtime::skills::hub
