#pragma once

// What a plugin has said, on its way to JavaScript.

#include <cstdint>
#include <string>

namespace chela::addon {

enum class EventKind : std::uint8_t { log, progress, text, reasoning, tool_call, tool_arguments, usage, details, done };

struct Event {
  EventKind kind = EventKind::log;
  std::uint64_t call = 0;     // 0 with `log`
  double number = 0;          // log: level; tool_call, tool_arguments: index; done: chela_status
  std::string text;           // usage, details: a JSON object
  std::string more;           // tool_call: the tool's name
  double retry_after_ms = 0;  // done
};

}  // namespace chela::addon
