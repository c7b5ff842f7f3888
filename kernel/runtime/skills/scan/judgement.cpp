#include "kernel/runtime/skills/scan/judgement.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/scan/folder.hpp"
#include "kernel/runtime/skills/scan/package.hpp"
#include "kernel/runtime/skills/scan/verdict_memory.hpp"

namespace chela::runtime::skills::scan {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kReadsMax = 3;
constexpr std::string_view kUnread = "unread";  // stands for the rule where the folder could not be read whole

// The hash of what a scan looks at.
std::string content_hash(const Package& package) {
  Sha256 hash;
  for (const auto& file : package.files) {
    hash.add(fmt::format("file {} {}\n", file.path.size(), file.bytes.size()));
    hash.add(file.path);
    hash.add(file.bytes);
  }
  for (const auto& left : package.unsearched) {
    hash.add(fmt::format("left out {} {}\n", left.path.size(), left.reason.size()));
    hash.add(left.path);
    hash.add(left.reason);
  }
  hash.add(package.cut ? "cut" : "whole");
  return hash.hex();
}

Known unread(std::string sentence) {
  return {.verdict = Verdict::clean, .cut = true, .rule = std::string(kUnread), .sentence = std::move(sentence)};
}

Known known_of(const Report& report) {
  Known out{.verdict = report.verdict, .cut = report.cut};
  if (report.verdict != Verdict::clean && !report.findings.empty()) {
    const auto& heaviest = report.findings.front();
    out.rule = heaviest.rule;
    out.sentence = heaviest.sentence;
    out.file = heaviest.file;
    out.line = heaviest.line;
  } else if (report.cut) {
    out.rule = kUnread;
    out.sentence = "The folder is above a limit of the scan, and nobody looked at the rest.";
  }
  return out;
}

bool was_installed(const fs::path& folder) {
  std::error_code missing;
  for (const char* record : {".clawhub/origin.json", ".clawdhub/origin.json", ".openclaw/source-origin.json"}) {
    if (fs::exists(folder / record, missing)) return true;
  }
  return false;
}

bool came_with_the_program(Source source) {
  return source == Source::bundled || source == Source::custodian;
}

bool is_refused(const Judgement& found, const Skill& skill, Scanning scanning) {
  if (found.verdict == Verdict::malicious) return true;
  if (scanning != Scanning::refuse || found.rule.empty()) return false;
  return skill.source != Source::workspace || was_installed(skill.base_dir);
}

std::string place_of(const Judgement& found) {
  if (found.file.empty()) return {};
  return " in " + found.file + (found.line > 0 ? fmt::format(":{}", found.line) : std::string());
}

std::string reason_of(const Judgement& found, const std::string& key, bool changed, const std::string& no_hash) {
  auto verdict = found.rule == kUnread ? std::string_view("not judged") : name_of(found.verdict);
  auto out = fmt::format("{}: rule {}{}: {}", verdict, found.rule, place_of(found), found.sentence);
  if (changed) out += " What was accepted has changed since.";
  if (!no_hash.empty()) return out + " It cannot be accepted: " + no_hash;
  return out + fmt::format(" To use exactly this content all the same, set skills.entries.{}.accept to {}", key,
                           found.tree_hash);
}

}  // namespace

JudgeSettings judge_settings(const Json& config) {
  JudgeSettings out;
  if (!config.is_object()) return out;
  auto skills = config.find("skills");
  if (skills == config.end() || !skills->is_object()) return out;
  if (auto scan = skills->find("scan"); scan != skills->end() && scan->is_string()) {
    const auto& word = scan->get_ref<const std::string&>();
    out.scanning = word == "off" ? Scanning::off : word == "warn" ? Scanning::warn : Scanning::refuse;
  }
  auto entries = skills->find("entries");
  if (entries == skills->end() || !entries->is_object()) return out;
  for (const auto& [key, entry] : entries->items()) {
    if (!entry.is_object()) continue;
    auto accept = entry.find("accept");
    if (accept != entry.end() && accept->is_string()) out.accepted[key] = accept->get<std::string>();
  }
  return out;
}

struct Judge::State {
  State(fs::path memory_file, std::chrono::seconds after) : memory(std::move(memory_file)), settles_after(after) {}

  Known look_at(const std::string& folder);
  std::optional<Known> remembered(const std::string& folder, const FolderStamp& stamp);
  Known judge_content(const std::string& folder, const Package& package, const FolderStamp* stamp);

  std::mutex lock;
  VerdictMemory memory;  // under the lock
  const std::chrono::seconds settles_after;
  std::shared_ptr<const JudgeSettings> settings = std::make_shared<const JudgeSettings>();  // under the lock
  std::mutex writing;  // one at a time writes the file
};

std::optional<Known> Judge::State::remembered(const std::string& folder, const FolderStamp& stamp) {
  std::lock_guard guard(lock);
  const auto* known = memory.find_folder(folder, stamp.text);
  return known ? std::optional(*known) : std::nullopt;
}

// `stamp` is null when the folder did not hold still.
Known Judge::State::judge_content(const std::string& folder, const Package& package, const FolderStamp* stamp) {
  auto hash = content_hash(package);
  std::optional<Known> known;
  {
    std::lock_guard guard(lock);
    if (const auto* before = memory.find_content(hash)) known = *before;
  }
  if (!known) known = known_of(scan(package));
  std::lock_guard guard(lock);
  bool settled = stamp && stamp->newest + settles_after <= stamp->taken;
  memory.add(folder, settled ? stamp->text : std::string(), std::move(hash), *known);
  return *known;
}

Known Judge::State::look_at(const std::string& folder) {
  for (int i = 0; i < kReadsMax; ++i) {
    auto before = folder_stamp(folder);
    if (!before) return unread("The folder cannot be read: " + before.error().message + ".");
    if (auto known = remembered(folder, *before)) return *known;
    auto package = read_package(folder);
    if (!package) return unread("The folder cannot be read: " + package.error().message + ".");
    auto after = folder_stamp(folder);
    if (after && after->text == before->text) return judge_content(folder, *package, &*before);
    auto known = judge_content(folder, *package, nullptr);
    if (known.verdict == Verdict::malicious) return known;
  }
  return unread("The folder changed each time that it was read.");
}

Judge::Judge(fs::path memory, std::chrono::seconds settles_after)
    : state_(std::make_unique<State>(std::move(memory), settles_after)) {}

Judge::~Judge() {
  static_cast<void>(save());
}

void Judge::configure(JudgeSettings settings) {
  auto made = std::make_shared<const JudgeSettings>(std::move(settings));
  std::lock_guard guard(state_->lock);
  state_->settings = std::move(made);
}

Judgement Judge::judge(const Skill& skill) {
  std::shared_ptr<const JudgeSettings> settings;
  {
    std::lock_guard guard(state_->lock);
    settings = state_->settings;
  }
  if (settings->scanning == Scanning::off || came_with_the_program(skill.source)) return {};
  auto known = state_->look_at(skill.base_dir);
  Judgement out{.scanned = true, .verdict = known.verdict, .rule = known.rule, .sentence = known.sentence,
                .file = known.file, .line = known.line};
  if (!is_refused(out, skill, settings->scanning)) return out;
  auto hash = tree_hash(skill.base_dir);
  if (hash) out.tree_hash = *hash;
  auto accepted = settings->accepted.find(skill.key());
  bool was_accepted = accepted != settings->accepted.end();
  out.accepted = hash && was_accepted && accepted->second == *hash;
  if (!out.accepted) out.withheld = reason_of(out, skill.key(), was_accepted, hash ? "" : hash.error().message);
  return out;
}

std::string Judge::version() const {
  std::lock_guard guard(state_->lock);
  auto text = rules_hash() + std::to_string(static_cast<int>(state_->settings->scanning));
  for (const auto& [key, hash] : state_->settings->accepted) text.append("\n").append(key).append("\n").append(hash);
  return sha256_hex(text);
}

Result<void> Judge::save() {
  std::lock_guard writing(state_->writing);
  std::string text;
  {
    std::lock_guard guard(state_->lock);
    if (state_->memory.file().empty() || !state_->memory.changed()) return {};
    text = state_->memory.text();
    state_->memory.written();
  }
  const auto& file = state_->memory.file();
  CHELA_CHECK(platform::make_private_directory(file.parent_path()));
  return platform::write_file_atomically(file, text);
}

}  // namespace chela::runtime::skills::scan
