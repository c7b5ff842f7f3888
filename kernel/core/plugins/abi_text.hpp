#pragma once

// Text, statuses and sinks between the kernel's types and those of the C ABI.

#include <cstddef>
#include <string>
#include <string_view>

#include "chela/abi.h"
#include "kernel/core/base/error.hpp"

namespace chela::plugins {

inline chela_str to_abi(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view from_abi(chela_str text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
ErrorCode to_error_code(chela_status status);
chela_status to_status(ErrorCode code);

// An error sink that keeps the text, for one call into a plugin: 4 KiB of it, in UTF-8 whatever the plugin wrote.
class ErrorText {
 public:
  ErrorText();
  ErrorText(const ErrorText&) = delete;
  ErrorText& operator=(const ErrorText&) = delete;
  const chela_error_sink* sink() const { return &sink_; }
  // The error of a call that returned `status`, `what` being the call: "starting: <text>".
  Error error(std::string_view what, chela_status status) const;

 private:
  chela_error_sink sink_;
  std::string text_;
};

// A sink that keeps the bytes, up to a limit.
class TextSink {
 public:
  explicit TextSink(std::size_t bytes_max = 1 << 20);
  TextSink(const TextSink&) = delete;
  TextSink& operator=(const TextSink&) = delete;
  const chela_sink* sink() const { return &sink_; }
  const std::string& text() const { return text_; }

 private:
  chela_sink sink_;
  std::size_t bytes_max_;
  std::string text_;
};

// Runs `call`, one call into a plugin. An exception that a plugin lets out ends here, as CHELA_INTERNAL.
template <class Call>
chela_status guarded(const ErrorText& error, Call call) noexcept {
  try {
    return call();
  } catch (...) {
    error.sink()->set(error.sink(), to_abi("the plugin let an exception out, which the ABI forbids"));
    return CHELA_INTERNAL;
  }
}

}  // namespace chela::plugins
