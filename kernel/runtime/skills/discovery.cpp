#include "kernel/runtime/skills/discovery.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include <sys/stat.h>

#include "kernel/runtime/skills/directory_scan.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::size_t kGroupDepthMaxOfExtra = 2;
constexpr const char* kEscaped = "Skill path resolves outside its configured root.";

bool follows_links_anywhere(Source source) {
  return source == Source::managed || source == Source::personal;
}
bool has_link_targets(Source source) {
  return source == Source::workspace || source == Source::extra || source == Source::project;
}

// The search below one root.
class Search {
 public:
  Search(const Root& root, const DiscoverySettings& settings)
      : source_(root.source), settings_(settings), budget_(settings.limits.candidates_max) {
    root_ = std::filesystem::absolute(root.directory).lexically_normal().string();
    while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
    for (const auto& target : settings.link_targets) {
      if (auto real = real_path_of(target); !real.empty()) targets_.push_back(std::move(real));
    }
  }

  Discovered run() && {
    real_root_ = real_path_of(root_);
    if (real_root_.empty()) return std::move(out_);
    bool is_container = source_ == Source::workshop;
    base_ = is_container ? root_ : nested_root(root_, settings_.limits.candidates_max);
    auto real_base = contained(base_, real_path_of(base_), real_root_);
    if (!real_base) return std::move(out_);
    real_base_ = *real_base;
    if (!is_container && has_skill_file(base_)) {
      out_.root_is_skill = true;
      if (has_own_file(base_, real_base_))
        out_.candidates.push_back({base_, real_base_, base_.substr(base_.rfind('/') + 1)});
      return std::move(out_);
    }
    bool above = !is_container && base_ != root_ && has_skill_file(root_);
    if (above && has_own_file(root_, real_root_))
      out_.root_candidate.push_back({root_, real_root_, root_.substr(root_.rfind('/') + 1)});
    search();
    if (budget_.truncated) {
      report(LoadProblem::invalid, root_,
             "Skill inventory reached its discovery limit; inspect the remaining skills separately.");
    }
    std::ranges::sort(out_.candidates, [](const auto& a, const auto& b) { return compare_names(a.name, b.name) < 0; });
    return std::move(out_);
  }

 private:
  struct Place {
    std::string directory;
    std::string real_above;  // the real path of the directory that it is in
    std::string name;        // below the root
    std::size_t depth;
  };

  void report(LoadProblem kind, const std::string& path, std::string message) {
    out_.diagnostics.push_back({kind, path, std::move(message)});
  }

  // The real path of `path`, when it may be read from here.
  std::optional<std::string> contained(const std::string& path, std::string real, const std::string& real_root) {
    if (!real.empty() && follows_links_anywhere(source_)) return real;
    if (real.empty()) {
      report(LoadProblem::read, path, "Could not resolve skill path.");
      return std::nullopt;
    }
    bool inside = is_inside(real_root, real);
    auto is_target = [&](const std::string& target) { return is_inside(target, real); };
    if (inside || (has_link_targets(source_) && std::ranges::any_of(targets_, is_target))) return real;
    report(LoadProblem::invalid, path, kEscaped);
    return std::nullopt;
  }

  // A SKILL.md that cannot be resolved is left to the loader, which says why.
  bool has_own_file(const std::string& directory, const std::string& real_directory) {
    auto path = directory + "/SKILL.md";
    auto real = real_path_in(real_directory, "SKILL.md");
    if (real.empty()) {
      report(LoadProblem::read, path, "Could not resolve skill path.");
      return true;
    }
    if (is_inside(real_directory, real)) return true;
    report(LoadProblem::invalid, path, kEscaped);
    return false;
  }

  std::size_t depth_max(const std::string& directory) const {
    auto nested = base_ + "/skills";
    bool is_skills_root = base_ == root_ + "/skills" || base_.ends_with("/skills");
    bool is_short = source_ == Source::extra && !is_skills_root && !is_inside(nested, directory);
    return is_short ? kGroupDepthMaxOfExtra : kGroupDepthMax;
  }

  void search() {
    auto candidates_max = settings_.limits.candidates_max;
    ScanOptions options{.candidates_max = candidates_max, .follow_links = true, .diagnostics = &out_.diagnostics};
    auto children = list_children(base_, options, budget_);
    bool has_skills = std::ranges::find(children, "skills") != children.end();
    cut(children);
    if (has_skills && std::ranges::find(children, "skills") == children.end()) children.emplace_back("skills");
    if (settings_.limits.skills_max == 0) children.clear();
    std::vector<Place> queue;
    for (const auto& name : children) {
      auto directory = base_ + '/' + name;
      queue.push_back({directory, real_base_, name, name == "skills" && !has_skill_file(directory) ? std::size_t{0} : 1});
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
      auto place = queue[i];
      auto last = std::string_view(place.directory).substr(place.directory.rfind('/') + 1);
      auto real = contained(place.directory, real_path_in(place.real_above, last), real_base_);
      if (!real) continue;
      if (has_skill_file(place.directory)) {
        if (has_own_file(place.directory, *real)) out_.candidates.push_back({place.directory, *real, place.name});
        continue;
      }
      if (place.depth >= depth_max(place.directory)) continue;
      auto below = list_children(place.directory, options, budget_);
      cut(below);
      for (const auto& name : below)
        queue.push_back({place.directory + '/' + name, *real, place.name + '/' + name, place.depth + 1});
    }
  }

  void cut(std::vector<std::string>& children) {
    if (children.size() <= settings_.limits.candidates_max) return;
    children.resize(settings_.limits.candidates_max);
    budget_.truncated = true;
  }

  Source source_;
  const DiscoverySettings& settings_;
  ScanBudget budget_;
  std::string root_, real_root_, base_, real_base_;
  std::vector<std::string> targets_;
  Discovered out_;
};

std::expected<LoadedSkill, Diagnostic> load_candidate(const Candidate& candidate, const Root& root,
                                                      const DiscoverySettings& settings) {
  LoadSettings load = settings.load;
  load.file_bytes_max = settings.limits.file_bytes_max;
  load.refuse_hard_links = load.refuse_hard_links && root.source != Source::bundled && root.source != Source::custodian;
  auto loaded = load_skill(candidate.directory, root.source, load);
  if (loaded && follows_links_anywhere(root.source)) {
    loaded->skill.base_dir = candidate.real_directory;
    loaded->skill.file_path = candidate.real_directory + loaded->skill.file_path.substr(candidate.directory.size());
  }
  return loaded;
}

}  // namespace

Discovered discover(const Root& root, const DiscoverySettings& settings) {
  return Search(root, settings).run();
}

LoadedRoot load_root(const Root& root, const DiscoverySettings& settings) {
  auto discovered = discover(root, settings);
  LoadedRoot out;
  out.diagnostics = std::move(discovered.diagnostics);
  auto take = [&](const Candidate& candidate) {
    auto loaded = load_candidate(candidate, root, settings);
    if (loaded) {
      out.skills.push_back(std::move(*loaded));
    } else if (loaded.error().kind != LoadProblem::missing) {
      out.diagnostics.push_back(std::move(loaded.error()));
    }
    return !out.skills.empty();
  };
  for (const auto& candidate : discovered.root_candidate) {
    if (take(candidate)) return out;
  }
  for (const auto& candidate : discovered.candidates) {
    if (!discovered.root_is_skill && out.skills.size() >= settings.limits.skills_max) break;
    take(candidate);
  }
  return out;
}

SkillSet load_skills(const std::vector<Root>& roots, const DiscoverySettings& settings) {
  SkillSet out;
  std::map<std::string, Skill, std::less<>> by_name;
  for (const auto& root : roots) {
    auto loaded = load_root(root, settings);
    std::ranges::move(loaded.diagnostics, std::back_inserter(out.diagnostics));
    for (auto& [skill, fields] : loaded.skills) {
      auto [place, added] = by_name.try_emplace(skill.name, skill);
      if (added) continue;
      if (place->second.content_hash != skill.content_hash) {
        out.diagnostics.push_back({LoadProblem::invalid, place->second.file_path,
                                   "another skill is called " + skill.name + " and replaces it: " + skill.file_path});
      }
      place->second = std::move(skill);
    }
  }
  for (auto& [name, skill] : by_name) out.skills.push_back(std::move(skill));
  std::ranges::sort(out.skills, [](const auto& a, const auto& b) { return compare_names(a.name, b.name) < 0; });
  return out;
}

}  // namespace chela::runtime::skills
