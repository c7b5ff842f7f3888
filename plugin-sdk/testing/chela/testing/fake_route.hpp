#ifndef CHELA_TESTING_FAKE_ROUTE_HPP
#define CHELA_TESTING_FAKE_ROUTE_HPP
// What a FakeHost asks of an HTTP route of a plugin, and how calls of all interfaces are begun.

#include <stdexcept>

#include "chela/ext/http_route.h"
#include "chela/testing/fake_host.hpp"

namespace chela {
namespace testing {

constexpr std::uint64_t kAskTimeoutMs = 60'000;

struct RouteAsk {
  std::string method = "GET";
  std::string route;   // as in the manifest
  std::string target;  // path and query
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string client = R"({"address":"192.0.2.1"})";
  bool slow = false;  // the client reads slowly from the beginning
};

// The host's end of an answer. A slow one answers each write with CHELA_EXHAUSTED, one that has gone with
// CHELA_CANCELLED.
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
  void set_gone() { gone_ = true; }

  std::uint32_t status() const { return locked(status_); }
  std::string body() const { return locked(body_); }
  // What was written since a write said that the client is slow, or gone.
  std::size_t unasked_bytes() const { return locked(unasked_bytes_); }
  void resumed() {
    std::lock_guard<std::mutex> lock(mutex_);
    told_slow_ = false;
    unasked_bytes_ = 0;
  }
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
      if (answer.told_slow_) answer.unasked_bytes_ += bytes.size + 1;
      answer.told_slow_ = answer.slow_ || answer.gone_;
      if (answer.gone_) return;
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
  std::atomic<bool> gone_{false};
  bool told_slow_ = false;
  std::size_t unasked_bytes_ = 0;
  std::uint32_t status_ = 0;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string body_;
};

namespace detail {

template <class Table>
const Table& table_of(FakeHost& host, const char* id) {
  const auto* table = static_cast<const Table*>(host.get_extension(std::string_view(id)));
  if (table == nullptr) throw std::runtime_error(std::string("the plugin offers no ") + id);
  return *table;
}

// Runs `begin(table, error sink)` and pumps; a refusal ends the call.
template <class Table, class Call, class Begin>
void begin_call(FakeHost& host, Call& call, const char* id, Begin&& begin) {
  const Table& table = table_of<Table>(host, id);
  const Outcome outcome = host.attempt(id, [&](Loan&, const chela_error_sink* error) { return begin(table, error); });
  call.loan().return_all();
  if (!outcome.ok()) call.refuse(outcome.status, outcome.text);
  host.pump();
}

}  // namespace detail

// Gives the request to the plugin and pumps.
inline std::shared_ptr<RecordedAnswer> request(FakeHost& host, const RouteAsk& ask) {
  auto answer = host.keep<RecordedAnswer>();
  answer->set_slow(ask.slow);
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
  raw.timeout_ms = kAskTimeoutMs;
  const chela_route_request* lent = loan.object(raw);
  detail::begin_call<chela_plugin_http_route>(host, *answer, CHELA_EXT_HTTP_ROUTE, [&](auto& table, auto* error) {
    return table.handle(host.plugin(), lent, answer->raw(), error);
  });
  return answer;
}
inline void cancel(FakeHost& host, RecordedAnswer& answer) {
  answer.set_gone();
  detail::table_of<chela_plugin_http_route>(host, CHELA_EXT_HTTP_ROUTE).cancel(host.plugin(), answer.call_id());
  host.pump();
}
// There is room again; false when the plugin does not listen to that.
inline bool resume(FakeHost& host, RecordedAnswer& answer) {
  const auto& table = detail::table_of<chela_plugin_http_route>(host, CHELA_EXT_HTTP_ROUTE);
  answer.resumed();
  if (!CHELA_HAS(&table, chela_plugin_http_route, resume) || table.resume == nullptr) return false;
  table.resume(host.plugin(), answer.call_id());
  host.pump();
  return true;
}

}  // namespace testing
}  // namespace chela
#endif
