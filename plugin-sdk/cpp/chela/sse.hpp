#ifndef CHELA_SSE_HPP
#define CHELA_SSE_HPP
// Server-sent events, parsed as they arrive: https://html.spec.whatwg.org/multipage/server-sent-events.html
// One parser per response. Lines end in CR, LF or CRLF, also when a pair is cut in two by the network.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "chela/callback.hpp"
#include "chela/failure.hpp"

namespace chela {
inline namespace sdk {

struct SseEvent {
  std::string name;  // "message" when the stream names none
  std::string data;  // its data lines, joined by LF
  std::string id;    // the last id of the stream
};

struct SseLimits {
  std::size_t line_bytes_max = 1 << 20;
  std::size_t event_bytes_max = 4 << 20;  // of one event's data
};

class SseParser {
 public:
  explicit SseParser(Callback<void(const SseEvent&)> on_event, SseLimits limits = SseLimits())
      : on_event_(std::move(on_event)), limits_(limits) {}

  // Calls on_event for each event that `bytes` completes. Throws Failure CHELA_TOO_LARGE above a limit, and what
  // on_event throws; the stream is then lost.
  void feed(std::string_view bytes) {
    const char* const begin = bytes.data();
    std::size_t line_feed = std::min(bytes.find('\n'), bytes.size());  // looked for again only once it is behind
    while (!bytes.empty()) {
      if (after_cr_ && bytes.front() == '\n') {
        bytes.remove_prefix(1);
        after_cr_ = false;
        continue;
      }
      after_cr_ = false;
      const std::size_t at = static_cast<std::size_t>(bytes.data() - begin);
      if (line_feed < at) line_feed = at + std::min(bytes.find('\n'), bytes.size());
      std::size_t end = bytes.substr(0, line_feed - at).find('\r');
      if (end == std::string_view::npos && line_feed - at < bytes.size()) end = line_feed - at;
      const std::string_view piece = bytes.substr(0, end);
      if (line_.size() + piece.size() > limits_.line_bytes_max) {
        throw Failure(CHELA_TOO_LARGE, "reading server-sent events: a line is above " +
                                           std::to_string(limits_.line_bytes_max) + " bytes");
      }
      if (end == std::string_view::npos) {
        line_.append(piece);
        return;
      }
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
      if (line_.empty()) {
        take_line(piece);
      } else {
        line_.append(piece);
        take_line(line_);
        line_.clear();
      }
    }
  }

  // The stream has ended. The standard drops an event without its blank line; services exist that end so, and
  // this hands it on. Call it only when the response arrived whole.
  void finish() {
    if (!line_.empty()) take_line(line_);
    line_.clear();
    take_line("");
  }

  // The service's wish for the time before a reconnect, 0 when it told none.
  std::uint64_t retry_ms() const { return retry_ms_; }

 private:
  void take_line(std::string_view line) {
    if (at_start_) {
      at_start_ = false;
      if (line.substr(0, 3) == "\xEF\xBB\xBF") line.remove_prefix(3);
    }
    if (line.empty()) return dispatch();
    const std::size_t colon = line.find(':');
    if (colon == 0) return;  // a comment, often a keep-alive
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    take_field(field, value);
  }

  void take_field(std::string_view field, std::string_view value) {
    if (field == "data") {
      if (event_.data.size() + value.size() + 1 > limits_.event_bytes_max) {
        throw Failure(CHELA_TOO_LARGE, "reading server-sent events: an event is above " +
                                           std::to_string(limits_.event_bytes_max) + " bytes");
      }
      if (has_data_) event_.data.push_back('\n');
      event_.data.append(value);
      has_data_ = true;
    } else if (field == "event") {
      event_.name.assign(value);
    } else if (field == "id") {
      if (value.find('\0') == std::string_view::npos) event_.id.assign(value);
    } else if (field == "retry") {
      take_retry(value);
    }
  }

  void take_retry(std::string_view digits) {
    if (digits.empty() || digits.size() > 9) return;
    std::uint64_t value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    retry_ms_ = value;
  }

  void dispatch() {
    if (has_data_) {
      if (event_.name.empty()) event_.name = "message";
      on_event_(event_);
    }
    event_.name.clear();
    event_.data.clear();
    has_data_ = false;
  }

  Callback<void(const SseEvent&)> on_event_;
  SseLimits limits_;
  SseEvent event_;
  std::string line_;
  std::uint64_t retry_ms_ = 0;
  bool has_data_ = false;
  bool at_start_ = true;
  bool after_cr_ = false;
};

}  // namespace sdk
}  // namespace chela
#endif
