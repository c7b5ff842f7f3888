#include "kernel/core/packages/publish.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "kernel/core/platform/owned_descriptor.hpp"
#include "kernel/core/packages/entry_name.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/packages/tree.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 128u << 20;
constexpr mode_t kArchiveMode = 0644;

bool is_left_out(const FileRecord& file) {
  return file.name.starts_with(".git/");
}

// The files that are packed, with names that every machine can unpack.
Result<std::vector<FileRecord>> packed_files(const PackagesModule& engine, const fs::path& folder) {
  CHELA_TRY(auto files, read_tree(folder));
  std::erase_if(files, is_left_out);
  NameSet names(engine);
  for (const auto& file : files) {
    CHELA_TRY(auto parts, name_parts(file.name));
    CHELA_CHECK(names.add(parts, false));
  }
  return files;
}

void check_files(const std::vector<FileRecord>& files, std::vector<PackageProblem>& problems) {
  auto has = [&](std::string_view start) {
    return std::ranges::any_of(files, [&](const FileRecord& file) { return file.name.starts_with(start); });
  };
  auto warn = [&](const char* code, std::string message) { problems.push_back({false, code, std::move(message)}); };
  if (!has("README")) warn("no_readme", "there is no README");
  if (!has("LICENSE") && !has("LICENCE") && !has("COPYING")) warn("no_license", "there is no LICENSE");
  for (const auto& file : files) {
    auto name = fs::path(file.name).filename().string();
    if (name.starts_with(".env") || name.ends_with(".key") || name.ends_with(".pem") || name == ".npmrc")
      problems.push_back({true, "secret_in_package", file.name + " looks like a secret; take it out"});
  }
}

void check_signature_files(const fs::path& folder, const PackageInfo& info, const std::vector<FileRecord>& files,
                           std::vector<PackageProblem>& problems) {
  auto list = platform::read_file(folder / kFileListName, kFileBytesMax);
  auto text = platform::read_file(folder / kFileSignatureName, kFileBytesMax);
  if (!list && !text) {
    problems.push_back({false, "unsigned", "it is not signed; `chela plugins sign` signs it"});
  } else if (!list || !text || *list != file_list_text(info.id, info.version, files)) {
    problems.push_back({true, "signature_outdated", "files were changed after it was signed; sign it again"});
  } else if (!parse_signature(*text)) {
    problems.push_back({true, "signature_outdated", "its signature cannot be read; sign it again"});
  }
}

}  // namespace

Result<void> sign_folder(const PackagesModule& engine, const SecretKey& key, const fs::path& folder) {
  CHELA_TRY(auto info, read_package(folder));
  CHELA_TRY(auto files, packed_files(engine, folder));
  auto list = file_list_text(info.id, info.version, files);
  CHELA_TRY(auto signature, sign_text(engine, key, list, fmt::format("package {} {}", info.id, info.version)));
  constexpr std::uint32_t kMode = 0644;
  CHELA_CHECK(platform::write_file_atomically(folder / kFileListName, list, kMode));
  return platform::write_file_atomically(folder / kFileSignatureName, signature, kMode);
}

Result<void> pack_folder(const PackagesModule& engine, const fs::path& folder, const fs::path& archive) {
  CHELA_TRY(auto files, packed_files(engine, folder));
  std::vector<PackedFile> packed;
  for (const auto& file : files) {
    CHELA_TRY(auto bytes, platform::read_file(folder / file.name, kFileBytesMax));
    packed.push_back({"package/" + file.name, file.executable, std::move(bytes)});
  }
  platform::OwnedDescriptor out(::open(archive.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kArchiveMode));
  if (!out) return fail_errno("writing " + archive.string(), errno);
  return engine.write_tarball(out.get(), packed);
}

std::string archive_name(const PackageInfo& info) {
  return fmt::format("{}-{}.tgz", info.id, info.version);
}

std::vector<PackageProblem> publish_problems(const PackagesModule& engine, const fs::path& folder) {
  auto info = read_package(folder);
  if (!info) return {{true, "invalid_manifest", info.error().message}};
  auto problems = info->problems;
  auto files = packed_files(engine, folder);
  if (!files) return {{true, "invalid_name", files.error().message}};
  if (!parse_semver(info->version))
    problems.push_back({true, "invalid_version", "the version " + info->version + " is no semantic version"});
  for (const auto& script : info->scripts)
    problems.push_back({false, "install_script", "its " + script + " script will not be run by anybody"});
  check_files(*files, problems);
  check_signature_files(folder, *info, *files, problems);
  std::vector<PackageProblem> ordered;
  for (const bool errors : {true, false}) {
    std::ranges::copy_if(problems, std::back_inserter(ordered), [=](const auto& row) { return row.is_error == errors; });
  }
  return ordered;
}

}  // namespace chela::packages
