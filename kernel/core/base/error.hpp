#pragma once

// The one error type of the kernel. Untrusted input, the environment and third-party return codes produce
// errors; broken invariants stop the process (assert.hpp). Messages read `what we were doing: what went wrong`,
// lower case, no final stop.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <fmt/format.h>

// One row per code: the enum, the names on the wire and the documentation are made from this list.
#define CHELA_ERROR_MAP(X)                                                                             \
  X(invalid_argument, "the input is malformed or out of range; sending it again cannot help")          \
  X(not_found, "the thing named does not exist")                                                       \
  X(already_exists, "the thing named exists already, or the change conflicts with another")           \
  X(unauthenticated, "no valid credential was presented")                                              \
  X(denied, "the principal is known and may not do this")                                              \
  X(cancelled, "the caller or a shutdown cancelled the work")                                          \
  X(timed_out, "a deadline passed")                                                                    \
  X(unavailable, "a dependency cannot be reached or refuses for now; later may work")                  \
  X(exhausted, "a quota, rate or queue limit is reached")                                              \
  X(too_large, "the input is above a size limit")                                                      \
  X(protocol, "a peer broke the protocol it speaks")                                                   \
  X(corrupt, "stored data does not verify")                                                            \
  X(unsupported, "known, and not supported here")                                                      \
  X(internal, "a defect in Chela or in a plugin")

namespace chela {

enum class ErrorCode : std::uint8_t {
#define CHELA_ERROR_ENUM(name, meaning) name,
  CHELA_ERROR_MAP(CHELA_ERROR_ENUM)
#undef CHELA_ERROR_ENUM
};

// The name of the code as it appears in logs, JSON and documentation, e.g. "timed_out".
std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  // Puts `what` in front: "loading plugin x: no such file".
  Error with_context(std::string_view what) && { return {code, fmt::format("{}: {}", what, message)}; }
};

// The value, or why there is none.
template <class T>
using Result = std::expected<T, Error>;

// `return fail(ErrorCode::not_found, "no plugin named {}", id);` converts to any Result.
template <class... Args>
std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// Hands an error of another result on, with `what` in front of its message.
inline std::unexpected<Error> fail(std::string_view what, Error error) {
  return std::unexpected(std::move(error).with_context(what));
}

// The error of a failed system call: the code that fits `error_number`, and `what: <text of errno>`.
std::unexpected<Error> fail_errno(std::string_view what, int error_number);

}  // namespace chela

#define CHELA_CONCAT_(a, b) a##b
#define CHELA_CONCAT(a, b) CHELA_CONCAT_(a, b)

// CHELA_TRY(auto value, parse(text)); returns the error of a Result, or goes on with its value.
#define CHELA_TRY(declaration, ...)                                                                    \
  auto CHELA_CONCAT(try_, __LINE__) = (__VA_ARGS__);                                                   \
  if (!CHELA_CONCAT(try_, __LINE__)) return std::unexpected(std::move(CHELA_CONCAT(try_, __LINE__).error())); \
  declaration = std::move(*CHELA_CONCAT(try_, __LINE__))

// The same for Result<void>.
#define CHELA_CHECK(...)                                                                               \
  if (auto CHELA_CONCAT(try_, __LINE__) = (__VA_ARGS__); !CHELA_CONCAT(try_, __LINE__))                \
  return std::unexpected(std::move(CHELA_CONCAT(try_, __LINE__).error()))
