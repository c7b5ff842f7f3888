#include "tools/chela/checks.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "kernel/app/host_programs.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/process.hpp"
#include "kernel/core/plugins/lanes.hpp"
#include "kernel/core/policy/public_bind.hpp"
#include "kernel/core/store/connection.hpp"
#include "kernel/core/store/database.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFreeBytesMin = 100u << 20;
constexpr std::pair<int, int> kNodeMin = {22, 15};  // as kernel/core/remote/host_program.cpp says

struct Row {
  std::string_view name;
  std::string_view remedy;
};

constexpr Row kRows[] = {
#define CHELA_CHECK_ROW(name, meaning, remedy) {#name, remedy},
    CHELA_CHECK_MAP(CHELA_CHECK_ROW)
#undef CHELA_CHECK_ROW
};

Check check_config(const Installation& installation) {
  std::size_t warnings = installation.loaded.problems.size();
  if (!installation.loaded.snapshot) {
    return {CheckId::config, Status::fail, "the configuration has errors"};
  }
  auto file = installation.loaded.snapshot->file();
  auto summary = file.empty() ? std::string("no configuration file: defaults are used") : "configuration " + file;
  if (warnings > 0) return {CheckId::config, Status::warn, fmt::format("{}, {} warnings", summary, warnings)};
  return {CheckId::config, Status::pass, summary};
}

Check check_lane(const config::Snapshot& config) {
  auto lane = plugins::resolve_lane(
      plugins::parse_lane(config.get_string("runtime.mode")).value_or(plugins::LaneRequest::automatic));
  if (!lane) return {CheckId::runtime_mode, Status::fail, lane.error().message};
  return {CheckId::runtime_mode, Status::pass,
          fmt::format("runtime.mode {}, effective {}", config.get_string("runtime.mode"), plugins::name_of(*lane))};
}

Check check_model(const Installation& installation) {
  const auto& config = *installation.loaded.snapshot;
  const auto* providers = config.find("models.providers");
  bool configured =
      (providers && !providers->empty()) || config.find("models.env.key") || config.find("agents.defaults.model");
  for (const auto& found : installation.discover_plugins().plugins) {
    for (const auto& service : *found.manifest.services) {
      for (const auto& name : service.value("apiKeyEnv", nlohmann::json::array())) {
        configured = configured || config::find_variable(installation.request.environment, name.get<std::string>());
      }
    }
  }
  if (configured) return {CheckId::model, Status::pass, "a model service is configured"};
  return {CheckId::model, Status::warn,
          "no model is configured: a local service is used when there is one, else the demonstration answers"};
}

Check check_directory(CheckId id, const char* what, const fs::path& path) {
  fs::path at = path;
  std::error_code ignored;
  while (!fs::exists(at, ignored) && at.has_relative_path()) at = at.parent_path();
  if (access(at.c_str(), W_OK) != 0)
    return {id, Status::fail, fmt::format("{} {} cannot be written", what, path.string())};
  return {id, Status::pass,
          fmt::format("{} {}{}", what, path.string(), at == path ? "" : " (made at the first start)")};
}

Check check_space(const fs::path& path) {
  fs::path at = path;
  std::error_code error;
  while (!fs::exists(at, error) && at.has_relative_path()) at = at.parent_path();
  auto space = fs::space(at, error);
  if (error) return {CheckId::storage_free_space, Status::skip, "the free space is not known"};
  auto text = fmt::format("{} MiB free", space.available >> 20);
  return {CheckId::storage_free_space, space.available < kFreeBytesMin ? Status::warn : Status::pass, text};
}

Check check_database(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return {CheckId::storage, Status::pass, "no database yet: it is made at the first start"};
  auto connection = store::Connection::open(file, {.access = store::Access::read_only});
  if (!connection) return {CheckId::storage, Status::fail, connection.error().message};
  auto damage = store::find_damage(**connection);
  if (!damage) return {CheckId::storage, Status::fail, damage.error().message};
  if (!damage->empty()) return {CheckId::storage, Status::fail, "the database is damaged: " + damage->front()};
  return {CheckId::storage, Status::pass, "the database is sound"};
}

Check check_port(const config::Snapshot& config) {
  auto port = static_cast<std::uint16_t>(config.get_integer("gateway.port"));
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  bool taken = probe >= 0 && connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) close(probe);
  if (!taken) return {CheckId::port_availability, Status::pass, fmt::format("port {} is free", port)};
  return {CheckId::port_availability, Status::warn, fmt::format("something listens on port {} already", port)};
}

std::vector<Check> check_bind(const config::Snapshot& config) {
  auto address = app::bind_address(config);
  if (!address) return {{CheckId::public_bind, Status::fail, address.error().message}};
  std::vector<Check> out;
  for (const auto& refusal : policy::check_public_bind(*address, config.root())) {
    out.push_back({CheckId::public_bind, Status::fail, fmt::format("{}: {}", refusal.key, refusal.message)});
  }
  if (out.empty())
    out.push_back({CheckId::public_bind, Status::pass, "listening on " + *address + " is safe as configured"});
  return out;
}

std::vector<Check> check_plugins(const Installation& installation) {
  auto discovery = installation.discover_plugins();
  std::vector<Check> out;
  for (const auto& diagnostic : discovery.diagnostics) {
    bool error = diagnostic.severity == plugins::Severity::error;
    auto summary = diagnostic.path.empty() ? diagnostic.message : diagnostic.path + ": " + diagnostic.message;
    out.push_back({CheckId::plugins, error ? Status::fail : Status::warn, std::move(summary)});
  }
  for (const auto& found : discovery.plugins) {
    std::error_code ignored;
    if (!found.disabled_because.empty() || fs::exists(found.manifest.library, ignored)) continue;
    out.push_back({CheckId::plugins, Status::fail, "plugin " + found.manifest.id + " has no library"});
  }
  if (out.empty())
    out.push_back({CheckId::plugins, Status::pass, fmt::format("{} plugins known", discovery.plugins.size())});
  return out;
}

// What `node --version` says; empty when it cannot be run.
std::string version_of(const fs::path& node) {
  Loop loop;
  std::string out;
  constexpr auto ask = [](Loop& own, fs::path program, std::string& said) -> Task<Result<void>> {
    platform::ProcessRequest request{.argv = {program.string(), "--version"},
                                     .environment = platform::allowed_environment({"PATH", "LANG"}),
                                     .timeout = std::chrono::seconds(5)};
    auto running = platform::run_process(own, std::move(request), {});
    auto status = co_await std::move(running);
    if (status && status->succeeded()) said = trim(status->output);
    own.stop();
    co_return Result<void>();
  };
  loop.spawn("node --version", ask(loop, node, out));
  if (loop.task_count() > 0) loop.run();
  return out;
}

// "v22.15.0" as 22 and 15.
std::optional<std::pair<int, int>> major_and_minor(std::string_view version) {
  std::pair<int, int> out;
  if (version.empty() || version.front() != 'v') return std::nullopt;
  const char* end = version.data() + version.size();
  auto major = std::from_chars(version.data() + 1, end, out.first);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, out.second).ec != std::errc()) return std::nullopt;
  return out;
}

Check check_node(const Installation& installation) {
  auto discovery = installation.discover_plugins();
  auto needs_node = [](const plugins::Found& found) {
    return found.manifest.runtime == plugins::Runtime::node && found.disabled_because.empty();
  };
  if (std::ranges::none_of(discovery.plugins, needs_node)) return {CheckId::node, Status::pass, "no plugin needs Node"};
  const auto& config = *installation.loaded.snapshot;
  const auto* path = config::find_variable(installation.request.environment, "PATH");
  auto node = app::host_programs(config, installation.home, {}, path ? *path : "").node;
  if (node.empty()) return {CheckId::node, Status::fail, "plugins need Node, and none was found"};
  auto said = version_of(node);
  auto version = major_and_minor(said);
  if (!version) return {CheckId::node, Status::fail, node.string() + " does not say which Node it is"};
  if (*version < kNodeMin)
    return {CheckId::node, Status::fail, fmt::format("{} is Node {}; plugins need 22.15", node.string(), said.substr(1))};
  return {CheckId::node, Status::pass, fmt::format("{} is Node {}", node.string(), said.substr(1))};
}

}  // namespace

std::string_view name_of(Status status) {
  constexpr std::string_view kNames[] = {"pass", "warn", "fail", "skip"};
  return kNames[static_cast<std::size_t>(status)];
}

std::string_view name_of(CheckId id) { return kRows[static_cast<std::size_t>(id)].name; }

std::string_view Check::next_step() const {
  bool wrong = status == Status::warn || status == Status::fail;
  return wrong ? kRows[static_cast<std::size_t>(id)].remedy : std::string_view();
}

std::vector<Check> run_checks(const Installation& installation) {
  std::vector<Check> out{check_config(installation)};
  auto add = [&](std::vector<Check> more) { out.insert(out.end(), more.begin(), more.end()); };
  if (installation.loaded.snapshot) {
    const auto& config = *installation.loaded.snapshot;
    add({check_lane(config), check_model(installation), check_port(config)});
    add({check_directory(CheckId::workspace, "workspace", app::workspace(config, installation.home.workspace()))});
    add(check_bind(config));
  }
  add(check_plugins(installation));
  if (installation.loaded.snapshot) add({check_node(installation)});
  add({check_directory(CheckId::storage_writable, "state in", installation.home.root),
       check_space(installation.home.root), check_database(installation.home.database())});
  return out;
}

}  // namespace chela::cli
