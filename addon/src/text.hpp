#pragma once

// Texts across the ABI.

#include <string>
#include <string_view>

#include "chela/abi.h"

namespace chela::addon {

inline std::string_view from_abi(chela_str text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
inline chela_str to_abi(std::string_view text) {
  return {text.data(), text.size()};
}

// At most `size_max` bytes, never half a character.
inline std::string_view cut(std::string_view text, std::size_t size_max) {
  if (text.size() <= size_max) return text;
  while (size_max > 0 && (static_cast<unsigned char>(text[size_max]) & 0xC0) == 0x80) --size_max;
  return text.substr(0, size_max);
}

// The text that a plugin set, for one call.
class ErrorText {
 public:
  ErrorText() : sink_{sizeof(chela_error_sink), this, &set} {}
  ErrorText(const ErrorText&) = delete;
  ErrorText& operator=(const ErrorText&) = delete;

  const chela_error_sink* sink() const { return &sink_; }
  const std::string& text() const { return text_; }
  void set_text(std::string_view text) { text_ = cut(text, 4096); }

 private:
  static void set(const chela_error_sink* sink, chela_str message) {
    static_cast<ErrorText*>(sink->context)->set_text(from_abi(message));
  }

  chela_error_sink sink_;
  std::string text_;
};

// What `run` returns; INTERNAL when it throws, which no plugin may.
template <class Run>
chela_status guarded(ErrorText& error, Run run) {
  try {
    return run();
  } catch (...) {
    error.set_text("the plugin threw an exception across the interface");
    return CHELA_INTERNAL;
  }
}

}  // namespace chela::addon
