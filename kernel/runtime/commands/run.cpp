#include "kernel/runtime/commands/run.hpp"

#include <nlohmann/json.hpp>

#include "chela/ext/command.h"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;
using plugins::from_abi;
using plugins::to_abi;

constexpr std::size_t kDetailsDepthMax = 16;
constexpr std::size_t kMediaMax = 32;

class Pending final : public plugins::PendingOf<chela_command_call> {
 public:
  Pending(Loop& loop, Options options) : PendingOf(loop, std::move(options)) {
    call_.progress = [](const chela_command_call* call, chela_str text) { self(call).progress(from_abi(text)); };
    call_.details = [](const chela_command_call* call, chela_str json) { self(call).details(from_abi(json)); };
  }

 private:
  static Pending& self(const chela_command_call* call) { return static_cast<Pending&>(of(call)); }
};

std::string context_of(const CommandInput& input) {
  Json context = {{"senderId", input.sender.id},       {"isAuthorizedSender", input.sender.is_authorized},
                  {"channel", input.channel},          {"commandBody", input.body},
                  {"sessionKey", input.session_id},    {"sessionId", input.session_id},
                  {"agentId", input.agent}};
  return json_text(context);
}

bool is_true(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// What the plugin wants done with its answer; what is malformed counts as not said.
CommandAnswer read_answer(RawCommandAnswer said) {
  auto parsed = parse_json(said.details.empty() ? "{}" : said.details, kDetailsDepthMax).value_or(Json());
  CommandAnswer out{.text = shown_text(std::move(said))};
  if (!parsed.is_object()) return out;
  out.continue_agent = is_true(parsed, "continueAgent");
  out.suppress_reply = is_true(parsed, "suppressReply");
  auto media = parsed.find("mediaUrls");
  if (media == parsed.end() || !media->is_array()) return out;
  std::size_t shown = 0;
  for (const auto& url : *media) {
    if (!url.is_string() || ++shown > kMediaMax) continue;
    out.text += (out.text.empty() ? "" : "\n\n") + url.get<std::string>();
  }
  return out;
}

std::string shown_name(const Command& command) {
  return command.plugin_id.empty() ? "/" + command.name
                                   : fmt::format("/{} (plugin {})", command.name, command.plugin_id);
}

}  // namespace

Task<Result<RawCommandAnswer>> ask_plugin(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                          CommandRequest request,
                                          const std::function<void(std::string_view)>& on_progress,
                                          CancelToken cancel) {
  const auto* command = instance->extension<chela_plugin_command>(CHELA_EXT_COMMAND);
  if (!command || !CHELA_HAS(command, chela_plugin_command, cancel) || !command->start) {
    co_return fail(ErrorCode::protocol, "its code has no commands, whatever its manifest says");
  }
  CHELA_CO_CHECK(cancel.check());
  auto deadline = loop.now() + request.timeout;
  auto pending = std::make_shared<Pending>(
      loop, plugins::PendingCall::Options{.answer_bytes_max = kCommandAnswerBytesMax, .leftover = request.leftover,
                                          .on_progress = &on_progress});
  plugins::Abandon<chela_plugin_command, chela_command_call> abandon{instance, command, pending};
  pending->begin();
  plugins::ErrorText error;
  auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(request.timeout).count();
  chela_command_request raw = {sizeof(chela_command_request), pending->id(), to_abi(request.command),
                               to_abi(request.arguments),     to_abi(request.context),
                               static_cast<std::uint64_t>(timeout_ms)};
  auto status = plugins::guarded(
      error, [&] { return command->start(instance->plugin(), &raw, pending->call(), error.sink()); });
  if (status != CHELA_OK) {
    pending->over();
    co_return std::unexpected(error.error("starting it", status));
  }
  auto result = co_await wait_for(loop, pending->ended(), deadline, cancel);
  if (!result && result.error().code == ErrorCode::timed_out && pending->running()) {
    co_return fail(ErrorCode::timed_out, "it gave no answer within {} s", timeout_ms / 1000);
  }
  if (!result) co_return std::unexpected(std::move(result.error()));
  co_return RawCommandAnswer{std::move(result->text), result->bytes, std::move(result->details)};
}

Task<Result<CommandAnswer>> run_command(Loop& loop, plugins::PluginSet& plugins, CommandInput input,
                                        const std::function<void(std::string_view)>& on_progress, CancelToken cancel) {
  const auto command = input.command;
  if (command->require_auth && !input.sender.is_authorized) {
    co_return fail(ErrorCode::denied, "/{} is only for people whom the operator lets give commands", command->name);
  }
  if (command->built_in) {
    input.cancel = std::move(cancel);
    co_return co_await command->built_in(std::move(input));
  }
  auto instance = co_await plugins.activate(command->plugin_id);
  if (!instance) co_return fail(shown_name(*command), std::move(instance.error()));
  auto context = context_of(input);
  CommandRequest request{.command = command->capability,
                         .arguments = std::move(input.arguments),
                         .context = std::move(context),
                         .timeout = input.timeout,
                         .leftover = plugins.leftover_call(command->plugin_id, next_call_id())};
  auto said = co_await ask_plugin(loop, std::move(*instance), std::move(request), on_progress, std::move(cancel));
  if (!said) co_return fail(shown_name(*command), std::move(said.error()));
  co_return read_answer(std::move(*said));
}

Task<Result<std::string>> run_interactive(Loop& loop, plugins::PluginSet& plugins, InteractiveCall call,
                                          CancelToken cancel) {
  const std::function<void(std::string_view)> on_progress = [](std::string_view) {};
  CHELA_CO_TRY(auto instance, co_await plugins.activate(call.handler.plugin_id));
  CommandRequest request{.command = call.handler.capability,
                         .arguments = std::move(call.event),
                         .context = "{}",
                         .timeout = call.timeout,
                         .leftover = plugins.leftover_call(call.handler.plugin_id, next_call_id())};
  auto asking = ask_plugin(loop, std::move(instance), std::move(request), on_progress, std::move(cancel));
  auto said = co_await std::move(asking);
  if (!said) co_return fail("plugin " + call.handler.plugin_id, std::move(said.error()));
  if (said->bytes > said->text.size()) {
    co_return fail(ErrorCode::too_large, "plugin {}: its answer has {} bytes, {} are allowed", call.handler.plugin_id,
                   said->bytes, kCommandAnswerBytesMax);
  }
  co_return std::move(said->text);
}

std::string shown_text(RawCommandAnswer said) {
  if (said.bytes <= said.text.size()) return std::move(said.text);
  auto note = fmt::format("\n\n[the answer had {} bytes; the rest is left out]", said.bytes);
  return std::string(cut_utf8(said.text, kCommandAnswerBytesMax - note.size())) + note;
}

}  // namespace chela::runtime
