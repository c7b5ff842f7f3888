#pragma once

// The rules ready to be matched: one automaton of all anchors, one compiled pattern per rule, made at first use and
// kept until the program ends. Any thread.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/runtime/skills/scan/literals.hpp"
#include "kernel/runtime/skills/scan/rules.hpp"

namespace chela::runtime::skills::scan {

class CompiledRule;

class RuleSet {
 public:
  static const RuleSet& get();
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  const Literals& anchors() const { return anchors_; }  // their owners are rows of rules()
  // The first match of the row's pattern in `text` from `match.end` on that its `unless` lets stand. In a shell script
  // a match that begins its line is a command, whatever else the line says.
  bool find(std::uint16_t rule, std::string_view text, bool is_script, Match& match) const;

 private:
  RuleSet();

  std::vector<std::unique_ptr<CompiledRule>> compiled_;  // by row
  Literals anchors_;
};

}  // namespace chela::runtime::skills::scan
