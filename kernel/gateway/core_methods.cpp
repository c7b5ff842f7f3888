#include "kernel/gateway/core_methods.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/sessions/transcript.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSessionsMax = 1000;
constexpr std::size_t kMessagesMax = 1000;

std::size_t limit_of(const Json& params, std::size_t otherwise, std::size_t highest) {
  auto found = params.find("limit");
  if (found == params.end() || !found->is_number_unsigned()) return otherwise;
  return std::clamp<std::size_t>(found->get<std::size_t>(), 1, highest);
}

std::int64_t uptime_ms(const Context& context) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(context.loop.now() - context.started_at).count();
}

Task<Result<std::string>> health(Context& context, MethodCall) {
  co_return json_text({{"ok", true}, {"uptimeMs", uptime_ms(context)}});
}

Task<Result<std::string>> status(Context& context, MethodCall) {
  const auto& model = context.models.default_model();
  co_return json_text({{"version", context.version},
                       {"uptimeMs", uptime_ms(context)},
                       {"model", {{"ref", model.text()}, {"service", model.service}}},
                       {"sessions",
                        {{"open", context.sessions.open_count()}, {"running", context.sessions.running_count()}}}});
}

Task<Result<std::string>> list_sessions(Context& context, MethodCall call) {
  auto listing = context.sessions.list(limit_of(object_of(call.params), 100, kSessionsMax));
  CHELA_CO_TRY(auto sessions, co_await std::move(listing));
  Json out = {{"sessions", Json::array()}};
  for (const auto& session : sessions) {
    out["sessions"].push_back({{"key", session.id}, {"sessionId", session.id}, {"agentId", session.identity.agent},
                               {"channel", session.identity.channel}, {"title", session.title},
                               {"createdAt", session.created_at_ms}, {"updatedAt", session.updated_at_ms},
                               {"messageCount", session.message_count}});
  }
  co_return json_text(out);
}

Task<Result<std::string>> read_session(Context& context, MethodCall call) {
  auto params = object_of(call.params);
  auto key = text_of(params, "key");
  if (key.empty()) key = text_of(params, "sessionKey");
  if (key.empty()) co_return fail(ErrorCode::invalid_argument, "sessions.history: key: missing");
  auto reading = context.sessions.read(key, limit_of(params, 200, kMessagesMax) * 4);
  CHELA_CO_TRY(auto stored, co_await std::move(reading));
  auto open = context.sessions.find_open(key);
  auto messages = runtime::transcript_of(stored, open ? open->open_turns() : std::vector<std::string>());
  auto most = limit_of(params, 200, kMessagesMax);
  if (messages.size() > most) messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(most));
  co_return json_text({{"key", key}, {"sessionId", key}, {"title", stored.summary.title}, {"messages", messages}});
}

Task<Result<std::string>> list_models(Context& context, MethodCall) {
  const auto& usual = context.models.default_model();
  Json models = Json::array();
  for (const auto& [id, service] : context.models.services()) {
    if (service.needs_key && !service.has_key()) continue;
    for (const auto& model : service.models) {
      models.push_back({{"id", model.id}, {"provider", id}, {"ref", id + "/" + model.id},
                        {"default", id + "/" + model.id == usual.text()}});
    }
  }
  co_return json_text({{"models", models}, {"default", usual.text()}});
}

Task<Result<std::string>> list_commands(Context& context, MethodCall) {
  co_return json_text(commands_json(context.sessions.environment().commands));
}

}  // namespace

Json commands_json(const runtime::CommandTable* commands) {
  Json out = {{"commands", Json::array()}};
  if (!commands) return out;
  for (const auto& command : commands->list()) {
    Json one = {{"name", command->name}, {"description", command->description}, {"acceptsArgs", command->accepts_args}};
    if (!command->plugin_id.empty()) one["plugin"] = command->plugin_id;
    if (!command->skill.empty()) one["skill"] = command->skill;
    if (!command->channels.empty()) one["channels"] = command->channels;
    out["commands"].push_back(std::move(one));
  }
  return out;
}

void add_core_methods(MethodTable& table, Context& context, std::function<Json()> configuration) {
  using Run = Task<Result<std::string>> (*)(Context&, MethodCall);
  auto add = [&](const char* name, Run run, bool shows_conversations = false) {
    table.add({.name = name, .scope = Scope::operator_read, .shows_conversations = shows_conversations,
               .run = [&context, run](MethodCall call) { return run(context, std::move(call)); }});
  };
  add("health", health);
  add("status", status);
  add("sessions.list", list_sessions, true);
  add("sessions.history", read_session, true);
  add("models.list", list_models);
  add("commands.list", list_commands);
  constexpr auto get = [](std::string document) -> Task<Result<std::string>> { co_return document; };
  table.add({.name = "config.get", .scope = Scope::operator_read,
             .run = [configuration = std::move(configuration), get](const MethodCall&) {
               return get(json_text({{"config", configuration()}}));
             }});
}

}  // namespace chela::gateway
