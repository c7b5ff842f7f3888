#pragma once

// From what was fetched to the tree of a skill that can be put in place: unpacked within limits, its root found, its
// file called SKILL.md, without records that it brought along itself. Blocking; any thread.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/engine.hpp"
#include "kernel/runtime/skills/hub/registry.hpp"

namespace chela::runtime::skills::hub {

packages::ArchiveLimits skill_limits();

// Each writes the new folder `staging/unpacked` and returns its path. Errors: those of packages::unpack().
Result<std::filesystem::path> stage_archive(const packages::PackagesModule& engine, std::string_view bytes,
                                            const std::filesystem::path& staging,
                                            const packages::EntryPlace& place = {});
Result<std::filesystem::path> stage_folder(const packages::PackagesModule& engine, const std::filesystem::path& folder,
                                           const std::filesystem::path& staging);
Result<std::filesystem::path> stage_file(const packages::PackagesModule& engine, const std::filesystem::path& file,
                                         const std::filesystem::path& staging);

// Takes what is below `path` in the one folder that an archive of GitHub holds.
packages::EntryPlace below_path(std::string path);

// Every file of a version is there with its hash, and no other, but for what the registry makes itself. Error corrupt.
Result<void> check_files(const std::filesystem::path& unpacked, const std::vector<ListedFile>& listed);
Result<void> check_content_hash(const std::filesystem::path& unpacked, const std::string& content_hash);

// The root of the skill: `unpacked`, or the only folder in it. Renames skill.md, skills.md and SKILL.MD, and removes
// `.clawhub`, `.clawdhub` and `.openclaw/source-origin.json`: they say who installed it and under which key, which is
// not for the skill to say. `spelling` becomes the name of the file as it was. Error invalid_argument without SKILL.md.
Result<std::filesystem::path> settle(const std::filesystem::path& unpacked, std::string& spelling);

}  // namespace chela::runtime::skills::hub
