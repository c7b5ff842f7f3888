#include "kernel/runtime/skills/discovery.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <optional>
#include <unordered_map>

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
    base_ = is_container ? root_ : nested_root(root_, settings_.limits.candidates_max, &out_.searched);
    auto real_base = base_ == root_ ? real_root_ : real_path_of(base_);
    if (!may_be_read(base_, real_base, real_root_)) return std::move(out_);
    real_base_ = std::move(real_base);
    auto own = is_container ? SkillEntry{} : find_skill_file(base_);
    if (own.exists) {
      out_.root_is_skill = true;
      add(out_.candidates, {base_, real_base_, base_.substr(base_.rfind('/') + 1), own.stamp}, own);
      return std::move(out_);
    }
    auto above = is_container || base_ == root_ ? SkillEntry{} : find_skill_file(root_);
    if (above.exists)
      add(out_.root_candidate, {root_, real_root_, root_.substr(root_.rfind('/') + 1), above.stamp}, above);
    search();
    if (budget_.truncated) {
      report(LoadProblem::invalid, root_,
             "Skill inventory reached its discovery limit; inspect the remaining skills separately.");
    }
    sort_candidates();
    return std::move(out_);
  }

 private:
  struct Place {
    std::string name;        // the path below the base
    std::string real_above;  // the real path of the directory that it is in
    std::size_t depth;
    bool is_link;
  };

  void report(LoadProblem kind, const std::string& path, std::string message) {
    out_.diagnostics.push_back({kind, path, std::move(message)});
  }

  bool may_be_read(const std::string& path, const std::string& real, const std::string& real_root) {
    if (real.empty()) {
      report(LoadProblem::read, path, "Could not resolve skill path.");
      return false;
    }
    if (follows_links_anywhere(source_) || is_inside(real_root, real)) return true;
    auto is_target = [&](const std::string& target) { return is_inside(target, real); };
    if (has_link_targets(source_) && std::ranges::any_of(targets_, is_target)) return true;
    report(LoadProblem::invalid, path, kEscaped);
    return false;
  }

  // A SKILL.md that cannot be resolved is left to the loader, which says why.
  void add(std::vector<Candidate>& candidates, Candidate candidate, const SkillEntry& file) {
    auto path = candidate.directory + "/SKILL.md";
    auto real = file.is_link ? real_path_of(path) : file.is_known ? path : std::string();
    if (real.empty()) {
      report(LoadProblem::read, path, "Could not resolve skill path.");
    } else if (file.is_link && !is_inside(candidate.real_directory, real)) {
      return report(LoadProblem::invalid, path, kEscaped);
    }
    candidates.push_back(std::move(candidate));
  }

  // By name. Each name is weighed once: there may be thousands.
  void sort_candidates() {
    std::vector<std::pair<std::string, std::size_t>> order;
    for (const auto& candidate : out_.candidates) order.emplace_back(name_weights(candidate.name), order.size());
    std::ranges::sort(order, [&](const auto& a, const auto& b) {
      if (int weights = a.first.compare(b.first)) return weights < 0;
      return compare_names(out_.candidates[a.second].name, out_.candidates[b.second].name) < 0;
    });
    std::vector<Candidate> sorted;
    sorted.reserve(order.size());
    for (const auto& [weights, place] : order) sorted.push_back(std::move(out_.candidates[place]));
    out_.candidates = std::move(sorted);
  }

  std::size_t depth_max(const std::string& directory) const {
    auto nested = base_ + "/skills";
    bool is_skills_root = base_ == root_ + "/skills" || base_.ends_with("/skills");
    bool is_short = source_ == Source::extra && !is_skills_root && !is_inside(nested, directory);
    return is_short ? kGroupDepthMaxOfExtra : kGroupDepthMax;
  }

  void search() {
    ScanOptions options{.candidates_max = settings_.limits.candidates_max,
                        .follow_links = true,
                        .diagnostics = &out_.diagnostics,
                        .searched = &out_.searched};
    auto children = list_children(base_, options, budget_);
    auto skills = std::ranges::find(children, "skills", &Child::name);
    auto nested = skills == children.end() ? std::optional<Child>() : *skills;
    cut(children);
    if (nested && std::ranges::find(children, "skills", &Child::name) == children.end()) children.push_back(*nested);
    if (settings_.limits.skills_max == 0) children.clear();
    std::vector<Place> queue;
    for (auto& child : children) {
      bool is_group = child.name == "skills" && !has_skill_file(base_ + "/skills");
      queue.push_back({child.name, real_base_, is_group ? std::size_t{0} : 1, child.is_link});
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
      auto place = std::move(queue[i]);
      auto directory = base_ + '/' + place.name;
      auto real = real_of(place, directory);
      if (!may_be_read(directory, real, real_base_)) continue;
      auto file = find_skill_file(directory);
      if (file.exists) {
        add(out_.candidates, {std::move(directory), std::move(real), std::move(place.name), file.stamp}, file);
        continue;
      }
      if (place.depth >= depth_max(directory)) {
        out_.searched.push_back(std::move(directory));  // a SKILL.md may come
        continue;
      }
      auto below = list_children(directory, options, budget_);
      cut(below);
      for (const auto& child : below)
        queue.push_back({place.name + '/' + child.name, real, place.depth + 1, child.is_link});
    }
  }

  // What is no link is where its directory is.
  static std::string real_of(const Place& place, const std::string& directory) {
    if (place.is_link) return real_path_of(directory);
    auto last = std::string_view(place.name).substr(place.name.rfind('/') + 1);
    auto real = place.real_above == "/" ? place.real_above : place.real_above + '/';
    return real += last;
  }

  void cut(std::vector<Child>& children) {
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

}  // namespace

Discovered discover(const Root& root, const DiscoverySettings& settings) {
  return Search(root, settings).run();
}

void take_candidates(const Discovered& discovered, const DiscoveryLimits& limits,
                     const std::function<bool(const Candidate&)>& load) {
  for (const auto& candidate : discovered.root_candidate) {
    if (load(candidate)) return;
  }
  std::size_t loaded = 0;
  for (const auto& candidate : discovered.candidates) {
    if (!discovered.root_is_skill && loaded >= limits.skills_max) return;
    loaded += load(candidate) ? 1 : 0;
  }
}

const std::string& base_directory_of(const Candidate& candidate, Source source) {
  return follows_links_anywhere(source) ? candidate.real_directory : candidate.directory;
}

std::expected<LoadedSkill, Diagnostic> load_candidate(const Candidate& candidate, Source source,
                                                      const DiscoverySettings& settings, ReadBuffer& buffer) {
  LoadSettings load = settings.load;
  load.file_bytes_max = settings.limits.file_bytes_max;
  load.refuse_hard_links = load.refuse_hard_links && source != Source::bundled && source != Source::custodian;
  auto loaded = load_skill(candidate.directory, source, load, buffer);
  if (loaded && follows_links_anywhere(source)) {
    loaded->skill.base_dir = candidate.real_directory;
    loaded->skill.file_path = candidate.real_directory + loaded->skill.file_path.substr(candidate.directory.size());
  }
  return loaded;
}

LoadedRoot load_root(const Root& root, const DiscoverySettings& settings) {
  auto discovered = discover(root, settings);
  LoadedRoot out;
  out.diagnostics = std::move(discovered.diagnostics);
  ReadBuffer buffer;
  take_candidates(discovered, settings.limits, [&](const Candidate& candidate) {
    auto loaded = load_candidate(candidate, root.source, settings, buffer);
    if (!loaded && loaded.error().kind != LoadProblem::missing) out.diagnostics.push_back(std::move(loaded.error()));
    if (loaded) out.skills.push_back(std::move(*loaded));
    return loaded.has_value();
  });
  return out;
}

Winners winners_of(const std::vector<const Skill*>& skills) {
  Winners out;
  std::unordered_map<std::string_view, std::size_t> by_name;
  by_name.reserve(skills.size());
  for (std::size_t i = 0; i < skills.size(); ++i) {
    auto [place, added] = by_name.try_emplace(skills[i]->name, i);
    if (added) continue;
    const auto& before = *skills[std::exchange(place->second, i)];
    if (before.content_hash == skills[i]->content_hash) continue;
    out.diagnostics.push_back(
        {LoadProblem::invalid, before.file_path,
         "another skill is called " + before.name + " and replaces it: " + skills[i]->file_path});
  }
  std::vector<std::pair<std::string, std::size_t>> order;
  order.reserve(by_name.size());
  for (const auto& [name, place] : by_name) order.emplace_back(name_weights(name), place);
  std::ranges::sort(order, [&](const auto& a, const auto& b) {
    if (int weights = a.first.compare(b.first)) return weights < 0;
    return compare_names(skills[a.second]->name, skills[b.second]->name) < 0;
  });
  for (const auto& [weights, place] : order) out.places.push_back(place);
  return out;
}

SkillSet load_skills(const std::vector<Root>& roots, const DiscoverySettings& settings) {
  SkillSet out;
  std::vector<LoadedSkill> loaded;
  for (const auto& root : roots) {
    auto of_root = load_root(root, settings);
    std::ranges::move(of_root.diagnostics, std::back_inserter(out.diagnostics));
    std::ranges::move(of_root.skills, std::back_inserter(loaded));
  }
  std::vector<const Skill*> all;
  for (const auto& one : loaded) all.push_back(&one.skill);
  auto winners = winners_of(all);
  std::ranges::move(winners.diagnostics, std::back_inserter(out.diagnostics));
  for (auto place : winners.places) out.skills.push_back(std::move(loaded[place].skill));
  return out;
}

}  // namespace chela::runtime::skills
