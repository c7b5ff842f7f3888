#pragma once

// What the generated writers are made of.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"

namespace chela::protocol {

// Braces around the members that are written while it lives.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  ObjectText(const ObjectText&) = delete;
  ObjectText& operator=(const ObjectText&) = delete;
  ~ObjectText() { out_ += '}'; }

  // The value is appended next. Keys need no escapes.
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_.append("\"").append(name).append("\":");
  }

 private:
  std::string& out_;
  bool first_ = true;
};

inline void append_integer(std::string& out, std::uint64_t value) { fmt::format_to(std::back_inserter(out), "{}", value); }
inline void append_number(std::string& out, double value) { fmt::format_to(std::back_inserter(out), "{}", value); }
inline void append_boolean(std::string& out, bool value) { out += value ? "true" : "false"; }
// JSON that is handed on; `absent` when there is none.
inline void append_raw(std::string& out, std::string_view json, std::string_view absent) {
  out += json.empty() ? absent : json;
}
template <class T, class Append>
void append_array(std::string& out, const std::vector<T>& items, Append append) {
  out += '[';
  for (const auto& item : items) {
    if (&item != items.data()) out += ',';
    append(item);
  }
  out += ']';
}

}  // namespace chela::protocol
