#ifndef CHELA_TESTING_FAKE_SERVICES_HPP
#define CHELA_TESTING_FAKE_SERVICES_HPP
// The host services of a fake host: HTTP from a script, timers on a clock that moves when the test says so.

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "chela/ext/http.h"
#include "chela/ext/timer.h"
#include "chela/failure.hpp"
#include "chela/testing/breaches.hpp"

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

class FakeHttp {
 public:
  void script(ScriptedResponse response) { script_.push_back(std::move(response)); }
  const std::vector<RecordedRequest>& requests() const { return requests_; }
  std::size_t open() const { return open_.size(); }

  std::uint64_t send(const chela_http_request* request, const chela_http_listener* listener) {
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
    open_[++last_id_] = listener;
    return last_id_;
  }

  void cancel(std::uint64_t id) {
    auto it = open_.find(id);
    if (it == open_.end()) return;
    const chela_http_listener* listener = it->second;
    open_.erase(it);
    listener->on_done(listener, CHELA_CANCELLED, to_str("cancelled"));
  }

  // Gives the oldest open request the next scripted response; false when there is none of either.
  bool deliver_one() {
    if (open_.empty() || script_.empty()) return false;
    const std::uint64_t id = open_.begin()->first;
    const chela_http_listener* listener = open_.begin()->second;
    const ScriptedResponse response = std::move(script_.front());
    script_.pop_front();
    if (response.outcome == CHELA_OK || response.status != 0) {
      std::vector<chela_http_header> headers;
      for (const auto& header : response.headers) headers.push_back({to_str(header.first), to_str(header.second)});
      listener->on_head(listener, response.status, headers.data(), headers.size());
    }
    for (const auto& piece : response.pieces) {
      if (open_.count(id) == 0) return true;  // cancelled from within
      listener->on_body(listener, to_str(piece));
    }
    if (open_.erase(id) != 0) listener->on_done(listener, response.outcome, to_str(response.error));
    return true;
  }

  // Forgets the open requests without a word to their listeners; how many there were.
  std::size_t drop_all() {
    const std::size_t count = open_.size();
    open_.clear();
    return count;
  }

 private:
  std::deque<ScriptedResponse> script_;
  std::vector<RecordedRequest> requests_;
  std::map<std::uint64_t, const chela_http_listener*> open_;
  std::uint64_t last_id_ = 0;
};

class FakeTimers {
 public:
  std::int64_t unix_ms() const { return 1700000000000 + static_cast<std::int64_t>(now_ms_.load()); }
  std::size_t open() const { return open_.size(); }

  std::uint64_t start(std::uint64_t delay_ms, const chela_timer_listener* listener) {
    if (open_.size() >= 1024) return 0;
    open_[{now_ms_ + delay_ms, ++last_id_}] = listener;
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
      const chela_timer_listener* listener = open_.begin()->second;
      open_.erase(open_.begin());
      listener->on_expire(listener);
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
  std::map<std::pair<std::uint64_t, std::uint64_t>, const chela_timer_listener*> open_;  // by time, then id
  std::atomic<std::uint64_t> now_ms_{0};  // unix_ms() may be asked from any thread
  std::uint64_t last_id_ = 0;
};

}  // namespace testing
}  // namespace chela
#endif
