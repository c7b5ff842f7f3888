#pragma once

// One message of a channel, from the session's door to the last piece of its answer. Loop thread only.

#include <string>

#include "kernel/core/log/logger.hpp"
#include "kernel/runtime/channels/inbound_message.hpp"
#include "kernel/runtime/channels/reply_pieces.hpp"
#include "kernel/runtime/channels/session_notes.hpp"
#include "kernel/runtime/sessions/sessions.hpp"

namespace chela::runtime {

// Hands pieces to the channel, one after the other.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  // Done when the channel has it, for a piece that is a message. Error `cancelled`: nobody takes pieces any more.
  virtual Task<Result<void>> deliver(Piece piece) = 0;
};

struct PieceCounts {
  std::uint64_t tool = 0;
  std::uint64_t block = 0;
  std::uint64_t final = 0;
};

// What conversations share; outlives them.
struct ConversationEnvironment {
  Loop& loop;
  log::Logger logger;
  Sessions& sessions;
  SessionNotes& notes;
};

// What was agreed about one message.
struct Conversing {
  InboundMessage message;
  ReplyStyle style;
  // Told as soon as the message is on disk, or was there before; not when it is refused.
  std::move_only_function<void(bool duplicate)> on_stored = {};
};

// Runs the turn and delivers its pieces to `sink`, which outlives the task. A message that was seen before delivers
// nothing. Cancelling ends the turn; what was said until then stays in the session. Errors: `cancelled`, and those of
// Session::submit().
Task<Result<PieceCounts>> converse(ConversationEnvironment& environment, Conversing what, PieceSink& sink,
                                   CancelToken cancel);

}  // namespace chela::runtime
