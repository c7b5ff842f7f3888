#pragma once

// openclaw.plugin.json and package.json#openclaw: upstream's own description of a plugin for Node, read without running
// code. Format: spec/plugin-contract.md, section 1. Any thread.

#include <filesystem>
#include <string_view>

#include "kernel/core/base/error.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::plugins {

constexpr std::string_view kOpenClawManifestName = "openclaw.plugin.json";

// Upstream's hard errors are errors here, with upstream's meaning; everything else that is malformed is ignored as
// upstream does. The file is JSON5.
Result<Manifest> read_openclaw_manifest(const std::filesystem::path& directory);

}  // namespace chela::plugins
