#pragma once

// chela.capability/1 of a scripted plugin: functions by path that answer what a test says, and are kept.

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "chela/ext/capability.h"
#include "tests/kernel/core/plugins/plugin_fixture.hpp"

namespace chela::runtime {

struct AskedFunction {
  std::string kind;
  std::string id;
  std::string path;
  nlohmann::json argument;  // the first
};

// One at a time: the C ABI tells a table nothing but its plugin. Outlives the plugin set.
class ScriptedFunctions {
 public:
  // What a function answers; an error by throwing a status.
  using Answers = std::function<nlohmann::json(const nlohmann::json& argument)>;

  explicit ScriptedFunctions(plugins::ScriptedPlugin& plugin) {
    current() = this;
    plugin.extensions[CHELA_EXT_CAPABILITY] = &kTable;
  }
  ScriptedFunctions(const ScriptedFunctions&) = delete;
  ScriptedFunctions& operator=(const ScriptedFunctions&) = delete;
  ~ScriptedFunctions() {
    answer_held();
    current() = nullptr;
  }

  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const auto& one : asked) out.push_back(one.path);
    return out;
  }
  // Completes what was held, so that nobody has to forget it.
  void answer_held() {
    for (const auto* call : std::exchange(held, {})) call->complete(call, CHELA_OK, plugins::to_abi("null"));
  }

  std::map<std::string, Answers> on;         // by path
  std::vector<std::string> holds;            // paths that are not answered
  std::vector<AskedFunction> asked;
  std::vector<const chela_capability_call*> held;

 private:
  static ScriptedFunctions*& current() {
    static ScriptedFunctions* one = nullptr;
    return one;
  }
  static chela_status invoke(const chela_plugin*, const chela_capability_request* request,
                             const chela_capability_call* call, const chela_error_sink*) {
    using plugins::from_abi;
    auto& self = *current();
    auto arguments = nlohmann::json::parse(from_abi(request->arguments));
    std::string path(from_abi(request->path));
    self.asked.push_back({std::string(from_abi(request->kind)), std::string(from_abi(request->id)), path,
                          arguments.empty() ? nlohmann::json() : arguments[0]});
    if (std::ranges::find(self.holds, path) != self.holds.end()) {
      self.held.push_back(call);
      return CHELA_OK;
    }
    auto found = self.on.find(path);
    if (found == self.on.end()) {
      call->complete(call, CHELA_NOT_FOUND, plugins::to_abi("no such function"));
      return CHELA_OK;
    }
    try {
      auto said = found->second(self.asked.back().argument).dump();
      call->complete(call, CHELA_OK, plugins::to_abi(said));
    } catch (chela_status status) {
      call->complete(call, status, plugins::to_abi("it broke"));
    }
    return CHELA_OK;
  }
  static void cancel(const chela_plugin*, std::uint64_t) { current()->answer_held(); }
  static constexpr chela_plugin_capability kTable{sizeof(chela_plugin_capability), &invoke, &cancel};
};

}  // namespace chela::runtime
