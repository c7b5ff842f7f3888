#include "kernel/runtime/skills/environment.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kEncodedBytesLong = 80;

// What a program does differently because of a variable, by what it names: code to load, the program to run, where
// configuration, packages and keys come from. Those that upstream refuses, too.
constexpr auto kRefused = std::to_array<std::string_view>({
    "ALL_PROXY", "AMQP_URL", "ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_CONFIG",
    "ANSIBLE_CONNECTION_PLUGINS", "ANSIBLE_FILTER_PLUGINS", "ANSIBLE_INVENTORY_PLUGINS", "ANSIBLE_LIBRARY",
    "ANSIBLE_LOOKUP_PLUGINS", "ANSIBLE_MODULE_UTILS", "ANSIBLE_REMOTE_TEMP", "ANSIBLE_ROLES_PATH",
    "ANSIBLE_STRATEGY_PLUGINS", "ANT_OPTS", "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_AUTH_LOCATION", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "BASHOPTS", "BASH_ENV", "BROWSER",
    "BUNDLE_GEMFILE", "BUN_CONFIG_REGISTRY", "BZR_EDITOR", "BZR_PLUGIN_PATH", "BZR_SSH", "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_BUILD_RUSTDOC", "CARGO_HOME",
    "CATALINA_OPTS", "CC", "CFLAGS", "CGO_CFLAGS", "CGO_LDFLAGS", "CLASSPATH", "CMAKE_CXX_COMPILER",
    "CMAKE_C_COMPILER", "CMAKE_TOOLCHAIN_FILE", "COMPOSER_HOME", "CONDA_DEFAULT_ENV", "CONDA_PREFIX", "CONFIG_SHELL",
    "CONFIG_SITE", "CORECLR_PROFILER", "CORECLR_PROFILER_PATH", "CPATH", "CPLUS_INCLUDE_PATH", "CPP", "CURL_CA_BUNDLE",
    "CURL_HOME", "CXX", "CXXCPP", "C_INCLUDE_PATH", "DATABASE_URL", "DENO_DIR", "DOCKER_CERT_PATH", "DOCKER_CONTEXT",
    "DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOTNET_ADDITIONAL_DEPS", "DOTNET_STARTUP_HOOKS", "EDITOR", "ELIXIR_ERL_OPTIONS",
    "EMACSLOADPATH", "ENV", "ERL_AFLAGS", "ERL_FLAGS", "ERL_ZFLAGS", "EXINIT", "FCEDIT", "FPATH", "GCONV_PATH",
    "GEM_HOME", "GEM_PATH", "GH_TOKEN", "GITHUB_TOKEN", "GITLAB_TOKEN", "GLIBC_TUNABLES", "GOENV", "GOFLAGS",
    "GONOPROXY", "GONOSUMCHECK", "GONOSUMDB", "GOOGLE_APPLICATION_CREDENTIALS", "GOPATH", "GOPRIVATE", "GOPROXY",
    "GRADLE_OPTS", "GRADLE_USER_HOME", "GVIMINIT", "HELM_HOME", "HELM_PLUGINS", "HGEDITOR", "HGMERGE", "HGRCPATH",
    "HISTFILE", "HOME", "HOSTALIASES", "HTTPS_PROXY", "HTTP_PROXY", "IFS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS", "JULIA_EDITOR", "KSH_ENV", "KUBECONFIG", "LDFLAGS", "LESSCLOSE", "LESSOPEN", "LIBRARY_PATH",
    "LUA_CPATH", "LUA_INIT", "LUA_INIT_5_1", "LUA_INIT_5_2", "LUA_INIT_5_3", "LUA_INIT_5_4", "LUA_PATH", "MAKE",
    "MAKEFLAGS", "MANPAGER", "MAVEN_OPTS", "MFLAGS", "MONGODB_URI", "MYVIMRC", "NODE_AUTH_TOKEN", "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS", "NODE_PATH", "NODE_REDIRECT_WARNINGS", "NODE_REPL_EXTERNAL_MODULE", "NODE_REPL_HISTORY",
    "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_V8_COVERAGE", "NO_PROXY", "NPM_TOKEN", "OBJC_INCLUDE_PATH", "OPENSSL_CONF",
    "OPENSSL_ENGINES", "PACKER_PLUGIN_PATH", "PAGER", "PATH", "PERL5DB", "PERL5DBCMD", "PERL5LIB", "PERL5OPT", "PHPRC",
    "PHP_INI_SCAN_DIR", "PIP_CONFIG_FILE", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_PYPI_URL",
    "PIP_TRUSTED_HOST", "PROMPT_COMMAND", "PS4", "PYTHONBREAKPOINT", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP",
    "PYTHONUSERBASE", "REDIS_URL", "REQUESTS_CA_BUNDLE", "RUBYLIB", "RUBYOPT", "RUBYSHELL", "RUSTC", "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER", "RUSTDOC", "RUSTFLAGS", "RUSTUP_DIST_ROOT", "RUSTUP_DIST_SERVER", "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN", "RUSTUP_UPDATE_ROOT", "R_ENVIRON", "R_ENVIRON_USER", "R_LIBS_USER", "R_PROFILE",
    "R_PROFILE_USER", "SBT_OPTS", "SHELL", "SHELLOPTS", "SSH_ASKPASS", "SSH_AUTH_SOCK", "SSLKEYLOGFILE", "SSL_CERT_DIR",
    "SSL_CERT_FILE", "SUDO_ASKPASS", "SUDO_EDITOR", "SVN_EDITOR", "SVN_SSH", "SYSTEMROOT", "TCLLIBPATH",
    "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_INDEX_URL",
    "UV_PYTHON", "VAGRANT_VAGRANTFILE", "VIMINIT", "VIRTUAL_ENV", "VISUAL", "WGETRC", "WINDIR", "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME",
    "YARN_RC_FILENAME", "ZDOTDIR", "_JAVA_OPTIONS",
});
static_assert(std::ranges::is_sorted(kRefused));

constexpr auto kRefusedPrefixes = std::to_array<std::string_view>(
    {"BASH_FUNC_", "CARGO_REGISTRIES_", "CHELA_", "DYLD_", "GIT_CONFIG_", "LD_", "NPM_CONFIG_", "TF_VAR_"});

// Of git, all that decide what runs and what is trusted; its names of author and committer are harmless.
bool is_refused_git(std::string_view name) {
  return name.starts_with("GIT_") && !name.starts_with("GIT_AUTHOR_") && !name.starts_with("GIT_COMMITTER_") &&
         name != "GIT_TERMINAL_PROMPT";
}

constexpr auto kSecretEnds = std::to_array<std::string_view>(
    {"API_KEY", "TOKEN", "PASSWORD", "PRIVATE_KEY", "SECRET", "_ADMIN_KEY"});
constexpr auto kSecrets = std::to_array<std::string_view>({"AWS_SECRET_KEY"});

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

bool is_name(std::string_view name) {
  auto fits = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_'); };
  return !name.empty() && name.size() <= 256 && !std::isdigit(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name, fits);
}

bool looks_encoded(std::string_view value) {
  auto fits = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/' || c == '='; };
  return value.size() >= kEncodedBytesLong && std::ranges::all_of(value, fits);
}

// What one skill's entry asks for.
class Adding {
 public:
  Adding(const Skill& skill, const VariableSources& sources, RunEnvironment& out)
      : skill_(skill), sources_(sources), out_(out) {}

  void add(const Json& entry) {
    if (auto env = entry.find("env"); env != entry.end() && env->is_object()) {
      for (const auto& [name, value] : env->items()) add_one(std::string(trim_blanks(name)), value, "env." + name);
    }
    const auto* manifest = skill_.manifest.get();
    auto key = entry.find("apiKey");
    if (!manifest || !manifest->primary_env || key == entry.end() || key->is_null()) return;
    add_one(std::string(trim_blanks(*manifest->primary_env)), *key, "apiKey");
  }

 private:
  void note(std::string_view name, std::string_view what) {
    out_.notes.push_back(fmt::format("skill {}: the variable {} {}", skill_.name, name, what));
  }

  bool may_have_secret(std::string_view name) const {
    const auto* manifest = skill_.manifest.get();
    if (!manifest) return false;
    if (manifest->primary_env && trim_blanks(*manifest->primary_env) == name) return true;
    if (!manifest->needs) return false;
    return std::ranges::any_of(manifest->needs->env, [&](const auto& one) { return trim_blanks(one) == name; });
  }

  void add_one(const std::string& name, const Json& given, std::string_view place) {
    if (name.empty() || given.is_null() || (given.is_string() && given.get_ref<const std::string&>().empty())) return;
    if (!is_name(name)) return note(name, "is no name of a variable");
    if (is_refused_variable(name)) return note(name, "is refused: it changes what programs run or trust");
    if (is_secret_variable(name) && !may_have_secret(name)) {
      return note(name, "is refused: it is named like a secret, and the skill does not say that it needs it");
    }
    if (sources_.is_set && sources_.is_set(name)) return;
    auto same = [&](const auto& variable) { return variable.first == name; };
    if (std::ranges::any_of(out_.variables, same)) return;
    auto value = sources_.resolve ? sources_.resolve(given)
                 : given.is_string() ? Result<std::string>(given.get<std::string>())
                                     : fail(ErrorCode::unsupported, "references cannot be resolved here");
    if (!value) return note(name, fmt::format("cannot be had from {}: {}", place, value.error().message));
    if (value->empty()) return;
    if (value->find('\0') != std::string::npos) return note(name, "is refused: there is a zero byte in its value");
    if (value->size() > kVariableBytesLong) note(name, fmt::format("has {} bytes, which is long", value->size()));
    if (!is_secret_variable(name) && looks_encoded(*value)) note(name, "looks like a key, though its name is not one's");
    out_.variables.emplace_back(name, std::move(*value));
  }

  const Skill& skill_;
  const VariableSources& sources_;
  RunEnvironment& out_;
};

}  // namespace

bool is_refused_variable(std::string_view name) {
  auto wanted = upper(name);
  auto starts = [&](std::string_view prefix) { return wanted.starts_with(prefix); };
  bool is_cargo_program =
      wanted.starts_with("CARGO_TARGET_") && (wanted.ends_with("_LINKER") || wanted.ends_with("_RUNNER"));
  return std::ranges::binary_search(kRefused, std::string_view(wanted)) || is_refused_git(wanted) || is_cargo_program ||
         std::ranges::any_of(kRefusedPrefixes, starts);
}

bool is_secret_variable(std::string_view name) {
  auto wanted = upper(name);
  return std::ranges::any_of(kSecretEnds, [&](std::string_view end) { return wanted.ends_with(end); }) ||
         std::ranges::find(kSecrets, std::string_view(wanted)) != kSecrets.end();
}

void add_variables(const Skill& skill, const VariableSources& sources, RunEnvironment& out) {
  if (!sources.entries || !sources.entries->is_object()) return;
  auto entry = sources.entries->find(skill.key());
  if (entry == sources.entries->end() || !entry->is_object()) return;
  auto enabled = entry->find("enabled");
  if (enabled != entry->end() && *enabled == false) return;
  Adding(skill, sources, out).add(*entry);
}

}  // namespace chela::runtime::skills
