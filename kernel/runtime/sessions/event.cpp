#include "kernel/runtime/sessions/event.hpp"

#include <charconv>

#include "kernel/core/base/text.hpp"

namespace chela::runtime {

std::string_view name_of(EventType type) {
  constexpr std::string_view kNames[] = {
#define CHELA_SESSION_EVENT_NAME(name) #name,
      CHELA_SESSION_EVENT_MAP(CHELA_SESSION_EVENT_NAME)
#undef CHELA_SESSION_EVENT_NAME
  };
  return kNames[static_cast<std::size_t>(type)];
}

EventWriter::EventWriter(std::string& out, EventType type, std::string_view session_id, std::uint64_t seq) : out_(out) {
  out_ += R"({"type":")";
  out_ += name_of(type);
  out_ += '"';
  text("sessionId", session_id);
  number("seq", seq);
}

EventWriter& EventWriter::text(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  out_ += ",\"";
  out_ += name;
  out_ += "\":";
  append_json_string(out_, value);
  return *this;
}

EventWriter& EventWriter::number(std::string_view name, std::uint64_t value) {
  char digits[20];
  auto [end, status] = std::to_chars(digits, digits + sizeof(digits), value);
  return raw(name, {digits, end});
}

EventWriter& EventWriter::raw(std::string_view name, std::string_view json) {
  out_.append(",\"").append(name).append("\":").append(json);
  return *this;
}

void EventWriter::finish() { out_ += '}'; }

}  // namespace chela::runtime
