#include "kernel/core/net/sse.hpp"

namespace chela::net {
namespace {

void append_value(std::string& out, std::string_view value) {
  for (char c : value) {
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
}

// Cuts the first line, whichever of CR, LF and CRLF ends it, off `text`. False when there is none left.
bool next_line(std::string_view& text, std::string_view& line, bool& more) {
  if (!more) return false;
  auto end = text.find_first_of("\r\n");
  line = text.substr(0, end);
  more = end != std::string_view::npos;
  if (more) text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  return true;
}

void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
  bool more = true;
  for (std::string_view line; next_line(text, line, more);) {
    out += prefix;
    out += line;
    out += '\n';
  }
}

}  // namespace

Headers sse_headers() {
  return {
      {"Content-Type", "text/event-stream; charset=utf-8"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
}

void append_event(std::string& out, const SseEvent& event) {
  if (!event.event.empty()) {
    out += "event: ";
    append_value(out, event.event);
    out += '\n';
  }
  if (!event.id.empty()) {
    out += "id: ";
    append_value(out, event.id);
    out += '\n';
  }
  append_lines(out, "data: ", event.data);
  out += '\n';
}

void append_comment(std::string& out, std::string_view text) {
  append_lines(out, ": ", text);
  out += '\n';
}

}  // namespace chela::net
