#include "kernel/core/net/sse_parser.hpp"

#include <algorithm>

namespace chela::net {

Result<void> SseParser::feed(std::string_view bytes) {
  if (failed_) return fail(ErrorCode::too_large, "reading an event stream: it was given up before");
  while (!bytes.empty()) {
    if (std::exchange(skip_line_feed_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    auto end = bytes.find_first_of("\r\n");
    auto piece = bytes.substr(0, end);
    if (line_.size() + piece.size() > limits_.line_size_max) {
      failed_ = true;
      return fail(ErrorCode::too_large, "reading an event stream: a line is longer than {} bytes",
                  limits_.line_size_max);
    }
    if (end == std::string_view::npos) {
      line_ += piece;
      return {};
    }
    skip_line_feed_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      CHELA_CHECK(take_line(piece));
    } else {
      line_ += piece;
      std::string line = std::move(line_);
      line_.clear();
      CHELA_CHECK(take_line(line));
    }
  }
  return {};
}

Result<void> SseParser::take_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty()) {
    dispatch();
    return {};
  }
  auto colon = line.find(':');
  auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (data_.size() + has_data_ + value.size() > limits_.event_size_max) {
      failed_ = true;
      return fail(ErrorCode::too_large, "reading an event stream: an event is larger than {} bytes",
                  limits_.event_size_max);
    }
    if (has_data_) data_ += '\n';
    has_data_ = true;
    data_ += value;
  } else if (field == "event") {
    name_ = value;
  } else if (field == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
  return {};
}

void SseParser::dispatch() {
  std::string name = std::exchange(name_, {});
  if (!std::exchange(has_data_, false)) return;
  std::string data = std::exchange(data_, {});
  on_event_({.name = name.empty() ? std::string_view("message") : name, .data = data, .id = id_});
}

}  // namespace chela::net
