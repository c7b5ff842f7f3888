#include "kernel/runtime/commands/built_in.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/runtime/commands/run.hpp"

namespace chela::runtime {
namespace {

Task<Result<CommandAnswer>> help(const CommandTable& table, CommandInput input) {
  CommandAnswer answer;
  for (const auto& command : table.list()) {
    if (!command->channels.empty() && std::ranges::find(command->channels, input.channel) == command->channels.end()) {
      continue;
    }
    answer.text += fmt::format("- `/{}{}` {}\n", command->name, command->accepts_args ? " …" : "", command->description);
  }
  co_return answer;
}

Task<Result<CommandAnswer>> list_plugins(const plugins::PluginSet& plugins) {
  CommandAnswer answer;
  for (const auto* record : plugins.list()) {
    answer.text += fmt::format("- `{}` {}: {}\n", record->manifest->id, record->manifest->version,
                               plugins::name_of(record->state));
  }
  co_return answer;
}

}  // namespace

void add_built_in_commands(CommandTable& table, const plugins::PluginSet& plugins) {
  table.add({.name = "help", .description = "the commands that there are", .require_auth = false,
             .built_in = [&table](CommandInput input) { return help(table, std::move(input)); }});
  table.add({.name = "plugins", .description = "the plugins of this gateway and how they stand",
             .built_in = [&plugins](const CommandInput&) { return list_plugins(plugins); }});
}

}  // namespace chela::runtime
