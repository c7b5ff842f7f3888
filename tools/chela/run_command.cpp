#include <unistd.h>

#include <iterator>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/files.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/conversation.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

constexpr std::size_t kInputBytesMax = 900'000;  // what a message may hold

struct Arguments {
  GatewayAddress address;
  std::string prompt;
  std::vector<std::string> files;
  std::string session;
  bool json = false;
};

Result<std::string> message_of(const Arguments& arguments) {
  std::string text = arguments.prompt;
  for (const auto& file : arguments.files) {
    auto content = platform::read_file(file, kInputBytesMax);
    if (!content) return fail(file, std::move(content.error()));
    text += fmt::format("\n\n--- {} ---\n```\n{}\n```", file, *content);
  }
  if (!is_terminal(STDIN_FILENO)) {
    std::string input{std::istreambuf_iterator<char>(std::cin), {}};
    if (!trim(input).empty()) text += "\n\n--- stdin ---\n" + input;
  }
  if (text.size() > kInputBytesMax)
    return fail(ErrorCode::too_large, "prompt, files and input have {} bytes, {} are allowed", text.size(),
                kInputBytesMax);
  return text;
}

int run_once(const Arguments& arguments) {
  auto text = message_of(arguments);
  if (!text) return fail_with(text.error());
  auto client = ApiClient::create(arguments.address);
  if (!client) return fail_with(client.error());
  auto session = arguments.session.empty() ? new_session_id() : arguments.session;
  return converse(**client, session, *text, {.show_tools = is_terminal(STDERR_FILENO), .json = arguments.json});
}

}  // namespace

void add_run_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command =
      program.add_subcommand("run", "One answer on standard output; input from a pipe is added to the prompt");
  command->add_option("prompt", arguments->prompt, "What to ask")->required();
  command->add_option("--file", arguments->files, "Adds a file; may be given more than once");
  command->add_option("--session", arguments->session, "Asks in this session");
  command->add_flag("--json", arguments->json, "Every event as a line of JSON");
  add_gateway_options(*command, arguments->address);
  command->callback([arguments, &exit_code] { exit_code = run_once(*arguments); });
}

}  // namespace chela::cli
