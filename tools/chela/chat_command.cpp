#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "kernel/core/base/text.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/conversation.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

constexpr std::string_view kHelp =
    "/new       begins another conversation\n"
    "/session   shows the id of this one; continue it with `chela chat --session ID`\n"
    "/help      this list\n"
    "/exit      ends the program, as Ctrl-D does\n"
    "Ctrl-C     stops an answer\n";

struct Arguments {
  GatewayAddress address;
  std::string session;
};

class Chat {
 public:
  Chat(ApiClient& client, std::string session) : client_(client), session_(std::move(session)) {}

  int run() {
    if (interactive_) print(bold("Chela") + dim("  /help lists what can be typed here") + "\n");
    int exit_code = 0;
    for (std::string line; prompt() && std::getline(std::cin, line);) {
      auto text = std::string(trim(line));
      if (text.empty()) continue;
      if (text == "/exit" || text == "/quit") break;
      if (text.starts_with('/') && obey(text)) continue;
      exit_code = converse(client_, session_, text, {.show_tools = interactive_});
    }
    if (interactive_) print("\n");
    return interactive_ ? 0 : exit_code;
  }

 private:
  bool prompt() {
    if (interactive_) print(bold("› "));
    return true;
  }
  // False when it is no command of ours: the model is asked then.
  bool obey(const std::string& command) {
    if (command == "/help") return print(kHelp), true;
    if (command == "/session") return print(session_ + "\n"), true;
    if (command == "/new" || command == "/reset") {
      session_ = new_session_id();
      return print(dim("a new conversation") + "\n"), true;
    }
    return false;
  }

  ApiClient& client_;
  std::string session_;
  const bool interactive_ = is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO);
};

int run_chat(const Arguments& arguments) {
  auto client = ApiClient::create(arguments.address);
  if (!client) return fail_with(client.error());
  auto status = (*client)->get("/api/status");  // says at once when no gateway is there
  if (!status) return fail_with(status.error());
  return Chat(**client, arguments.session.empty() ? new_session_id() : arguments.session).run();
}

}  // namespace

void add_chat_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = program.add_subcommand("chat", "A conversation in the terminal");
  add_gateway_options(*command, arguments->address);
  command->add_option("--session", arguments->session, "Continues this session");
  command->callback([arguments, &exit_code] { exit_code = run_chat(*arguments); });
}

}  // namespace chela::cli
