#include "kernel/runtime/skills/shelf.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "kernel/runtime/skills/directory_scan.hpp"
#include "kernel/runtime/skills/package_stamp.hpp"

namespace chela::runtime::skills {
namespace {

constexpr const char* kNotJudged = "it has not been judged yet";

struct Key {
  std::string_view directory;
  Source source;
  bool operator==(const Key&) const = default;
};
struct HashKey {
  std::size_t operator()(const Key& key) const {
    return std::hash<std::string_view>()(key.directory) + static_cast<std::size_t>(key.source);
  }
};

bool same_winner(const Skill& a, const Skill& b) {
  return a.content_hash == b.content_hash && a.file_path == b.file_path && a.name == b.name && a.source == b.source &&
         a.key() == b.key() && a.withheld == b.withheld;
}

bool same_diagnostic(const Diagnostic& a, const Diagnostic& b) {
  return a.kind == b.kind && a.path == b.path && a.message == b.message;
}

bool has_touched(const std::set<std::string, std::less<>>& touched, const std::string& directory) {
  auto first = touched.lower_bound(directory);
  for (; first != touched.end() && first->starts_with(directory); ++first) {
    if (first->size() == directory.size() || (*first)[directory.size()] == '/') return true;
  }
  return false;
}

}  // namespace

struct Shelf::Item {
  Known known;
  std::size_t from = Known::kNone;  // where the skill is in the last collection, unless `known` has it
  const Skill* skill = nullptr;     // null: `known` has a problem
};

class Shelf::Look {
 public:
  Look(Shelf& shelf, const LibrarySettings& settings, const LookOrders& orders)
      : shelf_(shelf), settings_(settings), orders_(orders), last_(*shelf.collection_) {
    for (auto& known : shelf.known_) table_.emplace(Key{known.directory, known.source}, &known);
    items_.reserve(shelf.known_.size());
  }

  Looked run() {
    for (const auto& root : settings_.roots) take_root(root);
    std::vector<const Skill*> skills;
    std::vector<Item*> of_skills;
    for (auto& item : items_) {
      if (!item.skill) continue;
      skills.push_back(item.skill);
      of_skills.push_back(&item);
    }
    auto winners = winners_of(skills);
    std::ranges::move(winners.diagnostics, std::back_inserter(diagnostics_));
    std::vector<Item*> order;
    for (auto place : winners.places) order.push_back(of_skills[place]);
    for (auto* item : order) judge(*item);
    if (settings_.watch) watch_packages();
    put_back(order);
    return std::move(out_);
  }

 private:
  void take_root(const Root& root) {
    auto discovered = discover(root, settings_.discovery);
    std::ranges::move(discovered.diagnostics, std::back_inserter(diagnostics_));
    take_candidates(discovered, settings_.discovery.limits,
                    [&](const Candidate& candidate) { return take(candidate, root.source); });
    if (!settings_.watch) return;
    watch_way_to(root);
    for (auto& directory : discovered.searched) {
      if (is_made_by_programs(std::string_view(directory).substr(directory.rfind('/') + 1))) continue;
      watch(std::move(directory), platform::Notice::entries);
    }
  }

  // The root may come, go, or be another: the nearest directory above it that exists tells.
  void watch_way_to(const Root& root) {
    auto path = std::filesystem::absolute(root.directory).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    bool has_told = false;
    while (path.has_relative_path()) {
      auto name = path.filename().string();
      path = path.parent_path();
      if (!has_told && !is_directory(path.string())) continue;
      if (std::exchange(has_told, true)) {
        watch(path.string(), platform::Notice::itself);
      } else {
        watch(path.string(), platform::Notice::entries, {std::move(name)});
      }
    }
  }

  void watch(std::string directory, platform::Notice notice, std::vector<std::string> names = {}) {
    out_.to_watch.push_back({std::move(directory), notice, std::move(names)});
  }

  void watch_packages() {
    for (const auto& [known, from, skill] : items_) {
      if (settings_.judge) {
        watch(known.directory, platform::Notice::contents);
      } else {
        watch(known.directory, platform::Notice::contents, {"SKILL.md", ".openclaw"});
        if (known.origin_ns != 0) watch(known.directory + "/.openclaw", platform::Notice::contents);
      }
      for (const auto& below : known.below) watch(known.directory + '/' + below, platform::Notice::contents);
    }
  }

  // Whether more of the package is to be looked at than its SKILL.md.
  bool is_asked_for(const std::string& directory) const {
    return orders_.all_packages || has_touched(orders_.touched, directory);
  }

  bool take(const Candidate& candidate, Source source) {
    auto found = table_.find({candidate.directory, source});
    auto* known = found == table_.end() ? nullptr : found->second;
    if (!candidate.stamp.is_known() && settings_.watch) watch_link(candidate);
    bool is_same = known && candidate.stamp.is_known() && known->stamp == candidate.stamp;
    if (is_same && is_asked_for(candidate.directory))
      is_same = known->origin_ns == origin_changed_ns(candidate.directory);
    return is_same ? keep(*known, candidate, source) : read(known, candidate, source);
  }

  void watch_link(const Candidate& candidate) {
    auto target = real_path_of(candidate.directory + "/SKILL.md");
    if (!target.empty()) watch(target.substr(0, target.rfind('/')), platform::Notice::contents);
  }

  // What was read before is right still.
  bool keep(Known& known, const Candidate& candidate, Source source) {
    ++kept_;
    auto& item = items_.emplace_back();
    item.from = known.winner;
    item.skill = shelf_.skill_of(known);
    item.known = {.directory = known.directory,
                  .source = source,
                  .stamp = std::exchange(known.stamp, {}),
                  .origin_ns = known.origin_ns,
                  .is_judged = known.is_judged && !orders_.judge_again,
                  .package = known.package,
                  .below = std::move(known.below),
                  .winner = Known::kNone,
                  .skill = std::move(known.skill),
                  .problem = std::move(known.problem)};
    known.winner = Known::kNone;
    if (!item.skill) {
      diagnostics_.push_back(*item.known.problem);
      return false;
    }
    const auto& base = base_directory_of(candidate, source);
    if (item.skill->base_dir != base) {
      auto& skill = own(item);
      skill.base_dir = base;
      skill.file_path = base + "/SKILL.md";
    }
    return true;
  }

  bool read(Known* known, const Candidate& candidate, Source source) {
    ++out_.files_read;
    auto origin_ns = origin_changed_ns(candidate.directory);  // before what it says is read
    auto loaded = load_candidate(candidate, source, settings_.discovery, buffer_);
    if (!loaded && loaded.error().kind == LoadProblem::missing) {  // a link to what may come
      if (settings_.watch) watch(candidate.directory, platform::Notice::contents);
      return false;
    }
    auto& item = items_.emplace_back();
    item.known.directory = candidate.directory;
    item.known.source = source;
    item.known.origin_ns = origin_ns;
    if (buffer_.stamp.changed_ns < settled_before_) item.known.stamp = buffer_.stamp;
    out_.has_unsettled = out_.has_unsettled || (buffer_.stamp.is_known() && !item.known.stamp.is_known());
    const auto* before = known ? shelf_.skill_of(*known) : nullptr;
    bool same_text = before && loaded && before->content_hash == loaded->skill.content_hash;
    bool same_problem = !loaded && known && known->problem && same_diagnostic(*known->problem, loaded.error());
    bool same_stamps = known && known->stamp == item.known.stamp && known->origin_ns == origin_ns;
    if ((same_text || same_problem) && same_stamps) ++kept_;
    if (!loaded) {
      diagnostics_.push_back(loaded.error());
      item.known.problem = std::make_unique<Diagnostic>(std::move(loaded.error()));
      return false;
    }
    item.known.skill = std::make_unique<Skill>(std::move(loaded->skill));
    item.skill = item.known.skill.get();
    if (!same_text) return true;
    item.known.is_judged = known->is_judged && !orders_.judge_again;
    item.known.package = known->package;
    item.known.below = std::move(known->below);
    item.known.skill->withheld = before->withheld;
    return true;
  }

  // The skill as one that may be written to.
  static Skill& own(Item& item) {
    if (!item.known.skill) {
      item.known.skill = std::make_unique<Skill>(*item.skill);
      item.skill = item.known.skill.get();
      item.from = Known::kNone;
    }
    return *item.known.skill;
  }

  static void withhold(Item& item, const std::string& why) {
    if (item.skill->withheld != why) own(item).withheld = why;
  }

  void judge(Item& item) {
    auto& known = item.known;
    if (!settings_.judge) {
      known.is_judged = false;
      return withhold(item, "");
    }
    if (known.is_judged && !is_asked_for(known.directory)) return;
    auto package = look_at_package(item.skill->base_dir);
    known.below = std::move(package.below);
    if (known.is_judged && known.package == package.stamp) return;
    known.is_judged = false;
    if (judged_ > 0 && std::chrono::steady_clock::now() - began_ >= settings_.judge_time) {
      out_.has_unjudged = true;
      return withhold(item, kNotJudged);
    }
    ++judged_;
    withhold(item, settings_.judge(*item.skill));
    known.is_judged = true;
    known.package = package.stamp;
  }

  void put_back(const std::vector<Item*>& order) {
    const auto& before = last_.set;
    bool same = last_.version > 0 && order.size() == before.skills.size();
    for (std::size_t i = 0; same && i < order.size(); ++i) same = same_winner(*order[i]->skill, before.skills[i]);
    bool as_it_was = same && std::ranges::all_of(order, [](const Item* item) { return !item->known.skill; }) &&
                     std::ranges::equal(diagnostics_, before.diagnostics, same_diagnostic);
    for (std::size_t i = 0; i < order.size(); ++i) order[i]->known.winner = i;
    for (auto& item : items_) {
      if (item.skill && item.known.winner == Known::kNone) own(item);
    }
    out_.winners_moved = !same;
    out_.has_changed = judged_ > 0 || kept_ != items_.size() || items_.size() != shelf_.known_.size();
    if (!as_it_was) make_collection(order, last_.version + (same ? 0 : 1));
    shelf_.known_.clear();
    for (auto& item : items_) shelf_.known_.push_back(std::move(item.known));
    shelf_.known_.shrink_to_fit();
    out_.collection = shelf_.collection_;
  }

  void make_collection(const std::vector<Item*>& order, std::uint64_t version) {
    auto next = std::make_shared<Collection>();
    next->version = version;
    next->set.diagnostics = std::move(diagnostics_);
    next->set.skills.reserve(order.size());
    for (auto* item : order) {
      if (item->known.skill) {
        next->set.skills.push_back(std::move(*item->known.skill));
        item->known.skill.reset();
      } else {
        next->set.skills.push_back(*item->skill);
      }
    }
    shelf_.collection_ = std::move(next);
  }

  Shelf& shelf_;
  const LibrarySettings& settings_;
  const LookOrders& orders_;
  const Collection& last_;
  const std::int64_t settled_before_ =
      (std::chrono::system_clock::now().time_since_epoch() - settings_.settle_time) / std::chrono::nanoseconds(1);
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::unordered_map<Key, Known*, HashKey> table_;
  std::vector<Item> items_;
  std::vector<Diagnostic> diagnostics_;
  ReadBuffer buffer_;
  std::size_t kept_ = 0;
  std::size_t judged_ = 0;
  Looked out_;
};

Looked Shelf::look(const LibrarySettings& settings, const LookOrders& orders) {
  return Look(*this, settings, orders).run();
}

void Shelf::read_as(const std::string& reading) {
  if (reading_ != reading) known_.clear();
  reading_ = reading;
}

const Skill* Shelf::skill_of(const Known& known) const {
  return known.winner == Known::kNone ? known.skill.get() : &collection_->set.skills[known.winner];
}

}  // namespace chela::runtime::skills
