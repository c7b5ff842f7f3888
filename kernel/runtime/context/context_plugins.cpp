#include "kernel/runtime/context/context_plugins.hpp"

#include <algorithm>

namespace chela::runtime {

ContextPlugins::ContextPlugins(Loop& loop, log::Logger logger, plugins::PluginSet& plugins)
    : loop_(loop), logger_(logger), plugins_(plugins), engine_(loop, std::move(logger), plugins) {
  relist();
}

void ContextPlugins::set_rules(SlotRules rules) {
  rules_ = std::move(rules);
  relist();
}

void ContextPlugins::relist() {
  auto slots = fill_slots(plugins_, rules_);
  if (slots.prompt_sections != slots_.prompt_sections) {
    patience_.worked();
    memory_problem_.clear();
  }
  slots_ = std::move(slots);
  engine_.set_holder(slots_.engine);
  report();
}

void ContextPlugins::begin_reporting() {
  reporting_ = true;
  report();
}

void ContextPlugins::report() {
  if (!reporting_) return;
  for (const auto& problem : slots_.problems) {
    if (std::ranges::find(reported_, problem) == reported_.end()) logger_.warning("{}", problem);
  }
  reported_ = slots_.problems;
}

Task<std::string> ContextPlugins::ask_memory(MemoryPromptInput input, CancelToken cancel) {
  if (slots_.prompt_sections.empty() || patience_.is_over(loop_.now())) co_return std::string();
  const auto plugin_id = slots_.prompt_sections.front().plugin_id;
  auto section = co_await ask_prompt_section(loop_, plugins_, slots_.prompt_sections, std::move(input), std::move(cancel));
  if (section) {
    patience_.worked();
    memory_problem_.clear();
    co_return std::move(*section);
  }
  if (section.error().code == ErrorCode::cancelled) co_return std::string();
  memory_problem_ = fmt::format("plugin {}: its memory adds nothing to the prompt: {}", plugin_id, section.error().message);
  logger_.warning("{}", memory_problem_);
  if (patience_.failed(loop_.now())) {
    logger_.warning("plugin {}: its memory is left alone for {} minutes", plugin_id,
                    std::chrono::duration_cast<std::chrono::minutes>(Patience::kRest).count());
  }
  co_return std::string();
}

std::vector<std::string> ContextPlugins::problems() const {
  auto out = slots_.problems;
  if (!memory_problem_.empty()) out.push_back(memory_problem_);
  if (!engine_.problem().empty()) out.push_back(engine_.problem());
  return out;
}

}  // namespace chela::runtime
