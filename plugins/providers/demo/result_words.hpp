#ifndef PLUGINS_PROVIDERS_DEMO_RESULT_WORDS_HPP
#define PLUGINS_PROVIDERS_DEMO_RESULT_WORDS_HPP
// A tool's result in words that include it.

#include <string>

#include "plugins/providers/demo/conversation.hpp"

namespace chela::providers::demo {

// Markdown. Long results are cut, and said to be.
std::string words_for(const ToolResult& result);

}  // namespace chela::providers::demo
#endif
