#ifndef CHELA_TESTING_FAKE_CALLS_HPP
#define CHELA_TESTING_FAKE_CALLS_HPP
// What a FakeHost asks of a plugin beside tools and completions: HTTP requests (fake_route.hpp), functions, hooks,
// commands, methods. Channels and services have fake_channel.hpp. Each call is pumped.
//
//   auto answer = chela::testing::request(host, {"GET", "/counter", "/counter/tea"});
//   answer->status() == 200; answer->body(); answer->outcome().ok();
//   auto found = chela::testing::call_function(host, {"memory", "notes", "search", R"(["tea"])"});
//   found->outcome().text;  // the value, as JSON

#include "chela/ext/capability.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/testing/fake_route.hpp"

namespace chela {
namespace testing {

// The host's end of a call that is completed with a text, and no more.
template <class Raw>
class RecordedText final : public RecordedEnd {
 public:
  RecordedText(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "call " + std::to_string(call_id), how),
        raw_({sizeof(Raw), this,
              [](const Raw* raw, chela_status status, chela_str text) {
                static_cast<RecordedText*>(raw->context)->end(status, to_view(text));
              }},
             how.later),
        call_id_(call_id) {}
  const Raw* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }

 private:
  Struct<Raw> raw_;
  std::uint64_t call_id_;
};

using RecordedHook = RecordedText<chela_hook_call>;
using RecordedMethod = RecordedText<chela_gateway_method_call>;

struct FunctionAsk {
  std::string kind;
  std::string id;
  std::string path;
  std::string arguments = "[]";
};

class RecordedFunction final : public RecordedEnd {
 public:
  RecordedFunction(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "the function call " + std::to_string(call_id), how),
        raw_({sizeof(chela_capability_call), this, &complete, &is_cancelled}, how.later),
        call_id_(call_id) {}
  const chela_capability_call* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  void set_cancelled() { cancelled_ = true; }

 private:
  static RecordedFunction& self(const chela_capability_call* raw) {
    return *static_cast<RecordedFunction*>(raw->context);
  }
  static void complete(const chela_capability_call* raw, chela_status status, chela_str text) {
    self(raw).end(status, to_view(text));
  }
  static bool is_cancelled(const chela_capability_call* raw) { return self(raw).cancelled_; }

  Struct<chela_capability_call> raw_;
  std::uint64_t call_id_;
  std::atomic<bool> cancelled_{false};
};

class RecordedCommand final : public RecordedEnd {
 public:
  RecordedCommand(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "the command " + std::to_string(call_id), how),
        raw_({sizeof(chela_command_call), this,
              [](const chela_command_call* raw, chela_str text) {
                self(raw).during("progress()", [&] { self(raw).progress_.emplace_back(to_view(text)); });
              },
              [](const chela_command_call* raw, chela_status status, chela_str text) {
                self(raw).end(status, to_view(text));
              },
              [](const chela_command_call* raw, chela_str json) {
                self(raw).during("details()", [&] { self(raw).details_.assign(to_view(json)); });
              }},
             how.later),
        call_id_(call_id) {}
  const chela_command_call* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  std::string details() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return details_;
  }
  std::vector<std::string> progress_texts() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return progress_;
  }

 private:
  static RecordedCommand& self(const chela_command_call* raw) { return *static_cast<RecordedCommand*>(raw->context); }

  Struct<chela_command_call> raw_;
  std::uint64_t call_id_;
  std::vector<std::string> progress_;
  std::string details_;
};

// Calls the function and pumps.
inline std::shared_ptr<RecordedFunction> call_function(FakeHost& host, const FunctionAsk& ask) {
  auto call = host.keep<RecordedFunction>();
  Loan& loan = call->loan();
  const auto* request = loan.object(
      chela_capability_request{sizeof(chela_capability_request), call->call_id(), loan.text(ask.kind),
                               loan.text(ask.id), loan.text(ask.path), loan.text(ask.arguments), kAskTimeoutMs});
  detail::begin_call<chela_plugin_capability>(host, *call, CHELA_EXT_CAPABILITY, [&](auto& table, auto* error) {
    return table.invoke(host.plugin(), request, call->raw(), error);
  });
  return call;
}
inline void cancel(FakeHost& host, RecordedFunction& call) {
  call.set_cancelled();
  detail::table_of<chela_plugin_capability>(host, CHELA_EXT_CAPABILITY).cancel(host.plugin(), call.call_id());
  host.pump();
}

// Passes a point and pumps.
inline std::shared_ptr<RecordedHook> pass(FakeHost& host, std::string_view point, std::string_view event,
                                          std::string_view context = "{}") {
  auto call = host.keep<RecordedHook>();
  Loan& loan = call->loan();
  const auto* request = loan.object(chela_hook_request{sizeof(chela_hook_request), call->call_id(), loan.text(point),
                                                       loan.text(event), loan.text(context), kAskTimeoutMs});
  detail::begin_call<chela_plugin_hook>(host, *call, CHELA_EXT_HOOK, [&](auto& table, auto* error) {
    return table.start(host.plugin(), request, call->raw(), error);
  });
  return call;
}

// Runs a command and pumps.
inline std::shared_ptr<RecordedCommand> run_command(FakeHost& host, std::string_view command,
                                                    std::string_view arguments, std::string_view context = "{}") {
  auto call = host.keep<RecordedCommand>();
  Loan& loan = call->loan();
  const auto* request =
      loan.object(chela_command_request{sizeof(chela_command_request), call->call_id(), loan.text(command),
                                        loan.text(arguments), loan.text(context), kAskTimeoutMs});
  detail::begin_call<chela_plugin_command>(host, *call, CHELA_EXT_COMMAND, [&](auto& table, auto* error) {
    return table.start(host.plugin(), request, call->raw(), error);
  });
  return call;
}

// Calls a method of the gateway that the plugin has, and pumps.
inline std::shared_ptr<RecordedMethod> call_method(FakeHost& host, std::string_view method, std::string_view params,
                                                   std::string_view context = "{}") {
  auto call = host.keep<RecordedMethod>();
  Loan& loan = call->loan();
  const auto* request =
      loan.object(chela_gateway_method_request{sizeof(chela_gateway_method_request), call->call_id(), loan.text(method),
                                               loan.text(params), loan.text(context), kAskTimeoutMs});
  detail::begin_call<chela_plugin_gateway_method>(host, *call, CHELA_EXT_GATEWAY_METHOD, [&](auto& table, auto* error) {
    return table.start(host.plugin(), request, call->raw(), error);
  });
  return call;
}

}  // namespace testing
}  // namespace chela
#endif
