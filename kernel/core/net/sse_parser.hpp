#pragma once

// Incremental parser for incoming Server-Sent Events, as the HTML Living Standard section 9.2.6 reads them:
// CR, LF and CRLF end a line, a leading byte order mark is skipped, `data` lines are joined by LF, events without data
// are dropped, an event cut off by the end of the stream is dropped. Any thread, one at a time.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/core/base/error.hpp"

namespace chela::net {

struct SseLimits {
  std::size_t line_size_max = 1024 * 1024;
  std::size_t event_size_max = 8 * 1024 * 1024;
};

class SseParser {
 public:
  // Views are valid during the call. `id` is the last id seen, which an event without one inherits.
  struct Event {
    std::string_view name;  // "message" when the stream names none
    std::string_view data;
    std::string_view id;
  };
  using Handler = std::move_only_function<void(const Event&)>;

  explicit SseParser(Handler on_event, SseLimits limits = {}) : on_event_(std::move(on_event)), limits_(limits) {}

  // Error `too_large` when a line or an event is above its limit; the parser then takes nothing any more.
  Result<void> feed(std::string_view bytes);
  // Whether the stream stopped inside an event: its end was not received.
  bool in_event() const { return !line_.empty() || !data_.empty() || has_data_; }

 private:
  Result<void> take_line(std::string_view line);
  void dispatch();

  Handler on_event_;
  SseLimits limits_;
  std::string line_;  // the part of a line that came in earlier pieces
  std::string name_;
  std::string data_;
  std::string id_;
  bool has_data_ = false;
  bool skip_line_feed_ = false;  // the last piece ended with CR
  bool at_start_ = true;
  bool failed_ = false;
};

}  // namespace chela::net
