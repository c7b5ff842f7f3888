#pragma once

// The memory and the context engine that the operator has chosen, for turns. Loop thread only; outlives the turns.

#include <optional>
#include <string>
#include <vector>

#include "kernel/core/log/logger.hpp"
#include "kernel/core/plugins/plugin_set.hpp"
#include "kernel/runtime/context/context_engine.hpp"
#include "kernel/runtime/context/memory_prompt.hpp"

namespace chela::runtime {

class ContextPlugins {
 public:
  ContextPlugins(Loop& loop, log::Logger logger, plugins::PluginSet& plugins);
  ContextPlugins(const ContextPlugins&) = delete;
  ContextPlugins& operator=(const ContextPlugins&) = delete;

  void set_rules(SlotRules rules);
  // The registry has changed.
  void relist();
  // From now on problems go to the log, each once: before this, plugins for Node may not have said what they offer.
  void begin_reporting();

  bool has_memory() const { return !slots_.prompt_sections.empty(); }
  bool has_engine() const { return engine_.is_there(); }
  // Empty when the memory has nothing to say, has failed, or is left alone.
  Task<std::string> ask_memory(MemoryPromptInput input, CancelToken cancel);
  ContextEngine& engine() { return engine_; }

  // In words, for the doctor.
  std::vector<std::string> problems() const;

 private:
  void report();

  Loop& loop_;
  log::Logger logger_;
  plugins::PluginSet& plugins_;
  SlotRules rules_;
  Slots slots_;
  ContextEngine engine_;
  Patience patience_;           // with the memory
  std::string memory_problem_;  // the last failure, as long as it has not worked since
  bool reporting_ = false;
  std::vector<std::string> reported_;
};

}  // namespace chela::runtime
