#include "kernel/runtime/skills/hub/registry.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_url.hpp"

namespace chela::runtime::skills::hub {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kFoundMax = 200;
constexpr std::size_t kFilesMax = 50'000;

const Json& member(const Json& object, const char* key) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

std::string text_in(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool truth_in(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::uint64_t number_in(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::string owner_in(const Json& row) {
  for (const auto& owner : {text_in(row, "ownerHandle"), text_in(member(row, "owner"), "handle"),
                            text_in(member(row, "publisher"), "handle")}) {
    auto handle = to_lower(owner.starts_with('@') ? std::string_view(owner).substr(1) : std::string_view(owner));
    if (is_owner(handle)) return handle;
  }
  return {};
}

// What a row is installed by; empty when that would name another's skill.
std::string reference_of(const Json& row, const std::string& slug, const std::string& owner) {
  if (text_in(row, "source") == "skills-sh") {
    auto parsed = parse_reference(text_in(member(row, "install"), "reference"), "/");
    return parsed && parsed->kind == ReferenceKind::skills_sh ? parsed->spec : std::string();
  }
  if (!is_slug(slug) || owner.empty()) return {};
  return "@" + owner + "/" + slug;
}

Found read_found(const Json& row) {
  Found out{.slug = text_in(row, "slug"), .owner = owner_in(row)};
  out.display_name = text_in(row, "displayName");
  out.summary = text_in(row, "summary");
  out.version = text_in(row, "version");
  if (out.version.empty()) out.version = text_in(member(row, "latestVersion"), "version");
  out.downloads = number_in(row, "downloads");
  out.is_unscanned = text_in(row, "source") == "skills-sh";
  out.reference = reference_of(row, out.slug, out.owner);
  return out;
}

std::string skill_path(const std::string& slug) {
  return "/api/v1/skills/" + net::percent_encoded(slug);
}

std::string limit_text(std::size_t limit) {
  return std::to_string(std::clamp<std::size_t>(limit, 1, kFoundMax));
}

Result<Version> read_version(const Json& row) {
  Version out{.version = text_in(row, "version"), .changelog = text_in(row, "changelog")};
  if (out.version.empty()) return fail(ErrorCode::protocol, "the registry names a version without a number");
  const auto& files = member(row, "files");
  if (!files.is_array()) return out;
  if (files.size() > kFilesMax) return fail(ErrorCode::too_large, "the version has more than {} files", kFilesMax);
  for (const auto& file : files) {
    ListedFile listed{text_in(file, "path"), number_in(file, "size"), to_lower(text_in(file, "sha256"))};
    if (listed.path.empty() || !is_hex(listed.sha256, 64))
      return fail(ErrorCode::protocol, "the registry's list of files of {} has a row without a name or a hash",
                  out.version);
    out.files.push_back(std::move(listed));
  }
  return out;
}

Result<Resolution> read_github(const Json& answer) {
  const auto& github = member(answer, "github");
  Resolution out{.is_github = true};
  out.repository = text_in(github, "repo");
  out.path = text_in(github, "path");
  out.commit = to_lower(text_in(github, "commit"));
  out.content_hash = to_lower(text_in(github, "contentHash"));
  out.source_url = text_in(github, "sourceUrl");
  while (out.path.ends_with('/')) out.path.pop_back();
  auto names = split(out.repository, '/');
  auto sound = [](std::string_view name) {
    return !name.empty() && name.size() <= 100 && name != "." && name != ".." &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               std::string_view::npos;
  };
  if (names.size() != 2 || !std::ranges::all_of(names, sound))
    return fail(ErrorCode::protocol, "the registry names no repository of GitHub for the skill");
  auto parts = split(out.path, '/');
  auto leads_away = [](std::string_view part) { return part.empty() || part == "." || part == ".."; };
  if (std::ranges::any_of(parts, leads_away))
    return fail(ErrorCode::protocol, "the registry names no folder of {} for the skill", out.repository);
  if (!is_hex(out.commit, 40)) {
    return fail(ErrorCode::denied, "the registry does not pin the skill to a commit of {}: what comes could change",
                out.repository);
  }
  if (!is_hex(out.content_hash, 64))
    return fail(ErrorCode::denied, "the registry has no hash of the skill's files in {}", out.repository);
  out.is_unscanned = text_in(member(answer, "trust"), "state") == "not-scanned-by-clawhub" ||
                     text_in(member(answer, "trust"), "clawhubScan") == "unscanned";
  return out;
}

Result<Resolution> read_resolution(const Json& answer, const Reference& reference) {
  if (!truth_in(answer, "ok")) {
    auto message = text_in(answer, "message"), reason = text_in(answer, "reason");
    return fail(ErrorCode::denied, "ClawHub does not let {} be installed{}{}{}", reference.spec,
                reason.empty() ? "" : " (" + reason + ")", message.empty() ? "" : ": ", message);
  }
  if (!equal_ignoring_case(text_in(answer, "slug"), reference.slug)) {
    return fail(ErrorCode::protocol, "ClawHub was asked about {} and answered about {}", reference.spec,
                text_in(answer, "slug"));
  }
  auto kind = text_in(answer, "installKind");
  if (kind == "github") return read_github(answer);
  if (kind != "archive")
    return fail(ErrorCode::unsupported, "ClawHub gives {} out as `{}`, which is not known here", reference.spec, kind);
  const auto& archive = member(answer, "archive");
  Resolution out{.version = text_in(archive, "version"), .download_url = text_in(archive, "downloadUrl")};
  if (out.version.empty()) return fail(ErrorCode::not_found, "{} has no version that can be installed", reference.spec);
  return out;
}

}  // namespace

bool is_hex(std::string_view text, std::size_t digits) {
  auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == digits && std::ranges::all_of(text, hex);
}

Task<Result<std::vector<Found>>> search(Client& client, SearchQuery query) {
  auto limit = limit_text(query.limit);
  auto clean = query.without_suspicious ? "true" : "";
  Query words = {
      {"q", query.text}, {"limit", limit}, {"mode", query.exact ? "exact" : ""}, {"nonSuspiciousOnly", clean}};
  Query popular = {{"kind", "skills"}, {"limit", limit}};
  const bool has_words = !query.text.empty();
  auto answer = co_await client.get(has_words ? "/api/v1/search" : "/api/v1/trending", has_words ? words : popular);
  CHELA_CO_TRY(auto json, std::move(answer));
  const auto& rows = member(json, has_words ? "results" : "items");
  if (!rows.is_array()) co_return fail(ErrorCode::protocol, "ClawHub's answer to the search holds no results");
  std::vector<Found> out;
  for (const auto& row : rows) {
    auto found = read_found(row);
    if (!found.reference.empty() && out.size() < std::min(query.limit, kFoundMax)) out.push_back(std::move(found));
  }
  co_return out;
}

Task<Result<Listing>> list(Client& client, ListQuery query) {
  auto answer = co_await client.get("/api/v1/skills", {{"limit", limit_text(query.limit)},
                                                       {"cursor", query.cursor},
                                                       {"sort", query.sort},
                                                       {"prefix", query.prefix},
                                                       {"nonSuspiciousOnly", query.without_suspicious ? "true" : ""}});
  CHELA_CO_TRY(auto json, std::move(answer));
  const auto& rows = member(json, "items");
  if (!rows.is_array()) co_return fail(ErrorCode::protocol, "ClawHub's list holds no items");
  Listing out{.items = {}, .next_cursor = text_in(json, "nextCursor")};
  for (const auto& row : rows) {
    auto found = read_found(row);
    // Lists need not name owners; the slug alone asks again.
    if (found.reference.empty() && is_slug(found.slug)) found.reference = found.slug;
    if (!found.reference.empty() && out.items.size() < kFoundMax) out.items.push_back(std::move(found));
  }
  co_return out;
}

Task<Result<Detail>> find_skill(Client& client, std::string slug, std::string owner) {
  auto answer = co_await client.get(skill_path(slug), {{"ownerHandle", owner}}, {409});
  CHELA_CO_TRY(auto json, std::move(answer));
  const auto& skill = member(json, "skill");
  if (!skill.is_object()) {
    auto code = text_in(json, "code") + text_in(json, "error") + text_in(json, "reason");
    if (to_lower(code).contains("ambiguous")) {
      co_return fail(ErrorCode::invalid_argument,
                     "several owners have a skill {}: name one as @owner/{}; `chela skills search {}` shows them", slug,
                     slug, slug);
    }
    co_return fail(ErrorCode::not_found, "ClawHub has no skill {}; `chela skills search` finds names", slug);
  }
  Detail out{.slug = text_in(skill, "slug"), .display_name = text_in(skill, "displayName")};
  out.summary = text_in(skill, "summary");
  out.owner = owner_in(json);
  out.latest_version = text_in(member(json, "latestVersion"), "version");
  const auto& moderation = member(json, "moderation");
  out.is_malware = truth_in(moderation, "isMalwareBlocked") || text_in(moderation, "verdict") == "malicious";
  out.is_suspicious = truth_in(moderation, "isSuspicious") || text_in(moderation, "verdict") == "suspicious";
  out.moderation = text_in(moderation, "summary");
  if (!out.owner.empty() && !owner.empty() && out.owner != owner)
    co_return fail(ErrorCode::protocol, "ClawHub was asked about @{}/{} and answered about @{}", owner, slug,
                   out.owner);
  co_return out;
}

Task<Result<std::vector<Version>>> list_versions(Client& client, std::string slug, std::string owner) {
  auto answer = co_await client.get(skill_path(slug) + "/versions", {{"ownerHandle", owner}});
  CHELA_CO_TRY(auto json, std::move(answer));
  const auto& rows = member(json, member(json, "items").is_array() ? "items" : "versions");
  if (!rows.is_array()) co_return fail(ErrorCode::protocol, "ClawHub's answer holds no versions of {}", slug);
  std::vector<Version> out;
  for (const auto& row : rows) {
    if (auto version = read_version(row)) out.push_back(std::move(*version));
  }
  co_return out;
}

Task<Result<Version>> find_version(Client& client, std::string slug, std::string owner, std::string version) {
  auto path = skill_path(slug) + "/versions/" + net::percent_encoded(version);
  auto answer = co_await client.get(std::move(path), {{"ownerHandle", owner}});
  CHELA_CO_TRY(auto json, std::move(answer));
  auto read = read_version(member(json, "version"));
  CHELA_CO_TRY(auto out, std::move(read));
  if (out.version != version)
    co_return fail(ErrorCode::protocol, "ClawHub was asked about {} {} and answered about {}", slug, version,
                   out.version);
  co_return out;
}

Task<Result<Resolution>> resolve_install(Client& client, Reference reference, bool force_install) {
  const bool is_external = reference.kind == ReferenceKind::skills_sh;
  auto answer = co_await client.get(skill_path(reference.slug) + "/install",
                                    {{"ownerHandle", is_external ? "" : reference.owner},
                                     {"reference", is_external ? reference.spec : ""},
                                     {"forceInstall", force_install ? "1" : ""}},
                                    {403, 409, 410, 423});
  CHELA_CO_TRY(auto json, std::move(answer));
  auto read = read_resolution(json, reference);
  CHELA_CO_TRY(auto out, std::move(read));
  if (is_external && !out.is_github)
    co_return fail(ErrorCode::protocol, "ClawHub has no repository and commit for {}", reference.spec);
  co_return out;
}

Task<Result<Match>> match_fingerprint(Client& client, std::string slug, std::string owner, std::string fingerprint) {
  auto answer = co_await client.get("/api/v1/resolve", {{"slug", slug}, {"ownerHandle", owner}, {"hash", fingerprint}});
  CHELA_CO_TRY(auto json, std::move(answer));
  co_return Match{text_in(member(json, "match"), "version"), text_in(member(json, "latestVersion"), "version")};
}

Task<Result<std::optional<IndexedArchive>>> find_archive(Client& client, std::string slug, std::string owner,
                                                         std::string version) {
  if (owner.empty()) co_return std::optional<IndexedArchive>();
  auto path = fmt::format("/api/v1/agent-skills/{}/{}/index.json", net::percent_encoded(owner),
                          net::percent_encoded(slug));
  auto answer = co_await client.get(path, {});
  if (!answer && (answer.error().code == ErrorCode::not_found || answer.error().code == ErrorCode::invalid_argument))
    co_return std::optional<IndexedArchive>();
  CHELA_CO_TRY(auto json, std::move(answer));
  const auto& rows = member(json, "skills");
  if (!rows.is_array()) co_return std::optional<IndexedArchive>();
  for (const auto& row : rows) {
    auto digest = to_lower(text_in(row, "digest"));
    if (!equal_ignoring_case(text_in(row, "name"), slug) || text_in(row, "type") != "archive") continue;
    if (!digest.starts_with("sha256:") || !is_hex(std::string_view(digest).substr(7), 64))
      co_return fail(ErrorCode::protocol, "ClawHub's index of {} has no sha256", slug);
    auto url = net::parse_egress_url(text_in(row, "url"));
    if (!url) co_return fail(ErrorCode::protocol, "ClawHub's index of {} names no address", slug);
    if (url->query != "?version=" + net::percent_encoded(version)) continue;
    co_return std::optional(IndexedArchive{url->text(), digest.substr(7)});
  }
  co_return std::optional<IndexedArchive>();
}

std::string download_url(const Client& client, const std::string& slug, const std::string& owner,
                         const std::string& version) {
  auto out = fmt::format("{}/api/v1/download?slug={}", client.address().base, net::percent_encoded(slug));
  if (!owner.empty()) out += "&ownerHandle=" + net::percent_encoded(owner);
  return out + "&version=" + net::percent_encoded(version);
}

std::string codeload_url(const Client& client, const Resolution& resolution) {
  return fmt::format("{}/{}/zip/{}", client.address().codeload, resolution.repository, resolution.commit);
}

}  // namespace chela::runtime::skills::hub
