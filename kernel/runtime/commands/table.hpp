#pragma once

// The commands that people may type, and what answers their buttons: from the registry, without starting a plugin.
// Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::runtime {

struct CommandInput;
struct CommandAnswer;

// What runs a command of the gateway's own.
using BuiltInCommand = std::function<Task<Result<CommandAnswer>>(CommandInput)>;

struct Command {
  std::string name;        // as it is typed, in lower case, without the slash
  std::string plugin_id;   // empty: the gateway's own
  std::string capability;  // what the plugin knows it by
  std::string description;
  bool accepts_args = false;
  bool require_auth = true;           // only for senders whom the operator lets give commands
  std::vector<std::string> channels;  // where it is known; empty: everywhere
  BuiltInCommand built_in;            // null for those of plugins
  std::string skill = {};             // that it calls; empty: none
};

// Commands that come and go with something else, as those of skills. `taken`: names that they cannot have.
using CommandSource = std::function<std::vector<Command>(const std::vector<std::string>& taken)>;

// What a person has pressed or picked, in what a plugin has sent.
struct InteractiveHandler {
  std::string plugin_id;
  std::string capability;
};

struct CalledCommand {
  std::shared_ptr<const Command> command;
  std::string arguments;  // the text after the name
};

class CommandTable {
 public:
  static constexpr std::size_t kNameCharactersMax = 64;
  static constexpr std::size_t kArgumentBytesMax = 64 * 1024;

  explicit CommandTable(const plugins::PluginSet& plugins) : plugins_(plugins) {}
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;

  // Wins over those of plugins, whenever they come.
  void add(Command built_in);
  // Reads the registry again, and asks the source for what is left. What was handed out stays as it was.
  void refresh();
  // Its commands come after those of the gateway and of plugins, which have the names.
  void set_source(CommandSource source) { source_ = std::move(source); }

  // The command that `message` calls on `channel`: it begins with a slash and the name, in any case, whatever blanks
  // stand around it. None for text behind a command that takes none: a person means the agent.
  std::optional<CalledCommand> match(std::string_view message, std::string_view channel) const;
  std::vector<std::shared_ptr<const Command>> list() const;  // by name
  // The handler of the channel, else the one for all channels. None: nobody has registered it.
  std::optional<InteractiveHandler> find_interactive(std::string_view channel, std::string_view name_space) const;
  // Names that two wanted, or that no plugin may have; the first one, or the gateway, has them.
  const std::vector<plugins::Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  void add_of(const plugins::Capability& capability);
  void add_from_source();
  void add_one(const plugins::Capability& capability, const nlohmann::json& entry);

  const plugins::PluginSet& plugins_;
  CommandSource source_;  // null: there is none
  std::map<std::string, std::shared_ptr<const Command>, std::less<>> commands_;
  std::map<std::string, InteractiveHandler, std::less<>> interactive_;  // "CHANNEL/NAMESPACE"
  std::vector<plugins::Diagnostic> diagnostics_;
};

}  // namespace chela::runtime
