#ifndef CHELA_CAPABILITY_HPP
#define CHELA_CAPABILITY_HPP
// Functions of memory, embeddings, speech and the like (chela.capability/1). A class offers them by a method
//   chela::FunctionTable<Notes> functions() { return {{"memory", "search", &Notes::search}}; }
// whose rows are kind, path and handler, all on the loop; what is thrown fails the call:
//   std::string search(const chela::FunctionRequest&)                  returns the value, a JSON text
//   void search(chela::FunctionRequest, chela::FunctionCall)           completes now or later

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/capability.h"

namespace chela {
inline namespace sdk {

// What is asked for; a copy that may be kept.
struct FunctionRequest {
  std::uint64_t call_id = 0;
  std::string kind;
  std::string id;         // as in the manifest
  std::string path;       // the function's
  std::string arguments;  // JSON array
  std::uint64_t timeout_ms = 0;
};

// A running call: move-only, completed exactly once. Any thread.
class FunctionCall : public detail::CallHandle<chela_capability_call> {
 public:
  using CallHandle::CallHandle;
  // Ends the call with the function's value, one JSON value, or nothing.
  bool complete(std::string_view json) { return call_->end(CHELA_OK, json); }
};

template <class T>
class FunctionEntry {
 public:
  using Plain = std::string (T::*)(const FunctionRequest&);
  using PlainConst = std::string (T::*)(const FunctionRequest&) const;
  using Asynchronous = void (T::*)(FunctionRequest, FunctionCall);

  FunctionEntry(std::string kind, std::string path, Plain handler)
      : kind_(std::move(kind)), path_(std::move(path)), handler_(handler) {}
  FunctionEntry(std::string kind, std::string path, PlainConst handler)
      : kind_(std::move(kind)), path_(std::move(path)), handler_(handler) {}
  FunctionEntry(std::string kind, std::string path, Asynchronous handler)
      : kind_(std::move(kind)), path_(std::move(path)), handler_(handler) {}
  template <class Wrong>
  FunctionEntry(std::string, std::string, Wrong) {
    static_assert(detail::always_false<Wrong>,
                  "chela: a function's handler has the wrong signature; expected "
                  "`std::string f(const chela::FunctionRequest&)` or "
                  "`void f(chela::FunctionRequest, chela::FunctionCall)`");
  }

  bool is(std::string_view kind, std::string_view path) const { return kind_ == kind && path_ == path; }
  void run(T& object, FunctionRequest request, FunctionCall call) const {
    if (auto* later = std::get_if<Asynchronous>(&handler_)) {
      (object.**later)(std::move(request), std::move(call));
    } else if (auto* plain = std::get_if<Plain>(&handler_)) {
      call.complete((object.**plain)(request));
    } else {
      call.complete((object.*std::get<PlainConst>(handler_))(request));
    }
  }

 private:
  std::string kind_;
  std::string path_;
  std::variant<Plain, PlainConst, Asynchronous> handler_;
};

template <class T>
class FunctionTable {
 public:
  FunctionTable() = default;
  FunctionTable(std::initializer_list<FunctionEntry<T>> entries) : entries_(entries) {}
  void add(FunctionEntry<T> entry) { entries_.push_back(std::move(entry)); }

  // Throws Failure when there is none.
  const FunctionEntry<T>& get(std::string_view kind, std::string_view path) const {
    for (const auto& entry : entries_) {
      if (entry.is(kind, path)) return entry;
    }
    throw Failure(CHELA_NOT_FOUND, "the plugin has no function \"" + std::string(path) + "\" of " + std::string(kind));
  }

 private:
  std::vector<FunctionEntry<T>> entries_;
};

namespace detail {

CHELA_DETECT_MEMBER(functions)

template <class T, class = void>
struct FunctionsMethod : std::false_type {};
template <class T>
struct FunctionsMethod<T, std::void_t<decltype(std::declval<T&>().functions())>>
    : std::is_same<std::decay_t<decltype(std::declval<T&>().functions())>, FunctionTable<T>> {};

// chela.capability/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct FunctionInterface {
  static chela_status invoke(Instance& instance, const chela_capability_request* raw,
                             const chela_capability_call* call, const chela_error_sink*) {
    const auto& entry = instance.functions.get(to_view(raw->kind), to_view(raw->path));
    auto open = instance.function_calls->add(raw->call_id, call, false);
    FunctionRequest request{raw->call_id,
                            std::string(to_view(raw->kind)),
                            std::string(to_view(raw->id)),
                            std::string(to_view(raw->path)),
                            std::string(to_view(raw->arguments)),
                            raw->timeout_ms};
    open->start([&] { entry.run(instance.object(), std::move(request), FunctionCall(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static constexpr chela_plugin_capability table = {sizeof(chela_plugin_capability),
                                                    &Thunk<chela_plugin, &invoke>::call,
                                                    &Thunk<chela_plugin, &cancel>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
