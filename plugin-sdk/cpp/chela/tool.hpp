#ifndef CHELA_TOOL_HPP
#define CHELA_TOOL_HPP
// Tools (chela.tool/1). A class offers them by a method
//   chela::ToolTable<Greeter> tools() { return {{"greet", &Greeter::greet}, {"scan", &Greeter::scan}}; }
// with handlers of one of three kinds; what is thrown fails the call:
//   std::string greet(const chela::ToolRequest&)                   blocking, on a worker; the result is returned
//   std::string scan(const chela::ToolRequest&, chela::ToolCall&)  blocking, with progress and is_cancelled
//   void watch(chela::ToolRequest, chela::ToolCall)                asynchronous, on the loop; completes now or later
// Blocking ones say "blocking": true in the manifest. They may run several at once, beside the loop.

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/tool.h"

namespace chela {
inline namespace sdk {

// What is asked for; a copy that may be kept.
struct ToolRequest {
  std::uint64_t call_id = 0;
  std::string tool;
  std::string arguments;  // JSON object, valid against the schema in the manifest
  std::string context;    // JSON object: workspace, agentId, timeZone
  std::uint64_t timeout_ms = 0;
};

// A running call: move-only, completed exactly once. Any thread.
class ToolCall : public detail::CallHandle<chela_tool_call> {
 public:
  using CallHandle::CallHandle;
  // A piece of output, shown while the call runs.
  void progress(std::string_view text) {
    call_->with([&](const chela_tool_call* raw) { raw->progress(raw, to_str(text)); });
  }
  // Ends the call with its result for the model.
  bool complete(std::string_view result) { return call_->end(CHELA_OK, result); }
};

template <class T>
class ToolEntry {
 public:
  using Blocking = std::string (T::*)(const ToolRequest&);
  using BlockingConst = std::string (T::*)(const ToolRequest&) const;
  using Progressing = std::string (T::*)(const ToolRequest&, ToolCall&);
  using ProgressingConst = std::string (T::*)(const ToolRequest&, ToolCall&) const;
  using Asynchronous = void (T::*)(ToolRequest, ToolCall);

  ToolEntry(std::string name, Blocking handler) : name_(std::move(name)), handler_(handler) {}
  ToolEntry(std::string name, BlockingConst handler) : name_(std::move(name)), handler_(handler) {}
  ToolEntry(std::string name, Progressing handler) : name_(std::move(name)), handler_(handler) {}
  ToolEntry(std::string name, ProgressingConst handler) : name_(std::move(name)), handler_(handler) {}
  ToolEntry(std::string name, Asynchronous handler) : name_(std::move(name)), handler_(handler) {}
  template <class Wrong>
  ToolEntry(std::string, Wrong) {
    static_assert(
        detail::always_false<Wrong>,
        "chela: a tool's handler has the wrong signature; expected `std::string f(const chela::ToolRequest&)`, "
        "`std::string f(const chela::ToolRequest&, chela::ToolCall&)` or "
        "`void f(chela::ToolRequest, chela::ToolCall)`");
  }

  const std::string& name() const { return name_; }
  bool blocking() const { return !std::holds_alternative<Asynchronous>(handler_); }

  std::string run(T& object, const ToolRequest& request, ToolCall& call) const {
    if (auto* plain = std::get_if<Blocking>(&handler_)) return (object.**plain)(request);
    if (auto* plain = std::get_if<BlockingConst>(&handler_)) return (object.**plain)(request);
    if (auto* progressing = std::get_if<Progressing>(&handler_)) return (object.**progressing)(request, call);
    return (object.*std::get<ProgressingConst>(handler_))(request, call);
  }
  void start(T& object, ToolRequest request, ToolCall call) const {
    (object.*std::get<Asynchronous>(handler_))(std::move(request), std::move(call));
  }

 private:
  std::string name_;
  std::variant<Blocking, BlockingConst, Progressing, ProgressingConst, Asynchronous> handler_;
};

template <class T>
class ToolTable {
 public:
  ToolTable() = default;
  ToolTable(std::initializer_list<ToolEntry<T>> entries) : entries_(entries) {}
  void add(ToolEntry<T> entry) { entries_.push_back(std::move(entry)); }

  // Throws Failure when there is none of that name.
  const ToolEntry<T>& get(std::string_view name) const {
    for (const auto& entry : entries_) {
      if (entry.name() == name) return entry;
    }
    throw Failure(CHELA_NOT_FOUND, "the plugin has no tool named \"" + std::string(name) + "\"");
  }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<ToolEntry<T>> entries_;
};

namespace detail {

CHELA_DETECT_MEMBER(tools)
CHELA_DETECT_MEMBER(cancel)

template <class T, class = void>
struct ToolsMethod : std::false_type {};
template <class T>
struct ToolsMethod<T, std::void_t<decltype(std::declval<T&>().tools())>>
    : std::is_same<std::decay_t<decltype(std::declval<T&>().tools())>, ToolTable<T>> {};

template <class T, class = void>
struct CancelMethod : std::false_type {};
template <class T>
struct CancelMethod<T, std::void_t<decltype(std::declval<T&>().cancel(std::uint64_t()))>> : std::true_type {};

// chela.tool/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct ToolInterface {
  static chela_status names(Instance& instance, const chela_sink* out) {
    for (const auto& entry : instance.tools) out->write(out, to_str(entry.name() + "\n"));
    return CHELA_OK;
  }

  static chela_status start(Instance& instance, const chela_tool_request* raw, const chela_tool_call* call,
                            const chela_error_sink*) {
    const auto& entry = instance.tools.get(to_view(raw->tool));
    if (entry.blocking()) throw mismatch(entry.name(), "blocks: its entry in the manifest must say \"blocking\": true");
    auto open = instance.tool_calls->add(raw->call_id, call, false);
    open->start([&] { entry.start(instance.object(), copy(raw), ToolCall(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static chela_status run(Instance& instance, const chela_tool_request* raw, const chela_tool_call* call,
                          const chela_error_sink*) {
    const auto& entry = instance.tools.get(to_view(raw->tool));
    if (!entry.blocking())
      throw mismatch(entry.name(), "is asynchronous: its entry in the manifest must not say \"blocking\"");
    auto open = instance.tool_calls->add(raw->call_id, call, true);
    open->start([&] {
      ToolCall handle(open);
      handle.complete(entry.run(instance.object(), copy(raw), handle));
    });
    return CHELA_OK;
  }

  static constexpr chela_plugin_tool table = {sizeof(chela_plugin_tool), &Thunk<chela_plugin, &names>::call,
                                              &Thunk<chela_plugin, &start>::call, &Thunk<chela_plugin, &cancel>::call,
                                              &Thunk<chela_plugin, &run>::call, nullptr};

 private:
  static Failure mismatch(const std::string& tool, const char* what) {
    return Failure(CHELA_INTERNAL, "the tool \"" + tool + "\" " + what);
  }
  static ToolRequest copy(const chela_tool_request* raw) {
    return {raw->call_id, std::string(to_view(raw->tool)), std::string(to_view(raw->arguments)),
            std::string(to_view(raw->context)), raw->timeout_ms};
  }
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
