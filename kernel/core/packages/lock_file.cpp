#include "kernel/core/packages/lock_file.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFileBytesMax = 256u << 20;
constexpr std::size_t kDepthMax = 16;
constexpr std::string_view kChanges[] = {"install", "remove", "roll_back"};

Json json_of(const LockEntry& entry) {
  Json files = Json::array();
  for (const auto& file : entry.files)
    files.push_back({file.name, file.executable ? 755 : 644, file.size, file.sha256});
  return {{"id", entry.id},
          {"kind", entry.kind},
          {"version", entry.version},
          {"source", entry.source},
          {"resolved", entry.resolved},
          {"integrity", entry.integrity},
          {"digest", entry.digest},
          {"dependencies", entry.dependencies_digest},
          {"signature", {{"state", name_of(entry.signature)}, {"key", entry.key_id}}},
          {"reviewed", entry.reviewed_digest},
          {"permissions", entry.permissions},
          {"installedAt", entry.installed_at_ms},
          {"pinned", entry.pinned},
          {"files", files}};
}

// What is missing or of another type is remembered once: a half-read entry is none.
class EntryReader {
 public:
  explicit EntryReader(const Json& row) : row_(row) {}

  std::optional<LockEntry> read() {
    if (!row_.is_object()) return std::nullopt;
    LockEntry entry{.id = text("id"),
                    .kind = text("kind"),
                    .version = text("version"),
                    .source = text("source"),
                    .resolved = text("resolved"),
                    .integrity = text("integrity"),
                    .digest = text("digest")};
    entry.dependencies_digest = text("dependencies");
    entry.reviewed_digest = text("reviewed");
    read_signature(entry);
    read_permissions(entry);
    read_files(entry);
    auto time = row_.find("installedAt");
    if (time != row_.end() && time->is_number_integer()) entry.installed_at_ms = time->get<std::int64_t>();
    auto pinned = row_.find("pinned");
    entry.pinned = pinned != row_.end() && pinned->is_boolean() && pinned->get<bool>();
    if (!good_ || !is_safe_id(entry.id) || entry.digest != tree_digest(entry.files)) return std::nullopt;
    return entry;
  }

 private:
  std::string text(const char* key) {
    auto value = row_.find(key);
    if (value != row_.end() && value->is_string()) return value->get<std::string>();
    good_ = false;
    return {};
  }

  void read_signature(LockEntry& entry) {
    auto value = row_.find("signature");
    if (value == row_.end() || !value->is_object()) return void(good_ = false);
    entry.key_id = text_of(*value, "key");
    bool known = false;
    for (int state = 0; state <= static_cast<int>(SignatureState::invalid); ++state) {
      if (text_of(*value, "state") != name_of(static_cast<SignatureState>(state))) continue;
      entry.signature = static_cast<SignatureState>(state);
      known = true;
    }
    good_ = good_ && known;
  }

  void read_permissions(LockEntry& entry) {
    auto value = row_.find("permissions");
    if (value == row_.end() || !value->is_array()) return void(good_ = false);
    for (const auto& permission : *value) {
      if (!permission.is_string()) return void(good_ = false);
      entry.permissions.push_back(permission.get<std::string>());
    }
  }

  void read_files(LockEntry& entry) {
    auto value = row_.find("files");
    if (value == row_.end() || !value->is_array()) return void(good_ = false);
    for (const auto& file : *value) {
      if (!file.is_array() || file.size() != 4 || !file[0].is_string() || !file[1].is_number_integer() ||
          !file[2].is_number_unsigned() || !file[3].is_string())
        return void(good_ = false);
      entry.files.push_back({file[0].get<std::string>(), file[1].get<int>() == 755, file[2].get<std::uint64_t>(),
                             file[3].get<std::string>()});
    }
  }

  const Json& row_;
  bool good_ = true;
};

std::optional<PendingChange> read_pending(const Json& row) {
  if (!row.is_object()) return std::nullopt;
  PendingChange out{.id = text_of(row, "id"), .staged = text_of(row, "staged")};
  bool known = false;
  for (std::size_t i = 0; i < std::size(kChanges); ++i) {
    if (text_of(row, "change") != kChanges[i]) continue;
    out.kind = static_cast<PendingChange::Kind>(i);
    known = true;
  }
  if (row.contains("entry")) out.entry = EntryReader(row["entry"]).read();
  bool complete = known && is_safe_id(out.id) && (out.kind != PendingChange::Kind::install || out.entry);
  return complete ? std::optional(std::move(out)) : std::nullopt;
}

Result<LockFile> read_root(const Json& root, const std::string& what) {
  auto damaged = [&](std::string_view where) {
    return fail(ErrorCode::corrupt, "{}: {} is damaged; restore the file, or remove it and install the plugins again",
                what, where);
  };
  LockFile lock;
  if (!root.is_object() || !root.contains("plugins") || !root["plugins"].is_object()) return damaged("it");
  for (const auto& [id, row] : root["plugins"].items()) {
    if (!row.is_object() || !row.contains("current")) return damaged(id);
    auto current = EntryReader(row["current"]).read();
    if (!current || current->id != id) return damaged(id);
    InstalledPlugin plugin{std::move(*current), std::nullopt};
    if (row.contains("previous")) {
      plugin.previous = EntryReader(row["previous"]).read();
      if (!plugin.previous) return damaged(id);
    }
    lock.plugins.emplace(id, std::move(plugin));
  }
  if (root.contains("pending")) {
    lock.pending = read_pending(root["pending"]);
    if (!lock.pending) return damaged("its pending change");
  }
  if (root.contains("floors") && root["floors"].is_object()) {
    for (const auto& [id, version] : root["floors"].items()) {
      if (version.is_string()) lock.floors.emplace(id, version.get<std::string>());
    }
  }
  return lock;
}

}  // namespace

std::filesystem::path lock_file_path(const std::filesystem::path& home) {
  return home / "plugins.lock.json";
}

Result<LockFile> read_lock_file(const std::filesystem::path& file) {
  auto what = "reading " + file.string();
  auto text = platform::read_file(file, kFileBytesMax);
  if (!text && text.error().code == ErrorCode::not_found) return LockFile{};
  if (!text) return std::unexpected(std::move(text.error()));
  auto root = parse_json(*text, kDepthMax);
  if (!root) {
    return fail(ErrorCode::corrupt, "{}: it {}; restore the file, or remove it and install the plugins again", what,
                root.error().message);
  }
  return read_root(*root, what);
}

Result<void> write_lock_file(const std::filesystem::path& file, const LockFile& lock) {
  Json plugins = Json::object();
  for (const auto& [id, plugin] : lock.plugins) {
    plugins[id] = {{"current", json_of(plugin.current)}};
    if (plugin.previous) plugins[id]["previous"] = json_of(*plugin.previous);
  }
  Json root = {{"version", 1}, {"plugins", std::move(plugins)}, {"floors", lock.floors}};
  if (lock.pending) {
    const auto& pending = *lock.pending;
    root["pending"] = {
        {"change", kChanges[static_cast<std::size_t>(pending.kind)]}, {"id", pending.id}, {"staged", pending.staged}};
    if (pending.entry) root["pending"]["entry"] = json_of(*pending.entry);
  }
  return platform::write_file_atomically(file, root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

plugins::TrustLevel trust_level(const LockEntry& entry, const TrustStore& keys) {
  return plugins::decide_trust(
      {.signed_by_trusted_key = entry.signature == SignatureState::trusted && keys.holds(entry.key_id),
       .reviewed = !entry.reviewed_digest.empty() && entry.reviewed_digest == entry.digest});
}

}  // namespace chela::packages
