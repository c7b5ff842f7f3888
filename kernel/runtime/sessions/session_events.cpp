// What a session tells its listeners, and what it keeps of it for those that come back.

#include <algorithm>

#include "kernel/runtime/sessions/session.hpp"

namespace chela::runtime {

void Session::remove_listener(SessionListener& listener) { std::erase(listeners_, &listener); }

void Session::emit(EventType type, const SessionEvent& facts, const std::function<void(EventWriter&)>& fill) {
  std::string json;
  SessionEvent event = facts;
  event.type = type;
  event.seq = ++seq_;
  EventWriter writer(json, type, summary_.id, event.seq);
  if (type != EventType::message_accepted) writer.text("inReplyToMessageId", facts.message_id);
  fill(writer);
  writer.finish();
  event.json = json;
  keep(event);
  // A listener may leave from inside the call: walk over a copy, skip who is gone.
  for (auto* listener : std::vector(listeners_)) {
    if (std::ranges::find(listeners_, listener) != listeners_.end()) listener->on_event(event);
  }
}

void Session::keep(const SessionEvent& event) {
  bool is_chunk = event.type == EventType::assistant_chunk || event.type == EventType::reasoning_chunk;
  const auto& kept = kept_.emplace_back(event.seq, event.type, is_chunk ? running_message_ : nullptr,
                                        std::string(is_chunk ? event.text : event.json));
  kept_bytes_ += kept.bytes();
  while (kept_bytes_ > environment_.limits.kept_event_bytes_max) {
    kept_bytes_ -= kept_.front().bytes();
    kept_.pop_front();
  }
}

std::string Session::json_of(const KeptEvent& event) const {
  if (!event.chunk_of) return event.content;
  std::string out;
  EventWriter(out, event.type, summary_.id, event.seq)
      .text("inReplyToMessageId", *event.chunk_of)
      .text("text", event.content)
      .finish();
  return out;
}

MissedEvents Session::events_after(std::uint64_t seq) const {
  auto oldest = kept_.empty() ? seq_ + 1 : kept_.front().seq;
  MissedEvents out{.complete = seq <= seq_ && seq + 1 >= oldest};
  for (const auto& event : kept_) {
    if (event.seq > seq) out.events.push_back(json_of(event));
  }
  return out;
}

}  // namespace chela::runtime
