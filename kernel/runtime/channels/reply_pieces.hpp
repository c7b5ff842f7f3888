#pragma once

// A turn as a channel shows it: few whole messages, made of the many events of the session. Loop thread only.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "kernel/core/loop/event.hpp"
#include "kernel/runtime/sessions/session.hpp"

namespace chela::runtime {

#define CHELA_PIECE_MAP(X) X(partial) X(block) X(tool) X(reasoning) X(typing) X(final)

enum class PieceKind : std::uint8_t {
#define CHELA_PIECE_ENUM(name) name,
  CHELA_PIECE_MAP(CHELA_PIECE_ENUM)
#undef CHELA_PIECE_ENUM
};
std::string_view name_of(PieceKind kind);

struct Piece {
  PieceKind kind = PieceKind::final;
  std::string text;
  bool is_error = false;
  // Whether somebody is shown it as a message of its own.
  bool is_message() const { return kind == PieceKind::block || kind == PieceKind::tool || kind == PieceKind::final; }
};

// What the channel wants of it.
struct ReplyStyle {
  bool blocks = false;     // long answers in several messages, as they are written
  bool tools = false;      // a message for each call of a tool
  bool partial = false;    // what has been said so far, again and again; the newest replaces the one before
  bool reasoning = false;  // the same of what the model thinks
};

class ReplyPieces final : public SessionListener {
 public:
  ReplyPieces(Loop& loop, std::shared_ptr<Session> session, std::string message_id, ReplyStyle style);
  ReplyPieces(const ReplyPieces&) = delete;
  ReplyPieces& operator=(const ReplyPieces&) = delete;
  ~ReplyPieces() override;

  // The next piece; nothing when the turn has ended. One waits at a time.
  Task<std::optional<Piece>> next();
  // Of the turn, once it has ended.
  const std::string& finish_reason() const { return finish_reason_; }

 private:
  void on_event(const SessionEvent& event) override;
  void on_text(std::string_view text);
  void on_done(const TurnResult& result);
  void end_message(PieceKind kind);  // of the model: what it said until here
  void push(Piece piece);
  void offer(std::optional<Piece>& place, PieceKind kind, const std::string& text);

  Loop& loop_;
  std::shared_ptr<Session> session_;
  std::string message_id_;
  ReplyStyle style_;
  std::deque<Piece> ready_;
  std::optional<Piece> partial_, reasoning_;  // the newest, not taken yet
  std::optional<TimePoint> partial_at_;       // when the last one was offered
  std::string said_;                          // since the last message ended
  std::string thought_;
  std::string finish_reason_;
  std::optional<Completion<bool>> more_;
  bool ended_ = false;
};

}  // namespace chela::runtime
