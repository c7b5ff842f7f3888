#include "kernel/core/packages/git_clone.hpp"

#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

Task<Result<std::string>> run_git(FetchContext& context, std::vector<std::string> arguments, fs::path repository) {
  platform::ProcessRequest request{.timeout = std::chrono::minutes(5)};
  request.argv = {"git",
                  "-c",
                  "core.hooksPath=/dev/null",
                  "-c",
                  "core.fsmonitor=false",
                  "-c",
                  "protocol.ext.allow=never",
                  "-c",
                  "fetch.fsckObjects=true",
                  "--git-dir",
                  repository.string()};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.environment = context.environment;
  for (const auto& [name, value] :
       {std::pair("GIT_CONFIG_NOSYSTEM", "1"), std::pair("GIT_CONFIG_GLOBAL", "/dev/null"),
        std::pair("GIT_TERMINAL_PROMPT", "0"), std::pair("GIT_ALLOW_PROTOCOL", "https:ssh:file"),
        std::pair("GIT_LFS_SKIP_SMUDGE", "1"), std::pair("LC_ALL", "C")})
    request.environment.emplace_back(name, value);
  auto ran = co_await platform::run_process(context.loop, std::move(request), context.loop.shutdown_token());
  CHELA_CO_TRY(auto ended, std::move(ran));
  if (!ended.succeeded()) {
    auto words = trim(ended.error_output);
    co_return fail(ErrorCode::unavailable, "git {}: {}", arguments.front(),
                   ended.timed_out ? "it took too long" : cut_utf8(repair_utf8(words), 500));
  }
  co_return std::string(trim(ended.output));
}

}  // namespace

Task<Result<std::string>> clone_git(FetchContext& context, std::string url, std::string ref, fs::path repository,
                                    fs::path archive) {
  auto made = co_await run_git(context, {"init", "--quiet", "--bare", "--template="}, repository);
  CHELA_CO_CHECK(made);
  auto fetched = co_await run_git(context,
                                  {"fetch", "--quiet", "--depth", "1", "--no-tags", "--no-recurse-submodules",
                                   "--no-write-commit-graph", url, ref.empty() ? "HEAD" : ref},
                                  repository);
  CHELA_CO_CHECK(fetched);
  auto found = co_await run_git(context, {"rev-parse", "--verify", "FETCH_HEAD^{commit}"}, repository);
  CHELA_CO_TRY(auto commit, std::move(found));
  auto written =
      co_await run_git(context, {"archive", "--format=tar", "--output", archive.string(), commit}, repository);
  CHELA_CO_CHECK(written);
  co_return commit;
}

}  // namespace chela::packages
