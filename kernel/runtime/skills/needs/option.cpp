#include "kernel/runtime/skills/needs/option.hpp"

#include <unistd.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/program_path.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/needs/debian.hpp"

namespace chela::runtime::skills::needs {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

bool has_program(const Machine& machine, std::string_view name) {
  return !platform::find_program(name, machine.path).empty();
}

bool fits(const std::vector<std::string>& os, const Machine& machine) {
  return os.empty() || std::ranges::find(os, machine.platform) != os.end();
}

using Specs = std::vector<const InstallSpec*>;

const InstallSpec* first_of(const Specs& specs, std::string_view kind) {
  auto found = std::ranges::find(specs, kind, [](const InstallSpec* spec) -> std::string_view { return spec->kind; });
  return found == specs.end() ? nullptr : *found;
}

const InstallSpec* preferred(const Specs& specs, const Machine& machine) {
  const auto* brew = first_of(specs, "brew");
  bool has_brew = brew && has_program(machine, "brew");
  if (has_brew && machine.prefer_brew) return brew;
  for (const char* kind : {"uv", "node"}) {
    if (const auto* found = first_of(specs, kind)) return found;
  }
  if (has_brew) return brew;
  for (const char* kind : {"go", "download", "brew"}) {
    if (const auto* found = first_of(specs, kind)) return found;
  }
  return specs.front();
}

std::string label_of(const InstallSpec& spec, const Machine& machine) {
  if (spec.kind == "node") return fmt::format("Install {} ({})", spec.package, machine.node_installer);
  if (auto label = trim_blanks(spec.label); !label.empty()) return std::string(label);
  if (spec.kind == "brew") return fmt::format("Install {} (brew)", spec.formula);
  if (spec.kind == "go") return fmt::format("Install {} (go)", spec.module);
  if (spec.kind != "download") return fmt::format("Install {} ({})", spec.package, spec.kind);
  auto slash = spec.url.rfind('/');
  return "Download " + (slash + 1 < spec.url.size() ? spec.url.substr(slash + 1) : spec.url);
}

Option option_of(const Manifest& manifest, const InstallSpec& spec, const Machine& machine) {
  std::string id(trim_blanks(spec.id));
  if (id.empty()) id = fmt::format("{}-{}", spec.kind, &spec - manifest.install.data());
  return {.id = std::move(id), .label = label_of(spec, machine), .spec = spec};
}

// What apt-get is asked for when nobody but us says what to install.
std::vector<Option> debian_options(std::vector<std::string> programs, const Machine& machine) {
  std::erase_if(programs, [&](const std::string& program) { return has_program(machine, program); });
  auto packages = debian_packages_of(programs);
  if (packages.empty() || machine.platform != "linux" || !has_program(machine, "apt-get")) return {};
  InstallSpec spec{.kind = "apt", .id = "apt", .bins = std::move(programs)};
  spec.package = fmt::format("{}", fmt::join(packages, " "));
  auto label = fmt::format("Install {} (apt)", spec.package);
  return {Option{.id = "apt", .label = std::move(label), .spec = std::move(spec)}};
}

}  // namespace

Machine machine_here(const Json& config, const fs::path& home, const fs::path& state) {
  Machine machine{.home = home, .state = state, .is_root = ::geteuid() == 0};
  machine.environment = platform::allowed_environment(
      {"HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
       "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "npm_config_registry", "npm_config_cafile",
       "npm_config_userconfig", "npm_config_globalconfig", "npm_config_cache", "UV_DEFAULT_INDEX", "UV_INDEX_URL",
       "UV_CACHE_DIR", "UV_NATIVE_TLS", "PIP_INDEX_URL", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPATH", "GOCACHE",
       "GOMODCACHE", "HOMEBREW_PREFIX", "HOMEBREW_CELLAR", "HOMEBREW_REPOSITORY"});
  auto path = platform::allowed_environment({"PATH"});
  machine.path = path_with_tools(path.empty() ? std::string_view() : path.front().second, home, state);
  const auto* install = config.is_object() && config.contains("skills") ? &config["skills"] : nullptr;
  install = install && install->is_object() && install->contains("install") ? &(*install)["install"] : nullptr;
  if (!install || !install->is_object()) return machine;
  if (auto brew = install->find("preferBrew"); brew != install->end() && brew->is_boolean())
    machine.prefer_brew = brew->get<bool>();
  if (auto node = install->find("nodeManager"); node != install->end() && node->is_string()) {
    auto name = to_lower(node->get_ref<const std::string&>());
    if (name == "pnpm" || name == "yarn" || name == "bun") machine.node_installer = name;
  }
  return machine;
}

std::vector<Option> offered_options(const Skill& skill, const Machine& machine) {
  if (!skill.manifest || !fits(skill.manifest->os, machine)) return {};
  const auto& manifest = *skill.manifest;
  auto programs = manifest.needs ? manifest.needs->bins : std::vector<std::string>();
  Specs specs;
  for (const auto& spec : manifest.install) {
    if (fits(spec.os, machine)) specs.push_back(&spec);
  }
  if (specs.empty()) return debian_options(std::move(programs), machine);
  std::vector<Option> out;
  if (std::ranges::all_of(specs, [](const InstallSpec* spec) { return spec->kind == "download"; })) {
    for (const auto* spec : specs) out.push_back(option_of(manifest, *spec, machine));
    return out;
  }
  const auto* spec = preferred(specs, machine);
  if (spec->kind == "brew" && !has_program(machine, "brew")) {
    out = debian_options(spec->bins.empty() ? std::move(programs) : spec->bins, machine);
  }
  if (out.empty()) out.push_back(option_of(manifest, *spec, machine));
  return out;
}

}  // namespace chela::runtime::skills::needs
