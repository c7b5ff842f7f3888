#pragma once

// The commands of a scripted plugin, and its methods: each call is kept, or answered as the test says.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "tests/kernel/core/plugins/scripted_plugin.hpp"

namespace chela::runtime {

using plugins::from_abi;
using plugins::to_abi;

struct SeenCommand {
  std::uint64_t id;
  std::string command;
  std::string arguments;
  nlohmann::json context;
};

// One at a time: the ABI's functions are given nothing but the plugin, whose tables these are.
class ScriptedCommands {
 public:
  using Answers = std::function<void(const chela_command_call*)>;

  explicit ScriptedCommands(plugins::ScriptedPlugin& plugin) {
    current() = this;
    plugin.extensions[CHELA_EXT_COMMAND] = &table;
  }
  ScriptedCommands(const ScriptedCommands&) = delete;
  ScriptedCommands& operator=(const ScriptedCommands&) = delete;
  ~ScriptedCommands() {
    for (auto& [id, call] : open) call->complete(call, CHELA_CANCELLED, to_abi("the test is over"));
    current() = nullptr;
  }

  static Answers says(std::string text, std::string details = "") {
    return [text, details](const chela_command_call* call) {
      if (!details.empty()) call->details(call, to_abi(details));
      call->complete(call, CHELA_OK, to_abi(text));
    };
  }
  static Answers fails(chela_status status, std::string why) {
    return [status, why](const chela_command_call* call) { call->complete(call, status, to_abi(why)); };
  }

  Answers answer;  // none: calls stay open
  chela_status refusal = CHELA_OK;
  std::vector<SeenCommand> seen;
  std::vector<std::uint64_t> cancelled;
  std::map<std::uint64_t, const chela_command_call*> open;

 private:
  static ScriptedCommands*& current() {
    static ScriptedCommands* one = nullptr;
    return one;
  }
  static chela_status start(const chela_plugin*, const chela_command_request* request, const chela_command_call* call,
                            const chela_error_sink* error) {
    auto& self = *current();
    self.seen.push_back({request->call_id, std::string(from_abi(request->command)),
                         std::string(from_abi(request->arguments)), nlohmann::json::parse(from_abi(request->context))});
    if (self.refusal != CHELA_OK) {
      error->set(error, to_abi("not today"));
      return self.refusal;
    }
    if (self.answer) self.answer(call);
    else self.open[request->call_id] = call;
    return CHELA_OK;
  }
  static void cancel(const chela_plugin*, std::uint64_t id) {
    auto& self = *current();
    self.cancelled.push_back(id);
    if (auto found = self.open.extract(id)) found.mapped()->complete(found.mapped(), CHELA_CANCELLED, to_abi("given up"));
  }

  static constexpr chela_plugin_command table = {sizeof(chela_plugin_command), &start, &cancel};
};

}  // namespace chela::runtime
