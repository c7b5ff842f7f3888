#pragma once

// One entry of the log and its two written forms.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "kernel/core/log/level.hpp"

namespace chela::log {

enum class Format { text, json };

// A value beside the message, for machines. Borrowed until the call returns.
struct Field {
  std::string_view name;
  std::string_view value;
};
using Fields = std::initializer_list<Field>;

// Borrowed until the call returns.
struct Line {
  std::int64_t unix_ms = 0;
  Level level = Level::info;
  std::string_view category;  // may be empty
  std::string_view message;
  std::span<const Field> fields;
};

// Without a line end, and whatever the parts hold it is one line that cannot steer a terminal: control characters,
// bytes that are no UTF-8 and characters that reorder text are escaped.
//   text: `2026-03-10T09:30:00.123Z warning plugins: stopped after 3 crashes plugin=acme`
//   json: `{"time":"…","level":"warning","category":"plugins","message":"…","plugin":"acme"}`; a field that has the
//         name of a fixed member gets `_` in front.
std::string render(const Line& line, Format format);

// `text` with everything escaped that could end the line or steer a terminal.
std::string escape_for_terminal(std::string_view text);

}  // namespace chela::log
