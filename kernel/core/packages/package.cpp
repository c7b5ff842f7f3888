#include "kernel/core/packages/package.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "chela/abi.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

void list_permissions(const plugins::Permissions& asked, std::vector<std::string>& out) {
  for (const auto& host : asked.network) out.push_back("network " + host);
  for (const auto& path : asked.paths) out.push_back("paths " + path);
  for (const auto& program : asked.exec) out.push_back("exec " + program);
  for (const auto& secret : asked.secrets) out.push_back("secret " + secret);
  std::ranges::sort(out);
}

void check_native(const plugins::Manifest& manifest, PackageInfo& info) {
  auto note = [&](const char* code, std::string message) { info.problems.push_back({true, code, std::move(message)}); };
  if (manifest.abi_major != CHELA_ABI_MAJOR || manifest.abi_minor > CHELA_ABI_MINOR) {
    note("plugin_api_version_mismatch", fmt::format("made for ABI {}.{}, this gateway has {}.{}", manifest.abi_major,
                                                    manifest.abi_minor, CHELA_ABI_MAJOR, CHELA_ABI_MINOR));
  }
  std::error_code missing;
  if (!fs::is_regular_file(manifest.library, missing)) {
    note("entry_not_found", "the package has no " + manifest.library.filename().string() + "; build the plugin first");
  } else if (auto checked = platform::check_shared_library(manifest.library); !checked) {
    note("load_failed", checked.error().message);
  }
  if (!parse_semver(manifest.version))
    info.problems.push_back({false, "invalid_version", "the version " + manifest.version + " is no semantic version"});
}

Result<PackageInfo> read_native_package(const fs::path& folder) {
  CHELA_TRY(auto manifest, plugins::read_manifest(folder / plugins::kManifestName));
  PackageInfo info{.kind = PackageKind::native,
                   .id = manifest.id,
                   .version = manifest.version,
                   .name = manifest.name,
                   .description = manifest.description};
  info.entries.push_back(manifest.library.filename().string());
  for (const auto& provision : manifest.provides) info.capabilities.push_back(provision.kind + "/" + provision.id);
  list_permissions(manifest.permissions, info.permissions);
  info.compatibility = fmt::format("ABI {}.{}", manifest.abi_major, manifest.abi_minor);
  check_native(manifest, info);
  return info;
}

}  // namespace

std::string_view name_of(PackageKind kind) {
  return kind == PackageKind::native ? "native" : "node bridge";
}

bool PackageInfo::has_errors() const {
  return std::ranges::any_of(problems, &PackageProblem::is_error);
}

bool is_safe_id(std::string_view id) {
  constexpr std::string_view kDevices[] = {"con",  "prn",  "aux",  "nul",  "com1", "com2",
                                           "com3", "com4", "lpt1", "lpt2", "lpt3", "node_modules"};
  auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  auto valid = [&](char c) { return letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
  if (id.empty() || id.size() > 64 || !letter_or_digit(id.front()) || !std::ranges::all_of(id, valid)) return false;
  if (id.ends_with('.') || id.ends_with(".bak") || id.ends_with(".disabled") || id.contains("..")) return false;
  auto lower = to_lower(id.substr(0, id.find('.')));
  return std::ranges::find(kDevices, lower) == std::end(kDevices);
}

Result<PackageInfo> read_package(const fs::path& folder) {
  std::error_code missing;
  const bool native = fs::is_regular_file(folder / plugins::kManifestName, missing);
  auto info = native ? read_native_package(folder) : read_node_package(folder);
  if (!info) return info;
  if (!is_safe_id(info->id)) {
    return fail(ErrorCode::invalid_argument,
                "the id `{}` cannot be the name of a folder; ids are letters, digits and -",
                cut_utf8(repair_utf8(info->id), 80));
  }
  return info;
}

}  // namespace chela::packages
