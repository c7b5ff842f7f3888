#include "kernel/runtime/skills/hub/staging.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <map>

#include "kernel/core/packages/tree_writer.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/runtime/skills/hub/digests.hpp"
#include "kernel/runtime/skills/skill.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMegabyte = 1u << 20;
constexpr auto kMarkers = std::to_array<const char*>({"SKILL.md", "skill.md", "skills.md", "SKILL.MD"});

bool is_file(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

const char* marker_in(const fs::path& folder) {
  for (const char* name : kMarkers) {
    if (is_file(folder / name)) return name;
  }
  return nullptr;
}

// The only entry of a folder, if that is a folder.
fs::path only_folder_in(const fs::path& folder) {
  std::error_code ignored;
  fs::path only;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    if (!only.empty() || !at->is_directory(ignored)) return {};
    only = at->path();
  }
  return only;
}

// Written by the registry into its archives, and not part of what was published.
bool is_of_registry(std::string_view path) {
  return path == "_meta.json" || path == "skill-card.md";
}

Result<void> drop(const fs::path& path) {
  std::error_code problem;
  fs::remove_all(path, problem);
  return problem ? Result<void>(fail_errno("removing " + path.string(), problem.value())) : Result<void>();
}

}  // namespace

packages::ArchiveLimits skill_limits() {
  packages::ArchiveLimits limits;
  limits.archive_bytes_max = 256 * kMegabyte;
  limits.tree.entries_max = 50'000;
  limits.tree.file_bytes_max = 256 * kMegabyte;
  limits.tree.bytes_max = 512 * kMegabyte;
  limits.tree.names = {.bytes_max = 3072, .depth_max = 256};
  return limits;
}

Result<fs::path> stage_archive(const packages::PackagesModule& engine, std::string_view bytes, const fs::path& staging,
                               const packages::EntryPlace& place) {
  auto archive = staging / "archive", to = staging / "unpacked";
  // Nobody needs it after a crash: no wait for the disk.
  std::ofstream file(archive, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail_errno("writing " + archive.string(), errno);
  auto limits = skill_limits();
  // A repository has many files that are none of the skill's.
  if (place) limits.ratio_free_bytes = limits.tree.bytes_max;
  CHELA_CHECK(packages::unpack(engine, archive, to, limits, place));
  CHELA_CHECK(drop(archive));
  return to;
}

Result<fs::path> stage_folder(const packages::PackagesModule& engine, const fs::path& folder, const fs::path& staging) {
  auto to = staging / "unpacked";
  CHELA_CHECK(packages::copy_folder(engine, folder, to, skill_limits().tree));
  return to;
}

Result<fs::path> stage_file(const packages::PackagesModule& engine, const fs::path& file, const fs::path& staging) {
  auto to = staging / "unpacked";
  CHELA_TRY(auto bytes, platform::read_file(file, kSkillFileBytesMax));
  CHELA_TRY(auto tree, packages::TreeWriter::create(engine, to, skill_limits().tree));
  CHELA_CHECK(tree.begin_file(kMarkers[0], false));
  CHELA_CHECK(tree.write(bytes));
  CHELA_CHECK(tree.end_file());
  CHELA_CHECK(tree.commit());
  return to;
}

packages::EntryPlace below_path(std::string path) {
  return [prefix = path + "/"](std::string_view name) -> std::optional<std::string> {
    auto slash = name.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto rest = name.substr(slash + 1);
    if (!rest.starts_with(prefix) || rest.size() == prefix.size()) return std::nullopt;
    return std::string(rest.substr(prefix.size()));
  };
}

Result<void> check_files(const fs::path& unpacked, const std::vector<ListedFile>& listed) {
  if (listed.empty()) {
    return fail(ErrorCode::denied,
                "the registry has neither an index nor a list of files with hashes for this version, "
                "so that nobody could tell a changed package");
  }
  std::map<std::string_view, const ListedFile*> expected;
  for (const auto& file : listed) {
    if (!expected.emplace(file.path, &file).second)
      return fail(ErrorCode::corrupt, "the registry lists {} twice", packages::shown_name(file.path));
  }
  CHELA_TRY(auto files, all_files(unpacked));
  for (const auto& file : files) {
    auto found = expected.find(file.path);
    if (found == expected.end()) {
      if (is_of_registry(file.path)) continue;
      return fail(ErrorCode::corrupt, "{} is in the archive and not among the files that were published",
                  packages::shown_name(file.path));
    }
    if (found->second->sha256 != file.sha256) {
      return fail(ErrorCode::corrupt, "{} is not what was published: its sha256 is {} instead of {}",
                  packages::shown_name(file.path), file.sha256, found->second->sha256);
    }
    expected.erase(found);
  }
  for (const auto& [path, file] : expected) {
    if (!is_of_registry(path))
      return fail(ErrorCode::corrupt, "{} was published and is not in the archive", packages::shown_name(path));
  }
  return {};
}

Result<void> check_content_hash(const fs::path& unpacked, const std::string& content_hash) {
  CHELA_TRY(auto files, all_files(unpacked));
  auto found = content_hash_of(std::move(files));
  if (found == content_hash) return {};
  return fail(ErrorCode::corrupt,
              "the files of the repository are not those that the registry knows: their hash is {} "
              "instead of {}",
              found, content_hash);
}

Result<fs::path> settle(const fs::path& unpacked, std::string& spelling) {
  auto root = unpacked;
  const char* marker = marker_in(root);
  if (!marker) {
    if (auto only = only_folder_in(unpacked); !only.empty()) {
      root = only;
      marker = marker_in(root);
    }
  }
  if (!marker)
    return fail(ErrorCode::invalid_argument, "there is no SKILL.md in it, nor in the only folder that it holds");
  spelling = marker;
  if (spelling != kMarkers[0]) {
    std::error_code problem;
    fs::rename(root / marker, root / kMarkers[0], problem);
    if (problem) return fail_errno("renaming " + spelling, problem.value());
  }
  for (const char* record : {".clawhub", ".clawdhub"}) CHELA_CHECK(drop(root / record));
  CHELA_CHECK(drop(root / ".openclaw" / "source-origin.json"));
  return root;
}

}  // namespace chela::runtime::skills::hub
