#pragma once

// One call of one command, as a task. Loop thread only; the plugin may answer from any thread.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/core/base/clock.hpp"
#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/commands/table.hpp"

namespace chela::runtime {

// Who gives a command, as far as the way in knows it.
struct Sender {
  std::string id;
  bool is_authorized = false;  // the operator lets them give commands
};

struct CommandInput {
  std::shared_ptr<const Command> command;
  std::string arguments;
  std::string body;  // the whole message
  Sender sender;
  std::string channel;
  std::string session_id;
  std::string agent;
  Duration timeout = std::chrono::seconds(30);
  CancelToken cancel = {};  // for the gateway's own
};

struct CommandAnswer {
  std::string text;               // Markdown for the person; links to media come last
  bool continue_agent = false;    // the agent answers the message, too
  bool suppress_reply = false;    // nothing is said
  std::string agent_prefix = {};  // what the agent is told in front of the message
};

// More of an answer is left out, with a note.
constexpr std::size_t kCommandAnswerBytesMax = 256 * 1024;

// Checks the sender, starts the plugin when that is needed, runs the command. Progress is reported to `on_progress`,
// which outlives the task. Errors name the command and the plugin: `denied`, `timed_out`, `cancelled`, what the command
// says, what stops the plugin.
Task<Result<CommandAnswer>> run_command(Loop& loop, plugins::PluginSet& plugins, CommandInput input,
                                        const std::function<void(std::string_view)>& on_progress, CancelToken cancel);

// What the plugin itself is asked, once it runs. `context` is chela_command_request::context.
struct CommandRequest {
  std::string command;  // what the plugin knows it by
  std::string arguments;
  std::string context;
  Duration timeout;
  plugins::LeftoverCall leftover;
};
struct RawCommandAnswer {
  std::string text;
  std::size_t bytes;    // that the text had before it was cut to kCommandAnswerBytesMax
  std::string details;  // what chela_command_call::details was given; empty: nothing
};
// The text, with a note at its end when it was cut. Within the bound as a whole: it may pass through here twice, in the
// host process and in the gateway.
std::string shown_text(RawCommandAnswer said);
Task<Result<RawCommandAnswer>> ask_plugin(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                          CommandRequest request,
                                          const std::function<void(std::string_view)>& on_progress, CancelToken cancel);

struct InteractiveCall {
  InteractiveHandler handler;
  std::string event;  // a JSON object that says what was pressed
  Duration timeout = std::chrono::seconds(30);
};
// Yields what the handler says, JSON.
Task<Result<std::string>> run_interactive(Loop& loop, plugins::PluginSet& plugins, InteractiveCall call,
                                          CancelToken cancel);

}  // namespace chela::runtime
