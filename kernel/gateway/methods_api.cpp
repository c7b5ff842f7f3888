#include "kernel/gateway/methods_api.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/gateway/core_methods.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using policy::RouteAccess;

constexpr std::uint64_t kParamsBytesMax = 1 << 20;

Task<Result<void>> call(MethodTable& methods, Request request) {
  MethodCall asked{.method = std::string(request.parameter("name")),
                   .params = std::string(trim(request.http().body)),
                   .caller = {.scope = Scope::operator_admin, .sees_conversations = true,
                              .client_id = request.principal.key, .plugin_id = {}},
                   .cancel = request.exchange.cancel_token()};
  auto calling = methods.call(std::move(asked));
  CHELA_CO_TRY(auto result, co_await std::move(calling));
  co_return request.respond(json_text_reply(200, std::move(result)));
}

Task<Result<void>> list_methods(MethodTable& methods, Request request) {
  Json out = {{"methods", Json::array()}};
  for (const auto* method : methods.list()) {
    Json one = {{"name", method->name}, {"scope", name_of(method->scope)}};
    if (!method->plugin_id.empty()) one["plugin"] = method->plugin_id;
    out["methods"].push_back(std::move(one));
  }
  co_return request.respond(json_reply(200, out));
}

Task<Result<void>> list_commands(Context& context, Request request) {
  co_return request.respond(json_reply(200, commands_json(context.sessions.environment().commands)));
}

}  // namespace

void add_methods_api(Service& service, Context& context, MethodTable& methods) {
  service.add({"GET", "/api/methods", {RouteAccess::operator_read, 0}, "the methods that can be called",
               [&methods](Request request) { return list_methods(methods, std::move(request)); }});
  service.add({"POST", "/api/methods/{name}", {RouteAccess::operator_write, kParamsBytesMax},
               "calls a method of the gateway or of a plugin; the body is its parameters",
               [&methods](Request request) { return call(methods, std::move(request)); }});
  service.add({"GET", "/api/commands", {RouteAccess::operator_read, 0}, "what can be typed as /name in a chat",
               [&context](Request request) { return list_commands(context, std::move(request)); }});
}

}  // namespace chela::gateway
