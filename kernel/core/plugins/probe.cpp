#include "kernel/core/plugins/probe.hpp"

#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/process.hpp"

namespace chela::plugins {
namespace {

constexpr std::string_view kDone = "done";
constexpr std::size_t kQuotedBytesMax = 300;

std::string last_line(std::string_view text) {
  auto end = text.find_last_not_of("\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  auto begin = text.find_last_of('\n');
  return std::string(begin == std::string_view::npos ? text : text.substr(begin + 1));
}

}  // namespace

Task<Result<void>> probe(Loop& loop, ProbeOptions options, std::shared_ptr<const Manifest> manifest,
                         std::string config) {
  if (options.command.empty()) co_return Result<void>{};
  platform::ProcessRequest request{.argv = options.command,
                                   .environment = platform::allowed_environment({"PATH", "LANG", "TZ"}),
                                   .working_directory = manifest->directory,
                                   .input = std::move(config),
                                   .timeout = options.timeout,
                                   .kill_grace = Duration::zero()};
  request.argv.push_back(manifest->library.string());
  auto running = platform::run_process(loop, std::move(request), {});
  auto status = co_await std::move(running);
  if (!status) co_return fail("trying the plugin in a process of its own", std::move(status.error()));
  auto step = last_line(status->output);
  if (status->succeeded() && step == kDone) co_return Result<void>{};
  auto where = step == kDone ? std::string("its static destructors") : step.empty() ? "its first steps" : step;
  auto how = status->timed_out     ? std::string("never came to an end")
             : status->signal != 0 ? fmt::format("crashed with signal {}", status->signal)
                                   : fmt::format("ended the process with code {}", status->exit_code);
  auto said = std::string(cut_utf8(last_line(status->error_output), kQuotedBytesMax));
  co_return fail(ErrorCode::protocol,
                 "tried in a process of its own, it {} in {}{}{}; check it with `chela plugins check {}`", how, where,
                 said.empty() ? "" : ": ", said, manifest->library.string());
}

}  // namespace chela::plugins
