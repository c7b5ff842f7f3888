#ifndef CHELA_COMMAND_HPP
#define CHELA_COMMAND_HPP
// Chat commands (chela.command/1). A class runs those that its manifest names by
//   void run_command(chela::CommandRequest, chela::CommandCall)  on the loop, returns at once; completes now or later
// What is thrown fails the command.

#include <cstdint>
#include <string>

#include "chela/call.hpp"
#include "chela/detect.hpp"
#include "chela/ext/command.h"

namespace chela {
inline namespace sdk {

// What is asked for; a copy that may be kept.
struct CommandRequest {
  std::uint64_t call_id = 0;
  std::string command;    // its name, without the slash
  std::string arguments;  // the text after the name
  std::string context;    // JSON object: sessionId, senderId, channel, …
  std::uint64_t timeout_ms = 0;
};

// A running command: move-only, completed exactly once. Any thread.
class CommandCall : public detail::CallHandle<chela_command_call> {
 public:
  using CallHandle::CallHandle;
  // Shown while the command runs.
  void progress(std::string_view text) {
    call_->with([&](const chela_command_call* raw) { raw->progress(raw, to_str(text)); });
  }
  // What is to be done with the answer, before it: a JSON object as in chela/ext/command.h.
  void details(std::string_view json) {
    call_->with([&](const chela_command_call* raw) { raw->details(raw, to_str(json)); });
  }
  // Ends the command with the answer for the person, in Markdown.
  bool complete(std::string_view answer) { return call_->end(CHELA_OK, answer); }
};

namespace detail {

CHELA_DETECT_MEMBER(run_command)

template <class T, class = void>
struct CommandMethod : std::false_type {};
template <class T>
struct CommandMethod<T, std::void_t<decltype(std::declval<T&>().run_command(std::declval<CommandRequest>(),
                                                                            std::declval<CommandCall>()))>>
    : std::true_type {};

// chela.command/1 of an instance: its table, made of guarded thunks.
template <class Instance>
struct CommandInterface {
  static chela_status start(Instance& instance, const chela_command_request* raw, const chela_command_call* call,
                            const chela_error_sink*) {
    auto open = instance.command_calls->add(raw->call_id, call, false);
    CommandRequest request{raw->call_id, std::string(to_view(raw->command)), std::string(to_view(raw->arguments)),
                           std::string(to_view(raw->context)), raw->timeout_ms};
    open->start([&] { instance.object().run_command(std::move(request), CommandCall(open)); });
    return CHELA_OK;
  }

  static void cancel(Instance& instance, std::uint64_t call_id) { instance.cancel(call_id); }

  static constexpr chela_plugin_command table = {sizeof(chela_plugin_command), &Thunk<chela_plugin, &start>::call,
                                                 &Thunk<chela_plugin, &cancel>::call};
};

}  // namespace detail
}  // namespace sdk
}  // namespace chela
#endif
