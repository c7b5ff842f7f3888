#include "kernel/core/remote/remote_hook.hpp"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/protocol/hook.hpp"
#include "kernel/core/remote/call_end.hpp"
#include "kernel/core/remote/host_process.hpp"
#include "kernel/core/remote/remote_instance.hpp"

namespace chela::remote {
namespace {

using plugins::from_abi;

constexpr std::size_t kFailuresShownMax = 4;

using Ending = CallEnd<chela_hook_call>;

std::string describe(const std::vector<protocol::HookRunResultFailures>& failures) {
  std::string out;
  for (const auto& failure : failures) {
    if (!out.empty()) out += "; ";
    if (&failure - failures.data() == kFailuresShownMax) return out + "…";
    out += failure.message;
  }
  return out;
}

// Handlers that failed say so beside the result of the others. Without a result the whole call has failed.
void complete(Ending& ending, const protocol::HookRunResult& answer, const log::Logger& logger, std::string_view what) {
  bool failed = answer.failures && !answer.failures->empty();
  if (failed && answer.result.empty()) return ending.complete(CHELA_INTERNAL, describe(*answer.failures));
  if (failed) logger.warning("{}: {}", what, describe(*answer.failures));
  ending.complete(CHELA_OK, answer.result);
}

struct Running {
  std::shared_ptr<HostProcess> process;
  std::string params;
  Duration timeout;
  std::unique_ptr<Ending> ending;
  OpenCall open;
  log::Logger logger;
  std::string what;
};

Task<Result<void>> run(Running running) {
  rpc::CallOptions options{.timeout = running.timeout, .cancel = running.open.token()};
  auto calling = running.process->peer().call(std::string(protocol::kHookRun), std::move(running.params),
                                              std::move(options));
  auto answer = co_await std::move(calling);
  if (!answer) {
    running.ending->complete(running.open.ending(std::move(answer.error())));
    co_return Result<void>();
  }
  auto result = protocol::read_hook_run_result(*answer);
  if (result) {
    complete(*running.ending, *result, running.logger, running.what);
  } else {
    running.ending->complete(CHELA_PROTOCOL, result.error().message);
  }
  co_return Result<void>();
}

chela_status start(const chela_plugin* plugin, const chela_hook_request* request, const chela_hook_call* call,
                   const chela_error_sink*) {
  auto& instance = RemoteInstance::of(plugin);
  std::string point(from_abi(request->point));
  protocol::HookRunParams params{.name = point,
                                 .event = std::string(from_abi(request->event)),
                                 .context = std::string(from_abi(request->context)),
                                 .plugins = std::vector{instance.manifest().id},
                                 .timeout_ms = request->timeout_ms};
  instance.spawn(run({.process = instance.process(),
                      .params = to_json(params),
                      .timeout = std::chrono::milliseconds(request->timeout_ms),
                      .ending = std::make_unique<Ending>(call),
                      .open = instance.open_call(request->call_id),
                      .logger = instance.logger(),
                      .what = fmt::format("plugin {}: {}", instance.manifest().id, point)}));
  return CHELA_OK;
}

void cancel(const chela_plugin* plugin, uint64_t call_id) { RemoteInstance::of(plugin).cancel(call_id); }

}  // namespace

const chela_plugin_hook kRemoteHook = {sizeof(chela_plugin_hook), &start, &cancel};

}  // namespace chela::remote
