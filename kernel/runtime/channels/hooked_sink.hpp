#pragma once

// Between a turn and its channel: plugins that listen may change or stop each message of the answer (reply_payload_sending,
// message_sending), and are told what became of it (message_sent). Loop thread only.

#include <cstdint>

#include "kernel/runtime/channels/conversation.hpp"
#include "kernel/runtime/hooks/message_hooks.hpp"

namespace chela::runtime {

// Whether anybody is to be told what was sent.
bool hears_what_was_sent(const Hooks& hooks);

class HookedSink final : public PieceSink {
 public:
  // `hooks` may be null. `sink` and `delivered`, which counts what has arrived, outlive this.
  HookedSink(PieceSink& sink, Hooks* hooks, const InboundMessage& message, std::uint64_t& delivered);
  HookedSink(const HookedSink&) = delete;
  HookedSink& operator=(const HookedSink&) = delete;

  Task<Result<void>> deliver(Piece piece) override;

 private:
  // False: a plugin stops it.
  Task<bool> ask(Piece& piece);

  PieceSink& sink_;
  Hooks* hooks_;
  MessagePlace place_;
  std::uint64_t& delivered_;
};

}  // namespace chela::runtime
