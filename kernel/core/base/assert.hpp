#pragma once

// CHELA_ASSERT(condition, "why it must hold"): a broken invariant stops the process with a message, in release too.

namespace chela {
[[noreturn]] void assertion_failed(const char* condition, const char* why, const char* file, int line);
}

#define CHELA_ASSERT(condition, why) \
  (static_cast<bool>(condition) ? void(0) : ::chela::assertion_failed(#condition, why, __FILE__, __LINE__))
