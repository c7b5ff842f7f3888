#pragma once

// What happens in a session, as clients are told (docs/protocol.md). Each event is serialised once, for all listeners.

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/runtime/turn/turn.hpp"

namespace chela::runtime {

#define CHELA_SESSION_EVENT_MAP(X)                                                                              \
  X(message_accepted) X(typing_start) X(typing_stop) X(assistant_chunk) X(reasoning_chunk) X(tool_start)        \
  X(tool_chunk) X(tool_result) X(assistant_done) X(error)

enum class EventType : std::uint8_t {
#define CHELA_SESSION_EVENT_ENUM(name) name,
  CHELA_SESSION_EVENT_MAP(CHELA_SESSION_EVENT_ENUM)
#undef CHELA_SESSION_EVENT_ENUM
};
std::string_view name_of(EventType type);

// Borrowed until the listener returns.
struct SessionEvent {
  EventType type;
  std::uint64_t seq;
  std::string_view message_id;            // the message that this answers
  std::string_view text;                  // of chunks, errors and assistant_done
  const ToolCallRequest* call = nullptr;  // of tool_start
  const TurnResult* result = nullptr;     // of assistant_done
  std::string_view json;                  // the whole event
};

// Loop thread only. Must not end the session's listener list from inside the call but for its own entry.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void on_event(const SessionEvent& event) = 0;
};

// Builds the JSON of events.
class EventWriter {
 public:
  EventWriter(std::string& out, EventType type, std::string_view session_id, std::uint64_t seq);
  EventWriter& text(std::string_view name, std::string_view value);  // left out when empty
  EventWriter& number(std::string_view name, std::uint64_t value);
  EventWriter& raw(std::string_view name, std::string_view json);
  void finish();

 private:
  std::string& out_;
};

}  // namespace chela::runtime
