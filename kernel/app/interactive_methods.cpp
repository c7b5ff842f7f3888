#include "kernel/app/interactive_methods.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/app/gateway_config.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/commands/run.hpp"

namespace chela::app {
namespace {

using Json = nlohmann::json;
using gateway::MethodCall;

constexpr std::size_t kNameBytesMax = 128;  // of what stands in an error

Result<runtime::InteractiveHandler> handler_of(const InteractiveParts& parts, const MethodCall& call,
                                               const Json& params) {
  auto channel = to_lower(text_of(params, "channel"));
  auto name_space = text_of(params, "namespace");
  auto own = channels_of(parts.plugins, call.caller.plugin_id);
  if (std::ranges::find(own, channel) == own.end()) {
    return fail(ErrorCode::denied, "{}: channel \"{}\" is not of the plugin that says what was pressed there",
                call.method, cut_utf8(channel, kNameBytesMax));
  }
  if (auto found = parts.commands.find_interactive(channel, name_space)) return *found;
  return fail(ErrorCode::not_found, "no plugin answers \"{}\" of channel {}", cut_utf8(name_space, kNameBytesMax),
              channel);
}

Task<Result<std::string>> find(InteractiveParts parts, MethodCall call) {
  CHELA_CO_TRY(auto handler, handler_of(parts, call, object_of(call.params)));
  co_return json_text({{"plugin", handler.plugin_id}});
}

Task<Result<std::string>> dispatch(InteractiveParts parts, MethodCall call) {
  auto params = object_of(call.params);
  CHELA_CO_TRY(auto handler, handler_of(parts, call, params));
  auto event = params.find("event");
  if (event == params.end() || !event->is_object()) {
    co_return fail(ErrorCode::invalid_argument, "{}: event: an object is needed", call.method);
  }
  runtime::InteractiveCall asked{.handler = std::move(handler), .event = json_text(*event)};
  co_return co_await run_interactive(parts.loop, parts.plugins, std::move(asked), std::move(call.cancel));
}

}  // namespace

void add_interactive_methods(gateway::MethodTable& methods, InteractiveParts parts) {
  using Run = Task<Result<std::string>> (*)(InteractiveParts, MethodCall);
  auto add = [&](const char* name, Run run) {
    methods.add({.name = name, .scope = gateway::Scope::operator_write,
                 .run = [parts, run](MethodCall call) { return run(parts, std::move(call)); }});
  };
  add("interactive.find", find);
  add("interactive.dispatch", dispatch);
}

}  // namespace chela::app
