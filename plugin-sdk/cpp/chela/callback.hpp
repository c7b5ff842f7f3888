#ifndef CHELA_CALLBACK_HPP
#define CHELA_CALLBACK_HPP
// A callable that may own move-only things, such as a Completion: std::function asks for copies.

#include <memory>
#include <type_traits>
#include <utility>

namespace chela {
inline namespace sdk {

template <class Signature>
class Callback;

template <class Result, class... Args>
class Callback<Result(Args...)> {
 public:
  Callback() = default;
  Callback(std::nullptr_t) {}
  template <class Function, class = std::enable_if_t<!std::is_same_v<std::decay_t<Function>, Callback> &&
                                                     std::is_invocable_r_v<Result, std::decay_t<Function>&, Args...>>>
  Callback(Function&& function)
      : held_(std::make_unique<Held<std::decay_t<Function>>>(std::forward<Function>(function))) {}

  explicit operator bool() const { return held_ != nullptr; }
  Result operator()(Args... args) const { return held_->call(std::forward<Args>(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Result call(Args... args) = 0;
  };
  template <class Function>
  struct Held final : Base {
    explicit Held(Function&& f) : function(std::move(f)) {}
    explicit Held(const Function& f) : function(f) {}
    Result call(Args... args) override { return function(std::forward<Args>(args)...); }
    Function function;
  };
  std::unique_ptr<Base> held_;
};

}  // namespace sdk
}  // namespace chela
#endif
