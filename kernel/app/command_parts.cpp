#include "kernel/app/command_parts.hpp"

#include <nlohmann/json.hpp>

#include "kernel/app/interactive_methods.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/protocol/gateway_method.hpp"
#include "kernel/gateway/core_methods.hpp"
#include "kernel/gateway/methods_api.hpp"
#include "kernel/runtime/commands/built_in.hpp"

namespace chela::app {
namespace {

Task<Result<void>> answer(gateway::MethodTable& methods, gateway::MethodCaller caller, rpc::Request request) {
  auto params = protocol::read_gateway_request_params(request.params());
  if (!params) {
    request.fail(params.error());
    co_return Result<void>();
  }
  gateway::MethodCall call{.method = std::move(params->method), .params = std::move(params->params),
                           .caller = std::move(caller), .cancel = request.cancelled()};
  auto result = co_await methods.call(std::move(call));
  if (result) request.answer(to_json(protocol::GatewayRequestResult{.payload = std::move(*result)}));
  else request.fail(result.error());
  co_return Result<void>();
}

}  // namespace

CommandParts::CommandParts(Loop& loop, PluginParts& plugins, const EffectiveConfig& configuration)
    : loop_(loop),
      plugins_(plugins),
      configuration_(configuration),
      commands_(plugins.set()),
      methods_(loop, plugins.set(), [this] { return turn_limits(configuration_.current()).tool_timeout; }) {
  add_built_in_commands(commands_, plugins.set());
  auto refresh = [this] {
    commands_.refresh();
    methods_.refresh();
  };
  refresh();
  plugins.set().on_change(refresh);
}

void CommandParts::serve(gateway::Service& service, gateway::Context& context) {
  gateway::add_core_methods(methods_, context, [this] {
    return config::redacted(configuration_.spec().schema(), configuration_.current().root());
  });
  add_interactive_methods(methods_, {loop_, plugins_.set(), commands_});
  methods_.refresh();  // names that are the gateway's own are known only now
  gateway::add_methods_api(service, context, methods_);
  context.methods = &methods_;
  answer_plugins();
}

// What came with the gateway may; of others, those that the operator has named.
bool CommandParts::may_see_conversations(const std::string& plugin_id) const {
  const auto* record = plugins_.set().find(plugin_id);
  if (record && record->origin == plugins::Origin::bundled) return true;
  const auto* allowed =
      configuration_.current().find("plugins.entries." + plugin_id + ".hooks.allowConversationAccess");
  return allowed && allowed->is_boolean() && allowed->get<bool>();
}

void CommandParts::answer_plugins() {
  auto& requests = plugins_.hosts().requests();
  requests.answer(std::string(protocol::kGatewayRequest), [this](const plugins::Manifest& plugin, rpc::Request request) {
    gateway::MethodCaller caller{.scope = gateway::Scope::operator_write,
                                 .sees_conversations = may_see_conversations(plugin.id),
                                 .client_id = "plugin:" + plugin.id,
                                 .plugin_id = plugin.id};
    loop_.spawn("gateway.request of " + plugin.id, answer(methods_, std::move(caller), std::move(request)));
  });
}

}  // namespace chela::app
