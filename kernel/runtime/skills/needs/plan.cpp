#include <algorithm>
#include <cmath>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/platform/program_path.hpp"
#include "kernel/runtime/skills/js_text.hpp"
#include "kernel/runtime/skills/needs/option.hpp"
#include "kernel/runtime/skills/needs/strict_names.hpp"

namespace chela::runtime::skills::needs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFolderNameMax = 64;
constexpr double kStripMax = 16;
constexpr std::string_view kArchiveKinds[] = {"zip", "tar.gz", "tgz", "tar.bz2", "tbz2", "tar"};

// The name of a folder that no other key has and that leads nowhere else.
std::string folder_name(const std::string& key) {
  auto fits = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; };
  bool plain = !key.empty() && key.size() <= kFolderNameMax && std::ranges::all_of(key, fits) && key.front() != '.' &&
               key != "bin" && key != "node" && to_lower(key) == key;
  if (plain) return key;
  std::string out;
  for (char c : key.substr(0, kFolderNameMax)) out += fits(c) ? c : '-';
  return "skill-" + to_lower(out) + "-" + sha256_hex(key).substr(0, 16);
}

// What a person would type to have the same.
std::string shown_command(const std::vector<std::string>& argv) {
  std::string out;
  for (const auto& word : argv) {
    auto plain = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("@%+=:,./_-").contains(c);
    };
    bool quoted = word.empty() || !std::ranges::all_of(word, plain);
    out += (out.empty() ? "" : " ") + (quoted ? "'" + word + "'" : word);
  }
  return out;
}

Result<void> need_program(const Machine& machine, std::string_view name, std::string_view what_to_do) {
  if (!platform::find_program(name, machine.path).empty()) return {};
  return fail(ErrorCode::unavailable, "{} is not installed: {}", name, what_to_do);
}

Result<void> need_strict(bool strict, std::string_view kind, const std::string& value) {
  if (strict) return {};
  return fail(ErrorCode::invalid_argument, "`{}` is no {} that an installer gets to see", value, kind);
}

void set_variable(Plan& plan, std::string name, std::string value, bool shown = true) {
  std::erase_if(plan.environment, [&](const auto& variable) { return variable.first == name; });
  if (shown) plan.shown += fmt::format("{}={} ", name, value);
  plan.environment.emplace_back(std::move(name), std::move(value));
}

Result<void> plan_brew(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  CHELA_CHECK(need_strict(is_strict_formula(spec.formula), "formula", spec.formula));
  CHELA_CHECK(need_program(machine, "brew",
                           fmt::format("install `{}` with the system's own package program, or Homebrew from "
                                       "https://brew.sh",
                                       spec.formula)));
  plan.argv = {"brew", "install", spec.formula};
  if (spec.formula.contains('/')) plan.warnings.emplace_back("the formula comes from a tap, not from Homebrew itself");
  return {};
}

Result<void> plan_node(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  CHELA_CHECK(need_strict(is_strict_node_package(spec.package), "package for Node", spec.package));
  const auto& program = machine.node_installer;
  CHELA_CHECK(need_program(machine, program, "install it, or choose another with skills.install.nodeManager"));
  if (program == "pnpm" || program == "bun") {
    plan.argv = {program, "add", "-g", "--ignore-scripts", spec.package};
  } else if (program == "yarn") {
    plan.argv = {program, "global", "add", "--ignore-scripts", spec.package};
  } else {
    plan.argv = {"npm", "install", "-g", "--ignore-scripts", spec.package};
    auto prefix = (plan.tools / "node" / "npm").string();
    set_variable(plan, "NPM_CONFIG_PREFIX", prefix, false);
    set_variable(plan, "npm_config_prefix", prefix);
  }
  if (program == "pnpm") set_variable(plan, "PNPM_HOME", (machine.home / ".local/share/pnpm").string());
  return {};
}

Result<void> plan_go(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  CHELA_CHECK(need_strict(is_strict_go_module(spec.module), "Go module with a version", spec.module));
  CHELA_CHECK(need_program(machine, "go", "install it (on Debian: apt-get install golang-go)"));
  plan.argv = {"go", "install", spec.module};
  set_variable(plan, "GOBIN", (machine.home / ".local" / "bin").string());
  return {};
}

Result<void> plan_uv(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  CHELA_CHECK(need_strict(is_strict_python_package(spec.package), "package for Python", spec.package));
  CHELA_CHECK(need_program(machine, "uv", "see https://docs.astral.sh/uv/getting-started/installation/"));
  plan.argv = {"uv", "tool", "install", spec.package};
  set_variable(plan, "UV_TOOL_BIN_DIR", (machine.home / ".local" / "bin").string());
  plan.warnings.emplace_back("a package without a finished wheel runs code of its author while it is built");
  return {};
}

Result<void> plan_apt(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  plan.argv = {"apt-get", "install", "-y", "--no-install-recommends"};
  for (auto package : split(spec.package, ' ')) plan.argv.emplace_back(package);
  CHELA_CHECK(need_program(machine, "apt-get", "install " + spec.package + " with the system's own package program"));
  if (!machine.is_root)
    return fail(ErrorCode::unavailable, "apt-get works for root only: run `sudo {}` yourself", shown_command(plan.argv));
  set_variable(plan, "DEBIAN_FRONTEND", "noninteractive");
  return {};
}

std::string lower_trimmed(const std::optional<std::string>& text) {
  return text ? to_lower(trim_blanks(*text)) : std::string();
}

Result<void> set_unpacking(const InstallSpec& spec, Plan& plan) {
  auto kind = lower_trimmed(spec.archive);
  auto lower = to_lower(plan.file_name);
  for (auto known : kArchiveKinds) {
    if (kind.empty() && lower.ends_with("." + std::string(known))) kind = known;
  }
  plan.unpack = spec.extract.value_or(!kind.empty());
  if (!plan.unpack) return {};
  if (std::ranges::find(kArchiveKinds, kind) == std::end(kArchiveKinds)) {
    return fail(ErrorCode::invalid_argument, "{}: it is to be unpacked, and `{}` is no kind of archive that is known",
                plan.file_name, kind);
  }
  auto strip = spec.strip_components.value_or(0);
  if (strip < 0 || strip > kStripMax || strip != std::floor(strip))
    return fail(ErrorCode::invalid_argument, "stripComponents is {} and must be a whole number of 0 to {}", strip,
                static_cast<int>(kStripMax));
  plan.strip_components = static_cast<std::size_t>(strip);
  return {};
}

Result<void> set_destination(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  auto root = plan.tools / folder_name(plan.skill);
  plan.destination = root;
  std::string wanted(spec.target_dir ? trim_blanks(*spec.target_dir) : std::string_view());
  if (wanted.empty()) return {};
  if (wanted == "~" || wanted.starts_with("~/"))
    wanted = (machine.home / wanted.substr(std::min<std::size_t>(2, wanted.size()))).string();
  auto resolved = (root / wanted).lexically_normal();  // an absolute path replaces the root
  if (!resolved.has_filename()) resolved = resolved.parent_path();
  auto below = resolved.lexically_relative(root);
  if (below.empty() || *below.begin() == ".." || wanted.contains('\0')) {
    return fail(ErrorCode::denied, "targetDir `{}` leads out of {}, where tools of this skill belong", wanted,
                root.string());
  }
  plan.destination = below == "." ? root : resolved;
  return {};
}

Result<void> plan_download(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  CHELA_TRY(auto url, net::parse_egress_url(spec.url));
  if (url.scheme != "https" && spec.sha256.empty()) {
    return fail(ErrorCode::invalid_argument, "{}: a download over http needs a sha256 to check it against", url.shown());
  }
  plan.url = url.text();
  plan.sha256 = spec.sha256;
  plan.file_name = url.path.substr(url.path.rfind('/') + 1);
  if (!is_strict_program(plan.file_name)) plan.file_name = "download";
  CHELA_CHECK(set_unpacking(spec, plan));
  CHELA_CHECK(set_destination(spec, machine, plan));
  if (plan.sha256.empty()) plan.warnings.emplace_back("no sha256 says what the download must be");
  plan.shown = fmt::format("download {}{} {} {}", plan.url, plan.sha256.empty() ? "" : " (sha256 " + plan.sha256 + ")",
                           plan.unpack ? "and unpack it into" : "into", plan.destination.string());
  return {};
}

Result<void> fill(const InstallSpec& spec, const Machine& machine, Plan& plan) {
  if (spec.kind == "brew") return plan_brew(spec, machine, plan);
  if (spec.kind == "node") return plan_node(spec, machine, plan);
  if (spec.kind == "go") return plan_go(spec, machine, plan);
  if (spec.kind == "uv") return plan_uv(spec, machine, plan);
  if (spec.kind == "apt") return plan_apt(spec, machine, plan);
  if (spec.kind == "download") return plan_download(spec, machine, plan);
  return fail(ErrorCode::unsupported, "`{}` is no kind of installation that is known", spec.kind);
}

}  // namespace

Result<Plan> plan_for(const Skill& skill, const Option& option, const Machine& machine) {
  Plan plan{.skill = skill.key(), .kind = option.spec.kind, .bins = option.spec.bins,
            .environment = machine.environment, .path = machine.path};
  plan.tools = machine.state / "tools";
  for (const auto& program : plan.bins) {
    if (!is_strict_program(program))
      return fail(ErrorCode::invalid_argument, "`{}` is no name of a program", program);
  }
  set_variable(plan, "PATH", machine.path, false);
  CHELA_CHECK(fill(option.spec, machine, plan));
  if (plan.url.empty()) plan.shown += shown_command(plan.argv);
  bool ours = skill.source == Source::bundled || skill.source == Source::custodian || plan.kind == "apt";
  if (!ours) plan.warnings.emplace_back("the recipe is the skill's author's, who is no part of Chela");
  return plan;
}

}  // namespace chela::runtime::skills::needs
