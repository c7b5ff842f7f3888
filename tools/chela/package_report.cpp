#include "tools/chela/package_report.hpp"

#include <unistd.h>

#include <iostream>

#include <nlohmann/json.hpp>

#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;
using packages::Candidate;

std::vector<std::string> dependency_texts(const packages::PackageInfo& info) {
  std::vector<std::string> out;
  for (const auto& dependency : info.dependencies) out.push_back(dependency.name + " " + dependency.range);
  return out;
}

void line(std::string_view name, const std::string& text) {
  if (!text.empty()) print(fmt::format("{:<14}{}\n", name, for_terminal(text)));
}

void lines(std::string_view name, const std::vector<std::string>& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) line(i == 0 ? name : "", texts[i]);
}

}  // namespace

Json problems_json(const std::vector<packages::PackageProblem>& problems) {
  Json out = Json::array();
  for (const auto& problem : problems) {
    out.push_back(
        {{"severity", problem.is_error ? "error" : "warning"}, {"code", problem.code}, {"message", problem.message}});
  }
  return out;
}

Json candidate_json(const Candidate& candidate, const packages::LockEntry* installed) {
  const auto& info = candidate.info;
  std::uint64_t bytes = 0;
  for (const auto& file : candidate.files) bytes += file.size;
  Json out = {{"id", info.id},
              {"version", info.version},
              {"name", info.name},
              {"description", info.description},
              {"package", info.package_name},
              {"source", candidate.source.spec},
              {"resolved", candidate.fetched.resolved},
              {"integrity", candidate.fetched.integrity},
              {"digest", packages::tree_digest(candidate.files)},
              {"runsWith", name_of(info.kind)},
              {"entries", info.entries},
              {"signature",
               {{"state", name_of(candidate.signature.state)},
                {"key", candidate.signature.key_id},
                {"text", candidate.signature.text}}},
              {"trust", name_of(candidate.trust())},
              {"permissions", info.permissions},
              {"capabilities", info.capabilities},
              {"compatibility", info.compatibility},
              {"dependencies", dependency_texts(info)},
              {"scriptsNotRun", info.scripts},
              {"files", candidate.files.size()},
              {"bytes", bytes},
              {"diagnostics", problems_json(info.problems)},
              {"installable", candidate.refusal().empty()}};
  if (!candidate.refusal().empty()) out["refusedBecause"] = candidate.refusal();
  if (installed) {
    out["installed"] = {{"version", installed->version}, {"digest", installed->digest}};
    out["newPermissions"] = packages::new_permissions(installed->permissions, info.permissions);
  }
  return out;
}

void print_candidate(const Candidate& candidate, const packages::LockEntry* installed) {
  const auto& info = candidate.info;
  print(bold(for_terminal(info.id + " " + info.version)) + "\n");
  line("", info.description);
  if (installed) line("installed", installed->version);
  line("source", candidate.source.spec);
  line("from", candidate.fetched.resolved);
  line("integrity", candidate.fetched.integrity);
  line("signature", candidate.signature.text);
  line("trust", std::string(name_of(candidate.trust())));
  line("runs with", std::string(name_of(info.kind)));
  line("made for", info.compatibility);
  lines("may", info.permissions.empty() ? std::vector<std::string>{"nothing beyond computing"} : info.permissions);
  if (installed) lines("newly", packages::new_permissions(installed->permissions, info.permissions));
  lines("provides", info.capabilities);
  lines("depends on", dependency_texts(info));
  for (const auto& script : info.scripts) line("not run", "the script " + script);
  for (const auto& problem : info.problems)
    line(problem.is_error ? "error" : "warning", problem.message + " (" + problem.code + ")");
}

Json entry_json(const packages::LockEntry& entry, const packages::TrustStore& keys) {
  return {{"id", entry.id},
          {"version", entry.version},
          {"runsWith", entry.kind},
          {"source", entry.source},
          {"resolved", entry.resolved},
          {"integrity", entry.integrity},
          {"digest", entry.digest},
          {"signature", {{"state", name_of(entry.signature)}, {"key", entry.key_id}}},
          {"trust", name_of(trust_level(entry, keys))},
          {"permissions", entry.permissions},
          {"installedAt", entry.installed_at_ms},
          {"pinned", entry.pinned}};
}

bool ask(const std::string& question) {
  if (!is_terminal(STDIN_FILENO)) return false;
  print(question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace chela::cli
