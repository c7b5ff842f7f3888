#include "kernel/core/plugins/door.hpp"

#include <filesystem>
#include <string>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/platform/shared_library.hpp"

namespace chela::plugins {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLibraryBytesMax = 256u << 20;
constexpr std::size_t kIdentityBytesMax = 256;  // of an id and a version that are not the manifest's, as shown

std::unexpected<DoorError> refuse(DiagnosticCode code, std::string message) {
  return std::unexpected(DoorError{code, std::move(message)});
}

std::expected<void, DoorError> check_place_and_hash(const Manifest& manifest) {
  std::error_code status;
  auto real = fs::canonical(manifest.library, status);
  if (status) {
    return refuse(DiagnosticCode::entry_not_found,
                  "no library " + manifest.library.string() + "; build or reinstall the plugin");
  }
  auto root = fs::canonical(manifest.directory, status);
  if (status || real.parent_path() != root) {
    return refuse(DiagnosticCode::entry_outside_root,
                  manifest.library.string() + " is a link that leaves the plugin's folder");
  }
  if (manifest.integrity.empty()) return {};
  auto bytes = platform::read_file(real, kLibraryBytesMax);
  if (!bytes) return refuse(DiagnosticCode::load_failed, bytes.error().message);
  auto found = "sha256-" + sha256_hex(*bytes);
  if (found == manifest.integrity) return {};
  return refuse(DiagnosticCode::integrity_mismatch,
                "the manifest says " + manifest.integrity + ", the file is " + found + "; reinstall the plugin");
}

// The loader takes a path that it has loaded for the library that it has, whatever the file is by now. So the same file
// is named in another way: the bits of `name`, as "/" and "/.", between the folder and the file. Its folder stays what
// the library knows as its $ORIGIN.
fs::path renamed(const fs::path& library, std::uint64_t name) {
  auto text = library.parent_path().string();
  for (; name != 0; name >>= 1) text += name & 1 ? "/." : "/";
  return text + "/" + library.filename().string();
}

}  // namespace

const chela_entry* find_linked_in(std::span<const chela_entry* const> linked_in, std::string_view plugin_id) {
  for (const auto* entry : linked_in) {
    if (entry->plugin_id && entry->plugin_id == plugin_id) return entry;
  }
  return nullptr;
}

std::expected<void, DoorError> check_entry(const chela_entry& entry, const Manifest& manifest) {
  auto version = [](unsigned major, unsigned minor) { return std::to_string(major) + "." + std::to_string(minor); };
  if (!CHELA_HAS(&entry, chela_entry, create) || !entry.plugin_id || !entry.plugin_version || !entry.create) {
    return refuse(DiagnosticCode::invalid_plugin_export, "the entry is too short or has null members");
  }
  if (entry.abi_major != CHELA_ABI_MAJOR || entry.abi_minor > CHELA_ABI_MINOR) {
    return refuse(DiagnosticCode::plugin_api_version_mismatch,
                  "built for ABI " + version(entry.abi_major, entry.abi_minor) + ", this gateway has " +
                      version(CHELA_ABI_MAJOR, CHELA_ABI_MINOR) + "; get a build of the plugin for it");
  }
  if (entry.plugin_id != manifest.id || entry.plugin_version != manifest.version) {
    auto told = repair_utf8(cut_utf8(std::string(entry.plugin_id) + " " + entry.plugin_version, kIdentityBytesMax));
    return refuse(DiagnosticCode::manifest_mismatch,
                  "the library is " + told + ", its manifest says " + manifest.id + " " + manifest.version);
  }
  return {};
}

std::expected<void, DoorError> check_library(const Manifest& manifest) {
  if (auto checked = check_place_and_hash(manifest); !checked) return checked;
  if (auto checked = platform::check_shared_library(manifest.library); !checked)
    return refuse(DiagnosticCode::load_failed, checked.error().message);
  return {};
}

std::expected<const chela_entry*, DoorError> open_door(const Manifest& manifest, std::uint64_t name) {
  auto library = platform::SharedLibrary::load(name == 0 ? manifest.library : renamed(manifest.library, name),
                                               platform::SharedLibrary::Unload::never);
  if (!library) return refuse(DiagnosticCode::load_failed, library.error().message);
  auto symbol = library->find_symbol("chela_plugin_entry");
  if (!symbol) return refuse(DiagnosticCode::invalid_plugin_export, symbol.error().message);
  auto* entry = static_cast<const chela_entry*>(*symbol);
  if (auto checked = check_entry(*entry, manifest); !checked) return std::unexpected(checked.error());
  return entry;
}

}  // namespace chela::plugins
