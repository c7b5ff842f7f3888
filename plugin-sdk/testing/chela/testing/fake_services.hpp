#ifndef CHELA_TESTING_FAKE_SERVICES_HPP
#define CHELA_TESTING_FAKE_SERVICES_HPP
// The host services of a fake host: HTTP from a script, timers on a clock that moves when the test says so.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "chela/ext/http.h"
#include "chela/ext/timer.h"
#include "chela/failure.hpp"
#include "chela/testing/breaches.hpp"
#include "chela/testing/loan.hpp"
#include "chela/testing/loop_watch.hpp"

namespace chela {
namespace testing {

// What a server answers. `outcome` other than CHELA_OK ends the response after the pieces with `error`.
struct ScriptedResponse {
  std::uint32_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> pieces;
  chela_status outcome = CHELA_OK;
  std::string error;
};

struct RecordedRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string proxy;
  std::uint64_t connect_timeout_ms = 0;
  std::uint64_t first_byte_timeout_ms = 0;
  std::uint64_t idle_timeout_ms = 0;
  std::uint64_t total_timeout_ms = 0;
  std::uint64_t response_bytes_max = 0;
};

// A listener of the plugin that the host holds, and how it looked when it was handed over.
template <class Listener>
class HeldListener {
 public:
  explicit HeldListener(const Listener* listener) : listener_(listener) {
    std::memcpy(before_, listener, sizeof(Listener));
  }
  // Null, and a breach, when the plugin has let its listener go.
  const Listener* get(Breaches& breaches) const {
    if (std::memcmp(listener_, before_, sizeof(Listener)) == 0) return listener_;
    breaches.add("a listener was changed or freed while the host still held it");
    return nullptr;
  }

 private:
  const Listener* listener_;
  unsigned char before_[sizeof(Listener)];
};

class FakeHttp {
 public:
  FakeHttp(Breaches& breaches, LoopWatch& watch) : breaches_(breaches), watch_(watch) {}

  void script(ScriptedResponse response) { script_.push_back(std::move(response)); }
  const std::vector<RecordedRequest>& requests() const { return requests_; }
  std::size_t open() const { return open_.size(); }

  void forget() {
    requests_.clear();
    script_.clear();
  }

  std::uint64_t send(const chela_http_request* request, const chela_http_listener* listener) {
    if (request == nullptr || !CHELA_HAS(request, chela_http_request, response_bytes_max))
      return refuse("the request is too short");
    if (listener == nullptr || !CHELA_HAS(listener, chela_http_listener, on_done))
      return refuse("the listener is too short");
    if (!listener->on_head || !listener->on_body || !listener->on_done)
      return refuse("a function of the listener is null");
    RecordedRequest kept;
    kept.method = to_view(request->method);
    kept.url = to_view(request->url);
    kept.body = to_view(request->body);
    kept.proxy = to_view(request->proxy);
    kept.connect_timeout_ms = request->connect_timeout_ms;
    kept.first_byte_timeout_ms = request->first_byte_timeout_ms;
    kept.idle_timeout_ms = request->idle_timeout_ms;
    kept.total_timeout_ms = request->total_timeout_ms;
    kept.response_bytes_max = request->response_bytes_max;
    for (std::size_t i = 0; i < request->header_count; ++i) {
      kept.headers.emplace_back(to_view(request->headers[i].name), to_view(request->headers[i].value));
    }
    requests_.push_back(std::move(kept));
    open_.emplace(++last_id_, HeldListener<chela_http_listener>(listener));
    return last_id_;
  }

  void cancel(std::uint64_t id) {
    if (open_.count(id) != 0) end(id, CHELA_CANCELLED, "cancelled");
  }

  void cancel_all() {
    while (!open_.empty()) cancel(open_.begin()->first);
  }

  // Gives the oldest open request the next scripted response; false when there is none of either.
  bool deliver_one() {
    if (open_.empty() || script_.empty()) return false;
    const std::uint64_t id = open_.begin()->first;
    const ScriptedResponse response = std::move(script_.front());
    script_.pop_front();
    if (response.outcome == CHELA_OK || response.status != 0) {
      Loan loan(lending_);
      std::vector<chela_http_header> headers;
      for (const auto& header : response.headers)
        headers.push_back({loan.text(header.first), loan.text(header.second)});
      const auto* lent = loan.array(headers);
      tell(id, "on_head()", [&](auto* to) { to->on_head(to, response.status, lent, headers.size()); });
      loan.return_all();
    }
    for (const auto& piece : response.pieces) {
      Loan loan(lending_);
      tell(id, "on_body()", [&](auto* to) { to->on_body(to, loan.text(piece)); });
      loan.return_all();
    }
    if (open_.count(id) != 0) end(id, response.outcome, response.error);
    return true;
  }
  void set_lending(Lending how) { lending_ = how; }

  // Forgets the open requests without a word to their listeners; how many there were.
  std::size_t drop_all() {
    const std::size_t count = open_.size();
    open_.clear();
    return count;
  }

 private:
  std::uint64_t refuse(const char* why) {
    breaches_.add(std::string("chela.http/1 send(): ") + why);
    return 0;
  }

  // Calls the listener of an open request; it may be cancelled from within.
  template <class Tell>
  void tell(std::uint64_t id, const char* function, Tell&& say) {
    auto it = open_.find(id);
    if (it == open_.end()) return;
    const chela_http_listener* listener = it->second.get(breaches_);
    if (listener != nullptr) watch_.watch(function, [&] { say(listener); });
  }
  void end(std::uint64_t id, chela_status status, const std::string& error) {
    const chela_http_listener* listener = open_.at(id).get(breaches_);
    open_.erase(id);
    Loan loan(lending_);
    const chela_str text = loan.text(error);
    if (listener != nullptr) watch_.watch("on_done()", [&] { listener->on_done(listener, status, text); });
    loan.return_all();
  }

  Breaches& breaches_;
  LoopWatch& watch_;
  Lending lending_;
  std::deque<ScriptedResponse> script_;
  std::vector<RecordedRequest> requests_;
  std::map<std::uint64_t, HeldListener<chela_http_listener>> open_;
  std::uint64_t last_id_ = 0;
};

class FakeTimers {
 public:
  FakeTimers(Breaches& breaches, LoopWatch& watch) : breaches_(breaches), watch_(watch) {}

  std::int64_t unix_ms() const { return begin_ms_ + static_cast<std::int64_t>(now_ms_.load()); }
  // What the clock says now; timers go on as they would.
  void set_unix_ms(std::int64_t time_ms) { begin_ms_ = time_ms; }
  std::size_t open() const { return open_.size(); }
  std::uint64_t expired() const { return expired_; }

  std::uint64_t start(std::uint64_t delay_ms, const chela_timer_listener* listener) {
    if (listener == nullptr || !CHELA_HAS(listener, chela_timer_listener, on_expire) || !listener->on_expire) {
      breaches_.add("chela.timer/1 start(): the listener is too short or has no function");
      return 0;
    }
    if (open_.size() >= 1024) return 0;
    const std::uint64_t longest_ms = std::uint64_t{1} << 40;  // beyond any test
    const std::pair<std::uint64_t, std::uint64_t> key(now_ms_ + std::min(delay_ms, longest_ms), ++last_id_);
    open_.emplace(key, HeldListener<chela_timer_listener>(listener));
    return last_id_;
  }
  void cancel(std::uint64_t id) {
    for (auto it = open_.begin(); it != open_.end(); ++it) {
      if (it->first.second == id) {
        open_.erase(it);
        return;
      }
    }
  }

  // Moves the clock; timers that are due fire in order, also those started meanwhile.
  void advance(std::uint64_t step_ms) {
    const std::uint64_t end = now_ms_ + step_ms;
    while (!open_.empty() && open_.begin()->first.first <= end) {
      now_ms_ = open_.begin()->first.first;
      const chela_timer_listener* listener = open_.begin()->second.get(breaches_);
      open_.erase(open_.begin());
      ++expired_;
      if (listener != nullptr) watch_.watch("on_expire()", [&] { listener->on_expire(listener); });
    }
    now_ms_ = end;
  }
  // Forgets the running timers; how many there were.
  std::size_t drop_all() {
    const std::size_t count = open_.size();
    open_.clear();
    return count;
  }

 private:
  Breaches& breaches_;
  LoopWatch& watch_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, HeldListener<chela_timer_listener>> open_;  // by time, then id
  std::atomic<std::int64_t> begin_ms_{1700000000000};
  std::atomic<std::uint64_t> now_ms_{0};  // unix_ms() may be asked from any thread
  std::uint64_t expired_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace testing
}  // namespace chela
#endif
