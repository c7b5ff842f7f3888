#ifndef CHELA_TESTING_FAKE_CALLS_HPP
#define CHELA_TESTING_FAKE_CALLS_HPP
// What a FakeHost asks of a plugin beside tools and completions: HTTP requests, functions, hooks, commands. Each call is pumped;
// keep what it returns until the call has completed.
//
//   auto answer = chela::testing::request(host, {"GET", "/counter", "/counter/tea"});
//   answer->status() == 200; answer->body(); answer->outcome().ok();
//   auto found = chela::testing::call_function(host, {"memory", "notes", "search", R"(["tea"])"});
//   found->outcome().text;  // the value, as JSON

#include <stdexcept>

#include "chela/ext/capability.h"
#include "chela/ext/command.h"
#include "chela/ext/hook.h"
#include "chela/ext/http_route.h"
#include "chela/testing/fake_host.hpp"

namespace chela {
namespace testing {

struct RouteAsk {
  std::string method = "GET";
  std::string route;   // as in the manifest
  std::string target;  // path and query
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string client = R"({"address":"192.0.2.1"})";
};

// The host's end of an answer. A slow one answers each write with CHELA_EXHAUSTED.
class RecordedAnswer final : public RecordedEnd {
 public:
  RecordedAnswer(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "the answer " + std::to_string(call_id), how),
        breaches_(breaches),
        raw_({sizeof(chela_route_response), this, &head, &write, &complete}, how.later),
        call_id_(call_id) {}
  const chela_route_response* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  void set_slow(bool slow) { slow_ = slow; }

  std::uint32_t status() const { return locked(status_); }
  std::string body() const { return locked(body_); }
  std::vector<std::pair<std::string, std::string>> headers() const { return locked(headers_); }

 private:
  template <class T>
  T locked(const T& value) const {
    std::lock_guard<std::mutex> lock(mutex_);
    return value;
  }
  static RecordedAnswer& self(const chela_route_response* raw) { return *static_cast<RecordedAnswer*>(raw->context); }
  static void head(const chela_route_response* raw, std::uint32_t status, const chela_http_header* headers,
                   std::size_t count) {
    RecordedAnswer& answer = self(raw);
    answer.during("head()", [&] {
      if (answer.status_ != 0) answer.breaches_.add("an answer has two heads");
      if (status < 200 || status > 599) answer.breaches_.add("the status of an answer is no final one");
      answer.status_ = status;
      for (std::size_t i = 0; i < count; ++i) {
        answer.headers_.emplace_back(to_view(headers[i].name), to_view(headers[i].value));
      }
    });
  }
  static chela_status write(const chela_route_response* raw, chela_str bytes) {
    RecordedAnswer& answer = self(raw);
    chela_status status = CHELA_CANCELLED;
    answer.during("write()", [&] {
      if (answer.status_ == 0) answer.breaches_.add("an answer has a body before its head");
      answer.body_.append(to_view(bytes));
      status = answer.slow_ ? CHELA_EXHAUSTED : CHELA_OK;
    });
    return status;
  }
  static void complete(const chela_route_response* raw, chela_status status, chela_str text) {
    RecordedAnswer& answer = self(raw);
    if (status == CHELA_OK && answer.status() == 0) answer.breaches_.add("an answer was completed without a head");
    answer.end(status, to_view(text));
  }

  Breaches& breaches_;
  Struct<chela_route_response> raw_;
  std::uint64_t call_id_;
  std::atomic<bool> slow_{false};
  std::uint32_t status_ = 0;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string body_;
};

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

// The host's end of a hook.
class RecordedHook final : public RecordedEnd {
 public:
  RecordedHook(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "the hook " + std::to_string(call_id), how),
        raw_({sizeof(chela_hook_call), this,
              [](const chela_hook_call* raw, chela_status status, chela_str text) {
                static_cast<RecordedHook*>(raw->context)->end(status, to_view(text));
              }},
             how.later),
        call_id_(call_id) {}
  const chela_hook_call* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }

 private:
  Struct<chela_hook_call> raw_;
  std::uint64_t call_id_;
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

namespace detail {

template <class Table>
const Table& table_of(FakeHost& host, const char* id) {
  const auto* table = static_cast<const Table*>(host.get_extension(std::string_view(id)));
  if (table == nullptr) throw std::runtime_error(std::string("the plugin offers no ") + id);
  return *table;
}

// Runs `begin(error sink)`; a refusal ends the call.
template <class Call, class Begin>
void begin_call(FakeHost& host, Call& call, Begin&& begin) {
  std::string text;
  const chela_error_sink error = {sizeof(chela_error_sink), &text, [](const chela_error_sink* sink, chela_str message) {
                                    static_cast<std::string*>(sink->context)->assign(to_view(message));
                                  }};
  const chela_status status = begin(&error);
  call.loan().return_all();
  if (status != CHELA_OK) call.refuse(status, text);
  host.pump();
}

}  // namespace detail

// Gives the request to the plugin and pumps.
inline std::shared_ptr<RecordedAnswer> request(FakeHost& host, const RouteAsk& ask, Lending how = {}) {
  const auto& table = detail::table_of<chela_plugin_http_route>(host, CHELA_EXT_HTTP_ROUTE);
  auto answer = std::make_shared<RecordedAnswer>(host.breaches(), host.next_call_id(), how);
  Loan& loan = answer->loan();
  std::vector<chela_http_header> headers;
  for (const auto& header : ask.headers) headers.push_back({loan.text(header.first), loan.text(header.second)});
  chela_route_request raw = {};
  raw.struct_size = sizeof raw;
  raw.call_id = answer->call_id();
  raw.method = loan.text(ask.method);
  raw.route = loan.text(ask.route);
  raw.target = loan.text(ask.target);
  raw.headers = loan.array(headers);
  raw.header_count = headers.size();
  raw.body = loan.text(ask.body);
  raw.client = loan.text(ask.client);
  raw.timeout_ms = 60'000;
  const chela_route_request* lent = loan.object(raw);
  detail::begin_call(host, *answer, [&](const chela_error_sink* error) {
    return table.handle(host.plugin(), lent, answer->raw(), error);
  });
  return answer;
}
inline void cancel(FakeHost& host, RecordedAnswer& answer) {
  detail::table_of<chela_plugin_http_route>(host, CHELA_EXT_HTTP_ROUTE).cancel(host.plugin(), answer.call_id());
  host.pump();
}
inline void resume(FakeHost& host, RecordedAnswer& answer) {
  detail::table_of<chela_plugin_http_route>(host, CHELA_EXT_HTTP_ROUTE).resume(host.plugin(), answer.call_id());
  host.pump();
}

// Calls the function and pumps.
inline std::shared_ptr<RecordedFunction> call_function(FakeHost& host, const FunctionAsk& ask, Lending how = {}) {
  const auto& table = detail::table_of<chela_plugin_capability>(host, CHELA_EXT_CAPABILITY);
  auto call = std::make_shared<RecordedFunction>(host.breaches(), host.next_call_id(), how);
  Loan& loan = call->loan();
  const chela_capability_request* lent = loan.object(
      chela_capability_request{sizeof(chela_capability_request), call->call_id(), loan.text(ask.kind),
                               loan.text(ask.id), loan.text(ask.path), loan.text(ask.arguments), 60'000});
  detail::begin_call(host, *call, [&](const chela_error_sink* error) {
    return table.invoke(host.plugin(), lent, call->raw(), error);
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
  const auto& table = detail::table_of<chela_plugin_hook>(host, CHELA_EXT_HOOK);
  auto call = std::make_shared<RecordedHook>(host.breaches(), host.next_call_id());
  Loan& loan = call->loan();
  const chela_hook_request* lent = loan.object(chela_hook_request{
      sizeof(chela_hook_request), call->call_id(), loan.text(point), loan.text(event), loan.text(context), 60'000});
  detail::begin_call(host, *call, [&](const chela_error_sink* error) {
    return table.start(host.plugin(), lent, call->raw(), error);
  });
  return call;
}

// Runs a command and pumps.
inline std::shared_ptr<RecordedCommand> run_command(FakeHost& host, std::string_view command,
                                                    std::string_view arguments, std::string_view context = "{}") {
  const auto& table = detail::table_of<chela_plugin_command>(host, CHELA_EXT_COMMAND);
  auto call = std::make_shared<RecordedCommand>(host.breaches(), host.next_call_id());
  Loan& loan = call->loan();
  const chela_command_request* lent =
      loan.object(chela_command_request{sizeof(chela_command_request), call->call_id(), loan.text(command),
                                        loan.text(arguments), loan.text(context), 60'000});
  detail::begin_call(host, *call, [&](const chela_error_sink* error) {
    return table.start(host.plugin(), lent, call->raw(), error);
  });
  return call;
}

}  // namespace testing
}  // namespace chela
#endif
