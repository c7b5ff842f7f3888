#include "kernel/core/packages/npm_install.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto kTimeout = std::chrono::minutes(10);
constexpr std::size_t kDependenciesMax = 1000;

Result<void> write_project(const std::vector<Dependency>& dependencies, const fs::path& work) {
  if (dependencies.size() > kDependenciesMax)
    return fail(ErrorCode::too_large, "the package has more than {} dependencies", kDependenciesMax);
  Json list = Json::object();
  for (const auto& dependency : dependencies) {
    if (!is_npm_name(dependency.name))
      return fail(ErrorCode::denied, "the dependency `{}` has no name of a package", dependency.name);
    if (!is_registry_range(dependency.range)) {
      return fail(ErrorCode::denied, "the dependency {} comes from `{}` and not from a registry", dependency.name,
                  dependency.range);
    }
    list[dependency.name] = dependency.range;
  }
  CHELA_CHECK(platform::make_private_directory(work));
  return platform::write_file_atomically(work / "package.json",
                                         Json{{"name", "plugin"}, {"private", true}, {"dependencies", list}}.dump());
}

// Moves what npm made beside what the package brought along; what is bundled wins.
Result<void> merge(const fs::path& from, const fs::path& into) {
  std::error_code problem;
  fs::create_directories(into, problem);
  for (fs::directory_iterator at(from, problem), end; !problem && at != end; at.increment(problem)) {
    auto to = into / at->path().filename();
    if (!fs::exists(to, problem)) {
      fs::rename(at->path(), to, problem);
    } else if (at->path().filename().string().starts_with('@')) {
      CHELA_CHECK(merge(at->path(), to));
    }
    if (problem) break;
  }
  if (problem) return fail_errno("moving the dependencies to " + into.string(), problem.value());
  return {};
}

}  // namespace

bool is_registry_range(std::string_view range) {
  if (range.starts_with("npm:")) range.remove_prefix(4);
  auto at = range.find('@', 1);
  if (at != std::string_view::npos) {
    if (!is_npm_name(range.substr(0, at))) return false;
    range = range.substr(at + 1);
  }
  return range.size() <= 256 && std::ranges::all_of(range, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(".-+_*^~<>=| ").contains(c);
         });
}

Task<Result<void>> install_dependencies(FetchContext& context, std::vector<Dependency> dependencies, fs::path folder,
                                        fs::path work) {
  if (dependencies.empty()) co_return Result<void>{};
  CHELA_CO_CHECK(write_project(dependencies, work));
  platform::ProcessRequest request{.timeout = kTimeout};
  // The first seven as upstream; the rest keeps shims named `sh` and git dependencies of dependencies away.
  request.argv = {"npm",
                  "install",
                  "--omit=dev",
                  "--omit=peer",
                  "--legacy-peer-deps",
                  "--ignore-scripts",
                  "--no-audit",
                  "--no-fund",
                  "--no-bin-links",
                  "--no-package-lock",
                  "--no-update-notifier",
                  "--install-links=false",
                  "--git=/bin/false",
                  "--loglevel=error"};
  if (!context.npm_registry.empty()) request.argv.push_back("--registry=" + context.npm_registry);
  request.environment = context.environment;
  request.working_directory = work;
  auto ran = co_await platform::run_process(context.loop, std::move(request), context.loop.shutdown_token());
  CHELA_CO_TRY(auto ended, std::move(ran));
  if (!ended.succeeded()) {
    co_return fail(ErrorCode::unavailable, "npm install: {}",
                   ended.timed_out ? "it took too long" : cut_utf8(repair_utf8(trim(ended.error_output)), 1000));
  }
  std::error_code missing;
  if (fs::is_directory(work / "node_modules", missing)) co_return merge(work / "node_modules", folder / "node_modules");
  co_return Result<void>{};
}

}  // namespace chela::packages
