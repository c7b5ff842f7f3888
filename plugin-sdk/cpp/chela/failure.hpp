#ifndef CHELA_FAILURE_HPP
#define CHELA_FAILURE_HPP
// How plugin code says that something failed, and the one guard that keeps exceptions on the plugin's side.
//
// Everything of the C++ SDK lives in the inline namespace chela::sdk: it is written `chela::Host`, and yet never
// meets a name of the kernel or of another SDK version at link time.

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "chela/abi.h"

namespace chela {
inline namespace sdk {

// Thrown by plugin code to fail a call: the status and a text that says what was being done and what went wrong.
class Failure : public std::exception {
 public:
  Failure(chela_status status, std::string text) : status_(status), text_(std::move(text)) {}
  chela_status status() const noexcept { return status_; }
  const std::string& text() const noexcept { return text_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  chela_status status_;
  std::string text_;
};

// "invalid_argument", "timed_out", …
inline std::string name_of(chela_status status) {
  std::string name = "unknown status " + std::to_string(static_cast<int>(status));
  switch (status) {
#define CHELA_STATUS_NAME(upper, value) \
  case CHELA_##upper:                   \
    name = #upper;                      \
    break;
    CHELA_STATUS_MAP(CHELA_STATUS_NAME)
#undef CHELA_STATUS_NAME
    default:
      return name;
  }
  for (char& c : name) c = c == '_' ? '_' : static_cast<char>(c - 'A' + 'a');
  return name;
}

inline chela_str to_str(std::string_view text) {
  return chela_str{text.data(), text.size()};
}
inline std::string_view to_view(chela_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

namespace detail {

// The exception being handled, as a failure. Call it only inside a catch block.
inline Failure current_failure() noexcept {
  try {
    throw;
  } catch (Failure& failure) {
    return std::move(failure);
  } catch (const std::exception& e) {
    return Failure(CHELA_INTERNAL, std::string("unexpected exception: ") + e.what());
  } catch (...) {
    return Failure(CHELA_INTERNAL, "unexpected exception that is no std::exception");
  }
}

// The one guard: runs `function`; what it throws goes to `on_failure`, whose result is returned instead.
template <class Function, class OnFailure>
auto guard(Function&& function, OnFailure&& on_failure) noexcept -> decltype(function()) {
  try {
    return function();
  } catch (...) {
    return on_failure(current_failure());
  }
}

inline void* self_of(const chela_plugin* plugin) {
  return plugin->self;
}
template <class Listener>
void* self_of(const Listener* listener) {
  return listener->context;
}

inline void set_error(const chela_error_sink* error, std::string_view text) {
  if (error != nullptr && error->set != nullptr) error->set(error, to_str(text));
}

template <class T>
const chela_error_sink* error_sink_of(T) {
  return nullptr;
}
inline const chela_error_sink* error_sink_of(const chela_error_sink* error) {
  return error;
}

inline const chela_error_sink* find_error_sink() {
  return nullptr;
}
template <class First, class... Rest>
const chela_error_sink* find_error_sink(First first, Rest... rest) {
  const chela_error_sink* found = error_sink_of(first);
  return found != nullptr ? found : find_error_sink(rest...);
}

// What a function of the ABI returns when the plugin's code threw.
template <class Result, class Self>
Result failed(Self& self, const chela_error_sink* error, const Failure& failure) {
  if constexpr (std::is_same_v<Result, chela_status>) {
    set_error(error, failure.text());
    return failure.status() == CHELA_OK ? CHELA_INTERNAL : failure.status();
  } else {
    self.on_failure(failure);
    return Result();
  }
}

// A listener that is shared stays alive while it is called, even when the callback drops its last owner.
template <class Self>
auto keep_alive(Self& self, int) -> decltype(self.shared_from_this()) {
  return self.shared_from_this();
}
template <class Self>
std::nullptr_t keep_alive(Self&, long) {
  return nullptr;
}

// The C function for `Function(Self&, Args…)`: finds Self behind the handle and runs it under the guard. Tables of
// C functions are filled with Thunk<…>::call only, so the guard cannot be forgotten.
template <class Handle, auto Function>
struct Thunk;

template <class Handle, class Self, class Result, class... Args, Result (*Function)(Self&, Args...)>
struct Thunk<Handle, Function> {
  static Result call(const Handle* handle, Args... args) noexcept {
    Self& self = *static_cast<Self*>(self_of(handle));
    [[maybe_unused]] auto kept = keep_alive(self, 0);
    return guard(
        [&]() -> Result { return Function(self, args...); },
        [&](const Failure& failure) -> Result { return failed<Result>(self, find_error_sink(args...), failure); });
  }
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
