#pragma once

// What the registry is asked about skills (`/api/v1`), and its answers as types. Every field of an answer is untrusted:
// what is missing or of another type counts as absent, what steers an installation is checked. Loop thread; `client`
// outlives the tasks. Errors: those of the client, and protocol for answers that cannot be meant.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/runtime/skills/hub/client.hpp"
#include "kernel/runtime/skills/hub/reference.hpp"

namespace chela::runtime::skills::hub {

inline constexpr const char* kNotScanned = "Not scanned by ClawHub";

struct Found {
  std::string slug;
  std::string owner;  // may be empty
  std::string display_name;
  std::string summary;
  std::string version;
  std::string reference;  // what to install it by
  std::uint64_t downloads = 0;
  bool is_unscanned = false;
};

struct SearchQuery {
  std::string text;  // empty: what is read most at present
  std::size_t limit = 25;
  bool exact = false;
  bool without_suspicious = false;
};
// A row that cannot be installed under the name of its owner is left out: the name might be another's.
Task<Result<std::vector<Found>>> search(Client& client, SearchQuery query);

struct ListQuery {
  std::size_t limit = 50;  // 1 to 200
  std::string cursor;
  std::string sort;  // updated, recommended, createdAt, downloads, stars, name, trending; empty: the registry's choice
  std::string prefix;
  bool without_suspicious = false;
};
struct Listing {
  std::vector<Found> items;
  std::string next_cursor;  // empty: this was the last
};
Task<Result<Listing>> list(Client& client, ListQuery query);

struct Detail {
  std::string slug;
  std::string display_name;
  std::string summary;
  std::string owner;           // empty: it does not say
  std::string latest_version;  // empty: it has none
  bool is_malware = false;
  bool is_suspicious = false;
  std::string moderation;  // why, in the registry's words
};
// Errors also: invalid_argument when several owners have a skill of that name.
Task<Result<Detail>> find_skill(Client& client, std::string slug, std::string owner);

struct ListedFile {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;  // lower-case hex
};
struct Version {
  std::string version;
  std::string changelog;
  std::vector<ListedFile> files;  // of find_version() alone
};
Task<Result<std::vector<Version>>> list_versions(Client& client, std::string slug, std::string owner);
Task<Result<Version>> find_version(Client& client, std::string slug, std::string owner, std::string version);

// What to install: an archive of the registry, or a folder of a repository at one commit.
struct Resolution {
  bool is_github = false;
  std::string version;  // of the archive
  std::string download_url;
  std::string repository;    // "owner/name"
  std::string path;          // in the repository, never empty
  std::string commit;        // 40 hex digits
  std::string content_hash;  // of the folder: 64 hex digits
  std::string source_url;
  bool is_unscanned = false;
};
// Errors also: denied with the registry's reason when it does not let the skill be installed.
Task<Result<Resolution>> resolve_install(Client& client, Reference reference, bool force_install);

struct Match {
  std::string matched;  // the version whose files have this fingerprint; empty: none
  std::string latest;
};
Task<Result<Match>> match_fingerprint(Client& client, std::string slug, std::string owner, std::string fingerprint);

// Where the archive of a version is, and what it must be.
struct IndexedArchive {
  std::string url;
  std::string sha256;
};
// Nothing when the registry has no index of this version, which is that of the latest alone.
Task<Result<std::optional<IndexedArchive>>> find_archive(Client& client, std::string slug, std::string owner,
                                                         std::string version);

// The address of the archive of a version that no index names.
std::string download_url(const Client& client, const std::string& slug, const std::string& owner,
                         const std::string& version);
// The address of a repository's archive at one commit.
std::string codeload_url(const Client& client, const Resolution& resolution);

bool is_hex(std::string_view text, std::size_t digits);  // lower case

}  // namespace chela::runtime::skills::hub
