#pragma once

// The block in a skill's `metadata` that says what the skill needs and how that is installed. Any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace chela::runtime::skills {

struct Requires {
  std::vector<std::string> bins;
  std::vector<std::string> any_bins;
  std::vector<std::string> env;
  std::vector<std::string> config;
};

// One way to install what a skill needs. Only of kinds that are known, and with names that are safe to hand to a
// program.
struct InstallSpec {
  std::string kind;  // "brew", "node", "go", "uv" or "download"
  std::string id, label;
  std::vector<std::string> bins, os;
  std::string formula, package, module, url, sha256;
  std::optional<std::string> archive, target_dir;
  std::optional<bool> extract;
  std::optional<double> strip_components;
};

struct Manifest {
  std::optional<bool> always;
  std::optional<std::string> emoji, homepage, skill_key, primary_env;
  std::vector<std::string> os;
  std::optional<Requires> needs;
  std::vector<InstallSpec> install;
};

// What upstream loses without a word. Each is a diagnostic; what is in the settings is then read after all.
struct ManifestSettings {
  bool later_namespaces = false;  // moltbot and clawdis count after openclaw and clawdbot
  bool named_env = false;         // `env: [{name: X}]` names X
  bool platform_names = false;    // macos, mac and osx are darwin; windows is win32
};

struct ReadManifest {
  std::optional<Manifest> manifest;
  bool is_readable = true;         // false: there is text, and it is no JSON5
  std::vector<std::string> notes;  // what was lost, for a person
};

// `text` is the value of the key `metadata`; empty: there is none.
ReadManifest read_manifest(std::string_view text, const ManifestSettings& settings = {});

// Members in upstream's order, those that are unset left out.
nlohmann::ordered_json to_json(const Manifest& manifest);

}  // namespace chela::runtime::skills
