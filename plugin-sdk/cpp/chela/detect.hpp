#ifndef CHELA_DETECT_HPP
#define CHELA_DETECT_HPP
// Finds the optional methods of a plugin class. A method with the right name and a wrong signature is an error of
// the compilation that prints the right one, never a method that is silently not called.

#include <type_traits>

namespace chela {
inline namespace sdk {
namespace detail {

template <class T>
constexpr bool always_false = false;

}  // namespace detail
}  // namespace sdk
}  // namespace chela

// Defines detail::has_<name><T>: T has a member called `name`, overloaded or not. A class that also inherits the
// name from elsewhere makes it ambiguous exactly when T has it.
#define CHELA_DETECT_MEMBER(name)                                                                              \
  struct Fallback_##name {                                                                                     \
    int name;                                                                                                  \
  };                                                                                                           \
  template <class T, bool = std::is_final_v<T>>                                                                \
  struct Both_##name : T, Fallback_##name {};                                                                  \
  template <class T>                                                                                           \
  struct Both_##name<T, true> : T {                                                                            \
    static_assert(always_false<T>, "chela: a plugin class must not be final, or its methods cannot be found"); \
  };                                                                                                           \
  template <class T, class = void>                                                                             \
  struct Has_##name : std::true_type {};                                                                       \
  template <class T>                                                                                           \
  struct Has_##name<T, std::void_t<decltype(&Both_##name<T>::name)>> : std::false_type {};                     \
  template <class T>                                                                                           \
  constexpr bool has_##name = Has_##name<T>::value;
#endif
