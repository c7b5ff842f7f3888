#pragma once

// What the program says to who called it. One row per exit code: the constants and the reference are made from it.

#define CHELA_EXIT_CODE_MAP(X)                                                                                \
  X(kDone, 0, "it is done; a check found nothing wrong; the gateway has drained")                             \
  X(kFailed, 1, "it could not be done, or a check found something; standard error says what, and what to do") \
  X(kWrongCommandLine, 2, "the command line itself is wrong")                                                 \
  X(kInterrupted, 130, "interrupted")

namespace chela::cli {

#define CHELA_EXIT_CODE(name, code, meaning) constexpr int name = code;
CHELA_EXIT_CODE_MAP(CHELA_EXIT_CODE)
#undef CHELA_EXIT_CODE

}  // namespace chela::cli
