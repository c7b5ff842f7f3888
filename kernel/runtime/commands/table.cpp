#include "kernel/runtime/commands/table.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kInteractivePrefix = "interactive/";
constexpr std::size_t kDescriptionBytesMax = 1024;
constexpr std::size_t kNameBytesMax = 4 * CommandTable::kNameCharactersMax;
constexpr std::string_view kBlanks = " \t\r\n";

// Names that upstream keeps for its own commands: a plugin that had one would change what people know it to do.
constexpr std::array kReserved = std::to_array<std::string_view>(
    {"abort",   "activation", "allowlist", "bash",     "btw",    "cancel", "commands",  "compact", "config",
     "context", "debug",      "elevated",  "exec",     "goal",   "help",   "kill",      "loop",    "model",
     "models",  "new",        "plugins",   "queue",    "reasoning", "reset", "restart", "send",    "skill",
     "status",  "steer",      "stop",      "subagents", "tell",  "think",  "usage",     "verbose", "whoami"});

bool is_name(std::string_view name) {
  auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c >= 0x80; };
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '-' && is_valid_utf8(name) &&
         std::ranges::all_of(name, fits);
}

bool flag(const Json& object, const char* key, bool otherwise) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const auto& one : *found) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

}  // namespace

void CommandTable::add(Command built_in) {
  auto name = built_in.name;
  commands_.insert_or_assign(std::move(name), std::make_shared<const Command>(std::move(built_in)));
}

void CommandTable::refresh() {
  std::erase_if(commands_, [](const auto& entry) {
    return !entry.second->plugin_id.empty() || !entry.second->skill.empty();
  });
  interactive_.clear();
  diagnostics_.clear();
  for (const auto* capability : plugins_.registry().list("command")) add_of(*capability);
  add_from_source();
}

void CommandTable::add_from_source() {
  if (!source_) return;
  std::vector<std::string> taken(kReserved.begin(), kReserved.end());
  for (const auto& [name, command] : commands_) taken.push_back(name);
  for (auto& command : source_(taken)) {
    command.description = cut_utf8(command.description, kDescriptionBytesMax);
    auto name = command.name;
    commands_.try_emplace(std::move(name), std::make_shared<const Command>(std::move(command)));
  }
}

void CommandTable::add_of(const plugins::Capability& capability) {
  std::string_view id = capability.id;
  if (id.starts_with(kInteractivePrefix)) {
    interactive_.try_emplace(std::string(id.substr(kInteractivePrefix.size())),
                             InteractiveHandler{capability.plugin_id, capability.id});
    return;
  }
  const auto& descriptor = *capability.descriptor;
  auto several = descriptor.find("commands");
  if (several == descriptor.end() || !several->is_array()) return add_one(capability, descriptor);
  for (const auto& entry : *several) {
    if (entry.is_object()) add_one(capability, entry);
  }
}

void CommandTable::add_one(const plugins::Capability& capability, const Json& entry) {
  auto refuse = [&](std::string message) {
    diagnostics_.push_back({plugins::Severity::warning, plugins::DiagnosticCode::duplicate_capability,
                            capability.plugin_id, std::move(message), {}});
  };
  auto given = text_of(entry, "name");
  Command command{.name = to_lower(given.empty() ? capability.id : given),
                  .plugin_id = capability.plugin_id,
                  .capability = given.empty() ? capability.id : given,
                  .description = std::string(cut_utf8(text_of(entry, "description"), kDescriptionBytesMax)),
                  .accepts_args = flag(entry, "acceptsArgs", false),
                  .require_auth = flag(entry, "requireAuth", true),
                  .channels = texts(entry, "channels"),
                  .built_in = {}};
  auto name = command.name;
  if (!is_name(name)) return refuse("a command's name is letters, digits, _ and -; one of its names is not");
  if (std::ranges::find(kReserved, name) != kReserved.end()) {
    return refuse("the command /" + name + " is the gateway's own");
  }
  auto [place, added] = commands_.try_emplace(name, std::make_shared<const Command>(std::move(command)));
  if (added) return;
  const auto& first = place->second->plugin_id;
  refuse("the command /" + name + " of " + (first.empty() ? "the gateway" : first) + " comes first");
}

std::optional<CalledCommand> CommandTable::match(std::string_view message, std::string_view channel) const {
  auto text = trim(message);
  if (!text.starts_with('/')) return std::nullopt;
  auto end = std::min(text.find_first_of(kBlanks), text.size());
  auto name = text.substr(1, end - 1);
  auto arguments = trim(text.substr(end));
  if (name.empty() || name.size() > kNameBytesMax || arguments.size() > kArgumentBytesMax) return std::nullopt;
  auto found = commands_.find(to_lower(name));
  if (found == commands_.end()) return std::nullopt;
  const auto& command = *found->second;
  if (!arguments.empty() && !command.accepts_args) return std::nullopt;
  if (!command.channels.empty() && std::ranges::find(command.channels, channel) == command.channels.end()) {
    return std::nullopt;
  }
  return CalledCommand{found->second, std::string(arguments)};
}

std::vector<std::shared_ptr<const Command>> CommandTable::list() const {
  std::vector<std::shared_ptr<const Command>> out;
  for (const auto& [name, command] : commands_) out.push_back(command);
  return out;
}

std::optional<InteractiveHandler> CommandTable::find_interactive(std::string_view channel,
                                                                 std::string_view name_space) const {
  for (auto where : {channel, std::string_view("*")}) {
    auto found = interactive_.find(std::string(where) + '/' + std::string(name_space));
    if (found != interactive_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace chela::runtime
