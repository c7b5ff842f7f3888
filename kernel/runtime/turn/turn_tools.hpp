#pragma once

// The tools of one turn: the client's own, those of the catalog, and what factories make for this turn. Loop thread only.
// Part of the turn's state.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

class TurnTools {
 public:
  // Both outlive it.
  TurnTools(const TurnEnvironment& environment, const TurnInput& input) : environment_(environment), input_(input) {}

  bool has_factories() const { return input_.use_tools && !environment_.tools.factories().empty(); }
  // Asks the factories. To be called once, before offered().
  Task<void> make();
  // A tool of the gateway's own for this turn, unless the operator denies it. Goes before others of its name.
  void add(std::shared_ptr<const Tool> tool);
  // From now on none of the gateway's but these.
  void allow_only(std::vector<std::string> names) { allowed_ = std::move(names); }

  // As the model is told.
  std::vector<Message> offered() const;
  std::vector<std::string> names() const;  // of those
  // Null when the gateway has none of this name.
  std::shared_ptr<const Tool> find(std::string_view name) const;
  bool is_client_tool(std::string_view name) const;
  // chela_tool_request::context.
  std::string context() const;

 private:
  template <class Take>
  void each_offered(Take take) const;  // name, definition
  bool is_allowed(std::string_view name) const;
  bool is_own(std::string_view name) const;

  const TurnEnvironment& environment_;
  const TurnInput& input_;
  std::vector<std::shared_ptr<const Tool>> own_;   // of the gateway, for this turn
  std::vector<std::shared_ptr<const Tool>> made_;  // by factories
  std::optional<std::vector<std::string>> allowed_;
};

}  // namespace chela::runtime
