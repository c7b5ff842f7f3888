#include "kernel/core/packages/openclaw_package.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/packages/npm_install.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

constexpr auto kScanTimeout = std::chrono::seconds(30);
constexpr std::size_t kScanDepthMax = 8;

fs::path package_in(const fs::path& folder) {
  return folder / "node_modules" / "openclaw";
}

std::string first_missing(const nlohmann::json& verdict) {
  auto missing = verdict.find("missing");
  if (missing == verdict.end() || !missing->is_array() || missing->empty()) return {};
  auto subpath = missing->front().find("subpath");
  if (subpath == missing->front().end() || !subpath->is_string()) return "openclaw/plugin-sdk";
  auto name = subpath->get<std::string>();
  return name.empty() ? "openclaw/plugin-sdk" : "openclaw/plugin-sdk/" + name;
}

// A third of the package serves upstream's own gateway only: its web page, its workers, its manual.
void prune(const fs::path& package) {
  std::error_code ignored;
  for (const char* part : {"dist/worker", "dist/control-ui", "docs"}) fs::remove_all(package / part, ignored);
}

}  // namespace

fs::path openclaw_folder(const fs::path& home) {
  return home / "plugins-runtime" / fmt::format("openclaw-{}", kUpstreamVersion);
}

bool has_openclaw(const fs::path& home) {
  std::error_code missing;
  return fs::is_regular_file(package_in(openclaw_folder(home)) / "package.json", missing);
}

Task<Result<std::string>> find_missing_sdk(FetchContext& context, fs::path node, fs::path bridge, fs::path plugin) {
  platform::ProcessRequest request{.argv = {node.string(), (bridge / "dist" / "scan.js").string(), plugin.string()},
                                   .environment = context.environment,
                                   .timeout = kScanTimeout};
  auto ran = co_await platform::run_process(context.loop, std::move(request), context.loop.shutdown_token());
  CHELA_CO_TRY(auto ended, std::move(ran));
  auto verdict = parse_json(ended.output, kScanDepthMax);
  if (!verdict || !verdict->is_object()) {
    co_return fail(ErrorCode::unavailable, "looking through the plugin's code: {}",
                   ended.timed_out ? "it took too long" : cut_utf8(repair_utf8(trim(ended.error_output)), 1000));
  }
  if (auto problem = verdict->find("error"); problem != verdict->end() && problem->is_string())
    co_return fail(ErrorCode::invalid_argument, "looking through the plugin's code: {}", problem->get<std::string>());
  co_return first_missing(*verdict);
}

Task<Result<void>> install_openclaw(FetchContext& context, fs::path home) {
  auto folder = openclaw_folder(home);
  auto staging = folder;
  staging += ".new";
  std::error_code problem;
  fs::remove_all(staging, problem);  // what an interrupted installation left
  CHELA_CO_CHECK(platform::make_private_directory(staging));
  std::vector<Dependency> wanted{{.name = "openclaw", .range = std::string(kUpstreamVersion)}};
  auto installing = install_dependencies(context, std::move(wanted), staging, staging / "work");
  auto installed = co_await std::move(installing);
  if (!installed) {
    fs::remove_all(staging, problem);
    co_return fail(installed.error().code, "fetching the openclaw package {}: {}", kUpstreamVersion,
                   installed.error().message);
  }
  fs::remove_all(staging / "work", problem);
  prune(package_in(staging));
  fs::remove_all(folder, problem);
  fs::rename(staging, folder, problem);
  if (problem) co_return fail_errno("putting the openclaw package into " + folder.string(), problem.value());
  co_return Result<void>{};
}

}  // namespace chela::packages
