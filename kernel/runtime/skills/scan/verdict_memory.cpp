#include "kernel/runtime/skills/scan/verdict_memory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/scan/rules.hpp"

namespace chela::runtime::skills::scan {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFileBytesOfMemoryMax = 64u << 20;
constexpr int kFormat = 1;
constexpr int kLineDepthMax = 3;
constexpr std::string_view kSumName = "sum ";
// Counted up when the scan finds other things with the same rules.
constexpr int kRevision = 1;

void add_text(Sha256& hash, std::string_view text) {
  hash.add(text);
  hash.add(std::string_view("\0", 1));
}

std::string head_line() {
  return fmt::format("chela-verdicts {} {}\n", kFormat, rules_hash());
}

// A file that others may write says what they like.
bool is_ours(const std::filesystem::path& file) {
  struct stat info {};
  return ::lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<Known> known_of(const Json& row) {
  if (row.size() == 3) return Known{};
  if (row.size() != 9 || !row[3].is_number_unsigned() || !row[4].is_boolean() || !row[5].is_string() ||
      !row[6].is_string() || !row[7].is_string() || !row[8].is_number_unsigned()) {
    return std::nullopt;
  }
  auto verdict = row[3].get<std::size_t>();
  if (verdict > static_cast<std::size_t>(Verdict::malicious)) return std::nullopt;
  return Known{.verdict = static_cast<Verdict>(verdict), .cut = row[4].get<bool>(), .rule = row[5], .sentence = row[6],
               .file = row[7], .line = row[8].get<std::size_t>()};
}

}  // namespace

const std::string& rules_hash() {
  static const std::string made = [] {
    Sha256 hash;
    for (const auto& rule : rules()) {
      for (auto text : {rule.id, rule.anchors, rule.pattern, rule.unless, rule.sentence}) add_text(hash, text);
      add_text(hash, fmt::format("{} {} {} {}", rule.weight, static_cast<int>(rule.part), rule.reach, rule.encoded));
    }
    for (const auto& both : combinations()) {
      for (auto text : {both.id, both.first, both.second, both.sentence}) add_text(hash, text);
      add_text(hash, fmt::format("{} {}", both.weight, both.distance));
    }
    for (const auto& word : words()) add_text(hash, word.name), add_text(hash, word.pattern);
    add_text(hash, fmt::format("{} {} {} {} {} {}", kRevision, kWeakBelow, kWeakSumMax, kStrongFrom, kSuspiciousFrom,
                               kMaliciousFrom));
    return hash.hex();
  }();
  return made;
}

VerdictMemory::VerdictMemory(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.empty() || !is_ours(file_)) return;
  auto text = platform::read_file(file_, kFileBytesOfMemoryMax);
  if (text && read(*text)) return;
  folders_.clear();
  contents_.clear();
}

bool VerdictMemory::read(std::string_view text) {
  auto head = head_line();
  auto sum = text.rfind(kSumName);
  if (!text.starts_with(head) || sum == std::string_view::npos || sum == 0 || text[sum - 1] != '\n') return false;
  auto body = text.substr(0, sum);
  if (text.substr(sum + kSumName.size()) != sha256_hex(body) + "\n") return false;
  body.remove_prefix(head.size());
  while (!body.empty()) {
    auto end = body.find('\n');
    if (end == std::string_view::npos || !read_line(body.substr(0, end))) return false;
    body.remove_prefix(end + 1);
  }
  return true;
}

bool VerdictMemory::read_line(std::string_view line) {
  auto row = parse_json(line, kLineDepthMax);
  if (!row || !row->is_array() || row->size() < 3 || !(*row)[0].is_string() || !(*row)[1].is_string() ||
      !(*row)[2].is_string()) {
    return false;
  }
  auto known = known_of(*row);
  if (!known) return false;
  auto& hash = (*row)[2].get_ref<const std::string&>();
  contents_.insert_or_assign(hash, std::move(*known));
  folders_.insert_or_assign((*row)[0].get<std::string>(), Folder{(*row)[1].get<std::string>(), hash});
  return true;
}

const Known* VerdictMemory::find_folder(const std::string& folder, std::string_view stamp) {
  auto found = folders_.find(folder);
  if (found == folders_.end()) return nullptr;
  found->second.asked = true;
  return !stamp.empty() && found->second.stamp == stamp ? find_content(found->second.hash) : nullptr;
}

const Known* VerdictMemory::find_content(const std::string& hash) const {
  auto found = contents_.find(hash);
  return found == contents_.end() ? nullptr : &found->second;
}

void VerdictMemory::add(const std::string& folder, std::string stamp, std::string hash, Known known) {
  auto& entry = folders_[folder];
  changed_ = changed_ || entry.stamp != stamp || entry.hash != hash;
  contents_.insert_or_assign(hash, std::move(known));
  entry = {std::move(stamp), std::move(hash), true};
}

std::string VerdictMemory::text() const {
  auto out = head_line();
  std::size_t room = kFoldersKeptMax;
  for (const auto& [folder, entry] : folders_) {
    const auto* known = find_content(entry.hash);
    if (!known || (!entry.asked && room == 0)) continue;
    if (!entry.asked) --room;
    Json row = {folder, entry.stamp, entry.hash};
    if (*known != Known{}) {
      row.insert(row.end(), {static_cast<unsigned>(known->verdict), known->cut, known->rule, known->sentence,
                             known->file, known->line});
    }
    out += json_text(row) + "\n";
  }
  return out + std::string(kSumName) + sha256_hex(out) + "\n";
}

}  // namespace chela::runtime::skills::scan
