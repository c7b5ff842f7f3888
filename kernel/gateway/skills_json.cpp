#include "kernel/gateway/skills_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/runtime/skills/gate.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using namespace runtime::skills;

constexpr std::size_t kFindingsMax = 50;

const Json& member(const Json& object, const std::string& name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

// Upstream's form: one list for each kind of need.
Json needs_json(const Skill& skill) {
  const Requires none;
  const auto& needs = skill.manifest && skill.manifest->needs ? *skill.manifest->needs : none;
  return {{"bins", needs.bins},
          {"anyBins", needs.any_bins},
          {"env", needs.env},
          {"config", needs.config},
          {"os", skill.manifest ? skill.manifest->os : std::vector<std::string>()}};
}

const char* list_of(Need need) {
  switch (need) {
    case Need::bin: return "bins";
    case Need::any_bin: return "anyBins";
    case Need::env: return "env";
    case Need::config: return "config";
    case Need::os: return "os";
    default: return nullptr;
  }
}

Json missing_json(const Skill& skill, const std::vector<Unmet>& unmet) {
  Json out = {{"bins", Json::array()}, {"anyBins", Json::array()}, {"env", Json::array()},
              {"config", Json::array()}, {"os", Json::array()}};
  for (const auto& one : unmet) {
    const auto* list = list_of(one.need);
    if (!list) continue;
    if (one.need == Need::any_bin) out[list] = skill.manifest->needs->any_bins;
    else if (one.need == Need::os) out[list] = skill.manifest->os;
    else out[list].push_back(one.what);
  }
  return out;
}

Json unmet_json(const std::vector<Unmet>& unmet) {
  Json out = Json::array();
  for (const auto& one : unmet) out.push_back({{"need", name_of(one.need)}, {"what", one.what}, {"message", one.message}});
  return out;
}

Json options_json(const Skill& skill, const needs::Machine& machine) {
  Json out = Json::array();
  for (const auto& option : needs::offered_options(skill, machine)) {
    Json one = {{"id", option.id}, {"kind", option.spec.kind}, {"label", option.label}, {"bins", option.spec.bins}};
    if (auto plan = needs::plan_for(skill, option, machine)) {
      one["shown"] = plan->shown;
      one["warnings"] = plan->warnings;
    } else {
      one["problem"] = plan.error().message;
    }
    out.push_back(std::move(one));
  }
  return out;
}

bool lacks_programs(const std::vector<Unmet>& unmet) {
  return std::ranges::any_of(unmet, [](const Unmet& one) { return one.need == Need::bin || one.need == Need::any_bin; });
}

// Which secrets are there, never what they are.
void add_settings(Json& out, const Skill& skill, const Json& entry) {
  const auto& manifest = skill.manifest;
  const auto& key = member(entry, "apiKey");
  out["hasApiKey"] = key.is_object() || (key.is_string() && !key.get_ref<const std::string&>().empty());
  Json variables = Json::array();
  for (const auto& [name, value] : member(entry, "env").items()) variables.push_back(name);
  out["envSet"] = variables;
  out["disabled"] = member(entry, "enabled") == false;
  out["accepted"] = member(entry, "accept").is_string();
  if (!manifest) return;
  if (manifest->primary_env) out["primaryEnv"] = *manifest->primary_env;
  if (manifest->emoji) out["emoji"] = *manifest->emoji;
  if (manifest->homepage) out["homepage"] = *manifest->homepage;
}

Json withheld_json(const Skill& skill, const SkillsView& view) {
  Json out = {{"reason", skill.withheld}};
  auto judged = view.judgements.find(skill.base_dir);
  if (judged == view.judgements.end()) return out;
  const auto& judgement = judged->second;
  out["verdict"] = name_of(judgement.verdict);
  out["rule"] = judgement.rule;
  out["message"] = judgement.sentence;
  out["file"] = judgement.file;
  out["line"] = judgement.line;
  if (!judgement.tree_hash.empty()) out["accept"] = judgement.tree_hash;
  return out;
}

Json skill_json(const Skill& skill, const SkillsView& view, const std::vector<Unmet>& unmet) {
  const auto& entry = member(member(member(view.config, "skills"), "entries"), skill.key());
  Json out = {{"name", skill.name},
              {"displayName", skill.display_name},
              {"description", skill.description},
              {"source", name_of(skill.source)},
              {"bundled", skill.source == Source::bundled},
              {"filePath", skill.file_path},
              {"baseDir", skill.base_dir},
              {"skillKey", skill.key()},
              {"always", skill.manifest && skill.manifest->always.value_or(false)},
              {"requirements", needs_json(skill)},
              {"missing", missing_json(skill, unmet)},
              {"unmet", unmet_json(unmet)},
              {"notes", skill.notes},
              {"userInvocable", skill.user_invocable},
              {"modelInvocable", !skill.hidden_from_model}};
  add_settings(out, skill, entry);
  out["blockedByAllowlist"] = std::ranges::any_of(unmet, [](const Unmet& one) { return one.need == Need::allowed; });
  Json checks = Json::array();
  for (const auto& path : out["requirements"]["config"]) {
    checks.push_back({{"path", path}, {"satisfied", is_set_in(&view.config, path.get_ref<const std::string&>())}});
  }
  out["configChecks"] = checks;
  out["install"] = lacks_programs(unmet) ? options_json(skill, view.machine) : Json::array();
  if (!skill.withheld.empty()) out["withheld"] = withheld_json(skill, view);
  return out;
}

}  // namespace

Json skills_json(const SkillsView& view) {
  std::map<const Skill*, Json> by_skill;
  for (const auto& offered : view.offer.skills) {
    auto one = skill_json(*offered.skill, view, {});
    one["eligible"] = true;
    if (!offered.command.empty()) one["command"] = offered.command;
    by_skill.emplace(offered.skill, std::move(one));
  }
  for (const auto& left : view.offer.left_out) {
    auto one = skill_json(*left.skill, view, left.unmet);
    one["eligible"] = false;
    one["onAgentsList"] = left.on_list;
    one["reason"] = left.reason();
    by_skill.emplace(left.skill, std::move(one));
  }
  Json skills = Json::array();
  for (const auto& skill : view.offer.collection->set.skills) {
    auto found = by_skill.find(&skill);
    if (found != by_skill.end()) skills.push_back(std::move(found->second));
  }
  Json problems = Json::array();
  for (const auto& problem : view.offer.collection->set.diagnostics) {
    problems.push_back({{"kind", name_of(problem.kind)}, {"path", problem.path}, {"message", problem.message}});
  }
  return {{"version", view.offer.version}, {"skills", skills}, {"problems", problems}};
}

Json report_json(const scan::Report& report) {
  Json findings = Json::array();
  for (const auto& found : report.findings) {
    if (findings.size() == kFindingsMax) break;
    findings.push_back({{"rule", found.rule},
                        {"severity", scan::name_of(found.severity)},
                        {"message", found.sentence},
                        {"file", found.file},
                        {"line", found.line},
                        {"excerpt", found.excerpt},
                        {"decoded", found.decoded}});
  }
  Json unsearched = Json::array();
  for (const auto& left : report.unsearched) {
    if (unsearched.size() == kFindingsMax) break;
    unsearched.push_back({{"file", left.path}, {"reason", left.reason}});
  }
  return {{"verdict", scan::name_of(report.verdict)},
          {"score", report.score},
          {"files", report.files},
          {"findings", findings},
          {"unsearched", unsearched}};
}

Json plan_json(const needs::Plan& plan) {
  return {{"shown", plan.shown}, {"kind", plan.kind}, {"bins", plan.bins}, {"warnings", plan.warnings}};
}

Json found_json(const hub::Found& found) {
  return {{"slug", found.slug},           {"displayName", found.display_name}, {"summary", found.summary},
          {"version", found.version},     {"ownerHandle", found.owner},        {"reference", found.reference},
          {"downloads", found.downloads}, {"unscanned", found.is_unscanned}};
}

Json detail_json(const hub::Detail& detail) {
  Json out = {{"skill", {{"slug", detail.slug}, {"displayName", detail.display_name}, {"summary", detail.summary}}},
              {"latestVersion", nullptr},
              {"metadata", nullptr},
              {"owner", nullptr},
              {"moderation", {{"isMalwareBlocked", detail.is_malware}, {"isSuspicious", detail.is_suspicious},
                              {"summary", detail.moderation}}}};
  if (!detail.latest_version.empty()) out["latestVersion"] = {{"version", detail.latest_version}};
  if (!detail.owner.empty()) out["owner"] = {{"handle", detail.owner}};
  return out;
}

Json outcome_json(const HubOutcome& outcome) {
  const auto& candidate = outcome.candidate;
  Json out = {{"ok", outcome.installed},
              {"installed", outcome.installed},
              {"slug", candidate.slug},
              {"ownerHandle", candidate.owner},
              {"version", candidate.version},
              {"reference", candidate.reference.spec},
              {"checkedBy", candidate.checked_by},
              {"name", candidate.name},
              {"description", candidate.description},
              {"verdict", {{"finding", hub::name_of(candidate.verdict.finding)},
                           {"status", candidate.verdict.status},
                           {"reasons", candidate.verdict.reasons},
                           {"overview", candidate.verdict.overview},
                           {"auditUrl", candidate.verdict.audit_url}}},
              {"scan", report_json(candidate.report)},
              {"notes", candidate.notes},
              {"doubts", candidate.doubts()},
              {"content", outcome.content},
              {"targetDir", outcome.path},
              {"replaces", outcome.target.is_taken},
              {"versionBefore", outcome.target.version_before}};
  if (auto refusal = candidate.refusal(); !refusal.empty()) out["refusal"] = refusal;
  if (!candidate.load_problem.empty()) out["loadProblem"] = candidate.load_problem;
  return out;
}

}  // namespace chela::gateway
