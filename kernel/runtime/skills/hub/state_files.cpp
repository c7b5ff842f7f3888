#include "kernel/runtime/skills/hub/state_files.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 16u << 20;
constexpr std::size_t kDepthMax = 64;
constexpr std::uint32_t kFileMode = 0644;
constexpr auto kFolders = std::to_array<std::string_view>({".clawhub", ".clawdhub"});

std::string text_in(const RecordJson& object, const char* key) {
  if (!object.is_object()) return {};
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The file in either folder. Nothing when both lack it.
Result<std::optional<std::pair<fs::path, RecordJson>>> read_either(const fs::path& root, const char* name) {
  for (auto folder : kFolders) {
    auto file = root / folder / name;
    auto text = platform::read_file(file, kFileBytesMax);
    if (!text && text.error().code == ErrorCode::not_found) continue;
    if (!text) return std::unexpected(std::move(text.error()));
    auto malformed = [&](const char* why) {
      return fail(ErrorCode::corrupt, "{} {}: mend it, or move it away to begin anew", file.string(), why);
    };
    if (nests_deeper(*text, kDepthMax)) return malformed("nests too deep");
    auto json = RecordJson::parse(*text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) return malformed("is not valid JSON");
    auto version = json.find("version");
    if (version == json.end() || *version != 1) return malformed("is of another version than 1");
    return std::pair(file, std::move(json));
  }
  return std::nullopt;
}

Result<void> write_json(const fs::path& file, const RecordJson& json) {
  std::error_code problem;
  fs::create_directories(file.parent_path(), problem);
  if (problem) return fail_errno("making the folder " + file.parent_path().string(), problem.value());
  return platform::write_file_atomically(file, json.dump(2, ' ', false, RecordJson::error_handler_t::replace) + "\n",
                                         kFileMode);
}

void put(RecordJson& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

std::string base64_of_hex(std::string_view hex) {
  std::string bytes;
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return to_base64(bytes);
}

// What both files say; upstream's gateway compares the two field by field.
void put_provenance(RecordJson& object, const Record& record) {
  put(object, "ownerHandle", record.owner);
  if (!record.reference.empty()) {
    put(object, "requestedReference", record.reference);
    object["trustState"] = "not-scanned-by-clawhub";
  }
  put(object, "sourceUrl", record.source_url);
  if (!record.artifact_sha256.empty()) {
    object["artifact"] = {{"kind", "archive"},
                          {"sha256", record.artifact_sha256},
                          {"integrity", "sha256-" + base64_of_hex(record.artifact_sha256)}};
  }
  if (!record.skill_file.empty())
    object["skillFile"] = {{"path", record.skill_file}, {"sha256", record.skill_file_sha256}};
  put(object, "fileTreeSha256", record.tree_sha256);
  if (record.reference.empty()) return;
  put(object, "sourceRef", record.reference);  // from here the command line's words for the same
  object["sourceKind"] = "skills-sh";
  put(object, "sourceRepository", record.repository);
  put(object, "sourcePath", record.path);
  object["clawhubScan"] = "unscanned";
  object["trustLabel"] = "Not scanned by ClawHub";
}

// What an installation says anew; everything else in an entry is somebody's own and stays.
bool is_ours(std::string_view key) {
  constexpr auto kOurs = std::to_array<std::string_view>(
      {"version", "registry", "installedAt", "ownerHandle", "requestedReference", "trustState", "sourceUrl", "artifact",
       "skillFile", "fileTreeSha256", "verification", "sourceRef", "sourceKind", "sourceRepository", "sourcePath",
       "canonicalRef", "clawhubScan", "trustLabel"});
  return std::ranges::find(kOurs, key) != kOurs.end();
}

// Where upstream's clients put the skill of this key; empty when the key could lead elsewhere.
std::string folder_of(std::string_view key, const Reference& stored) {
  if (stored.kind == ReferenceKind::skills_sh) return "skills/" + stored.slug;
  if (!key.starts_with('@')) return is_folder_name(key) ? "skills/" + std::string(key) : std::string();
  auto slash = key.find('/');
  if (slash == std::string_view::npos) return {};
  auto owner = key.substr(1, slash - 1), slug = key.substr(slash + 1);
  return is_folder_name(owner) && is_folder_name(slug) ? fmt::format("skills/@{}/{}", owner, slug) : std::string();
}

std::optional<LockedSkill> read_entry(const std::string& key, const RecordJson& entry) {
  if (!entry.is_object()) return std::nullopt;
  LockedSkill out{.key = key};
  out.reference = text_in(entry, "sourceRef");
  if (out.reference.empty()) out.reference = text_in(entry, "requestedReference");
  if (out.reference.empty() && key.starts_with("skills-sh")) out.reference = key;
  Reference stored;
  if (!out.reference.empty()) {
    auto spelled = out.reference.starts_with("skills-sh/") ? "skills-sh:" + out.reference.substr(10) : out.reference;
    auto parsed = parse_reference(spelled, "/");
    if (!parsed || parsed->kind != ReferenceKind::skills_sh) return std::nullopt;
    stored = std::move(*parsed);
    out.reference = stored.spec;
  }
  out.folder = folder_of(key, stored);
  if (out.folder.empty()) return std::nullopt;
  out.slug = out.folder.substr(out.folder.rfind('/') + 1);
  out.owner = to_lower(text_in(entry, "ownerHandle"));
  if (out.owner.empty() && key.starts_with('@')) out.owner = key.substr(1, key.find('/') - 1);
  out.version = text_in(entry, "version");
  out.registry = text_in(entry, "registry");
  out.tree_sha256 = text_in(entry, "fileTreeSha256");
  auto pinned = entry.find("pinned");
  out.is_pinned = pinned != entry.end() && pinned->is_boolean() && pinned->get<bool>();
  out.pin_reason = text_in(entry, "pinReason");
  return out;
}

std::string iso_time(std::int64_t ms) {
  std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", std::string_view(text.data(), size), ms % 1000);
}

}  // namespace

Result<LockFile> LockFile::read(const fs::path& workdir) {
  LockFile out(workdir);
  CHELA_TRY(auto found, read_either(workdir, "lock.json"));
  if (!found) {
    RecordJson empty = {{"version", 1}, {"skills", RecordJson::object()}};
    out.document_ = std::make_shared<RecordJson>(std::move(empty));
    return out;
  }
  auto skills = found->second.find("skills");
  if (skills == found->second.end() || !skills->is_object()) {
    return fail(ErrorCode::corrupt, "{} holds no list of skills: mend it, or move it away to begin anew",
                found->first.string());
  }
  out.document_ = std::make_shared<RecordJson>(std::move(found->second));
  return out;
}

std::vector<LockedSkill> LockFile::skills() const {
  std::vector<LockedSkill> out;
  for (const auto& [key, entry] : (*document_)["skills"].items()) {
    if (auto skill = read_entry(key, entry)) out.push_back(std::move(*skill));
  }
  return out;
}

std::optional<LockedSkill> LockFile::find(const std::string& key) const {
  const RecordJson& skills = (*document_)["skills"];
  auto found = skills.find(key);
  return found == skills.end() ? std::nullopt : read_entry(key, *found);
}

std::optional<LockedSkill> LockFile::find(const Reference& reference) const {
  if (auto exact = find(reference.spec)) return exact;
  std::optional<LockedSkill> out;
  for (auto& skill : skills()) {
    if (reference.kind == ReferenceKind::skills_sh) {
      if (skill.reference == reference.spec) return skill;
      continue;
    }
    if (skill.slug != reference.slug || !skill.reference.empty()) continue;
    const bool fits = reference.owner.empty() || skill.owner == reference.owner;
    if (!fits) continue;
    if (out) return std::nullopt;  // two owners' skills of one name: the person says which
    out = std::move(skill);
  }
  return out;
}

std::string LockFile::entry_text(const std::string& key) const {
  const RecordJson& skills = (*document_)["skills"];
  auto found = skills.find(key);
  return found == skills.end() ? std::string() : found->dump();
}

std::string LockFile::entry_text_of(const std::string& key, const Record& record) const {
  RecordJson entry = {
      {"version", record.version}, {"registry", record.registry}, {"installedAt", record.installed_at_ms}};
  put_provenance(entry, record);
  const RecordJson& skills = (*document_)["skills"];
  if (auto old = skills.find(key); old != skills.end() && old->is_object()) {
    for (const auto& [name, value] : old->items()) {
      if (!is_ours(name)) entry[name] = value;
    }
  }
  return entry.dump(-1, ' ', false, RecordJson::error_handler_t::replace);
}

void LockFile::set(const std::string& key, const Record& record) {
  set_text(key, entry_text_of(key, record));
}

void LockFile::set_text(const std::string& key, const std::string& entry) {
  (*document_)["skills"][key] = RecordJson::parse(entry, nullptr, false);
}

void LockFile::erase(const std::string& key) {
  (*document_)["skills"].erase(key);
}

Result<void> LockFile::write() const {
  return write_json(workdir_ / kFolders[0] / "lock.json", *document_);
}

Result<std::optional<Origin>> read_origin(const fs::path& folder) {
  CHELA_TRY(auto found, read_either(folder, "origin.json"));
  if (!found) return std::nullopt;
  const auto& json = found->second;
  Origin out{.registry = text_in(json, "registry"), .slug = text_in(json, "slug")};
  out.owner = to_lower(text_in(json, "ownerHandle"));
  out.version = text_in(json, "installedVersion");
  out.reference = text_in(json, "requestedReference");
  if (out.reference.empty()) out.reference = text_in(json, "sourceRef");
  out.fingerprint = text_in(json, "fingerprint");
  out.tree_sha256 = text_in(json, "fileTreeSha256");
  return out;
}

Result<void> write_origin(const fs::path& folder, const Record& record) {
  RecordJson json = {{"version", 1}, {"registry", record.registry}, {"slug", record.slug}};
  json["installedVersion"] = record.version;
  json["installedAt"] = record.installed_at_ms;
  put_provenance(json, record);
  put(json, "artifactIdentity", record.artifact_identity);
  put(json, "fingerprint", record.fingerprint);
  return write_json(folder / kFolders[0] / "origin.json", json);
}

Result<void> write_source_origin(const fs::path& folder, const SourceRecord& record) {
  RecordJson json = {{"version", 1}, {"source", record.source}, {"spec", record.spec}, {"slug", record.slug}};
  json["installedAt"] = record.installed_at_ms;
  if (record.source == "git") {
    RecordJson git = {{"url", record.url}};
    put(git, "ref", record.ref);
    git["commit"] = record.commit;
    git["resolvedAt"] = iso_time(record.installed_at_ms);
    json["git"] = std::move(git);
  }
  return write_json(folder / ".openclaw" / "source-origin.json", json);
}

}  // namespace chela::runtime::skills::hub
