#pragma once

// What a plugin for Node says of itself while it runs: its manifest cannot. Kept between runs, so that a list of tools
// can be shown without starting anything.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

struct Registration {
  std::string kind;
  std::string id;
  std::string key;                                   // what its host process knows it by
  std::shared_ptr<const nlohmann::json> descriptor;  // object
};

using Registrations = std::vector<Registration>;

constexpr std::size_t kRegistrationsMax = 4096;

// From an array of protocol Registrations; what is malformed is left out and named in `problems`.
Registrations read_registrations(std::string_view json, std::vector<std::string>& problems);

// In the form of a manifest's provides[]: the tools of a plugin together, with the factories of others; everything else one by one; a hook as
// POINT@PLUGIN, since many may listen at one point.
std::vector<Provision> to_provisions(const Manifest& manifest, const Registrations& registrations);

// The list that was kept when the plugin last ran; empty when there is none for this version of it and this
// configuration. `file` is replaced as a whole.
Registrations load_registrations(const std::filesystem::path& file, std::string_view fingerprint);
Result<void> save_registrations(const std::filesystem::path& file, std::string_view fingerprint,
                                const Registrations& registrations);
// Changes with everything that may change what the plugin registers.
std::string registration_fingerprint(const Manifest& manifest, std::string_view config);

}  // namespace chela::plugins
