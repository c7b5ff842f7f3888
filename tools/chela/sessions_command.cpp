#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/runtime/sessions/sessions.hpp"
#include "tools/chela/api_client.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

struct Arguments {
  GatewayAddress address;
  std::string id;
  bool json = false;
};

std::string when(const Json& unix_ms) {
  auto seconds = static_cast<std::time_t>(unix_ms.get<std::int64_t>() / 1000);
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

// Runs `action` with a client; its error is the command's.
template <class Action>
int with_client(const Arguments& arguments, Action action) {
  auto client = ApiClient::create(arguments.address);
  if (!client) return fail_with(client.error());
  Result<void> done = action(**client);
  return done ? 0 : fail_with(done.error());
}

Result<void> list(ApiClient& client, const Arguments& arguments) {
  CHELA_TRY(auto answer, client.get("/api/sessions?limit=1000"));
  if (arguments.json) return print_json(answer), Result<void>();
  for (const auto& session : answer["sessions"]) {
    print(fmt::format("{}  {}  {:>4}  {}\n", session.value("id", ""), when(session["updatedAt"]),
                      session.value("messageCount", 0), for_terminal(session.value("title", ""))));
  }
  return {};
}

Result<void> show(ApiClient& client, const Arguments& arguments) {
  if (!runtime::is_session_id(arguments.id))
    return fail(ErrorCode::invalid_argument, "{}: not a session id", arguments.id);
  CHELA_TRY(auto session, client.get("/api/sessions/" + arguments.id));
  if (arguments.json) return print_json(session), Result<void>();
  for (const auto& message : session["messages"]) {
    print(bold(message.value("role", "") + ":") + "\n");
    for (const auto& call : message.value("toolCalls", Json::array())) {
      print(dim(for_terminal(fmt::format("· {} {}", call.value("name", ""), call.value("arguments", "")))) + "\n");
    }
    print(for_terminal(message.value("text", "")) + "\n\n");
  }
  return {};
}

Result<void> remove(ApiClient& client, const Arguments& arguments) {
  if (!runtime::is_session_id(arguments.id))
    return fail(ErrorCode::invalid_argument, "{}: not a session id", arguments.id);
  CHELA_CHECK(client.send("DELETE", "/api/sessions/" + arguments.id, Json()));
  return {};
}

}  // namespace

void add_sessions_command(CLI::App& program, int& exit_code) {
  auto* group = program.add_subcommand("sessions", "The conversations that a gateway keeps");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* description, bool with_id, bool with_json,
                 Result<void> (*action)(ApiClient&, const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = group->add_subcommand(name, description);
    if (with_id) command->add_option("id", arguments->id, "The session's id")->required();
    if (with_json) command->add_flag("--json", arguments->json, "One JSON document");
    add_gateway_options(*command, arguments->address);
    command->callback([arguments, action, &exit_code] {
      exit_code = with_client(*arguments, [&](ApiClient& client) { return action(client, *arguments); });
    });
  };
  add("list", "The sessions, newest first", false, true, list);
  add("show", "A session's messages", true, true, show);
  add("delete", "Removes a session for good", true, false, remove);
}

}  // namespace chela::cli
