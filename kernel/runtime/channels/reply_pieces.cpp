#include "kernel/runtime/channels/reply_pieces.hpp"

#include <utility>

#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

constexpr std::size_t kBlockBytesMin = 800;   // as upstream
constexpr std::size_t kBlockBytesMax = 4'000;
constexpr std::size_t kToolBytesMax = 400;
constexpr auto kPartialEvery = std::chrono::milliseconds(200);

// Where a block that is long enough may end: behind a paragraph, else behind a line or a sentence when it is too long.
std::size_t block_end(const std::string& said) {
  if (said.size() < kBlockBytesMin) return 0;
  if (auto paragraph = said.rfind("\n\n"); paragraph != std::string::npos && paragraph > 0) return paragraph + 2;
  if (said.size() < kBlockBytesMax) return 0;
  for (const char* separator : {"\n", ". ", " "}) {
    if (auto at = said.rfind(separator); at != std::string::npos && at > 0) return at + 1;
  }
  return cut_utf8(said, kBlockBytesMax).size();
}

// What people in a chat are told; the log has the rest.
std::string apology(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timed_out:
    case ErrorCode::exhausted: return "⚠️ The model cannot be reached now. Please try again in a while.";
    case ErrorCode::too_large: return "⚠️ That was too long to answer.";
    default: return "⚠️ Something went wrong while answering; the gateway's log says what.";
  }
}

}  // namespace

std::string_view name_of(PieceKind kind) {
  constexpr std::string_view kNames[] = {
#define CHELA_PIECE_NAME(name) #name,
      CHELA_PIECE_MAP(CHELA_PIECE_NAME)
#undef CHELA_PIECE_NAME
  };
  return kNames[static_cast<std::size_t>(kind)];
}

ReplyPieces::ReplyPieces(Loop& loop, std::shared_ptr<Session> session, std::string message_id, ReplyStyle style)
    : loop_(loop), session_(std::move(session)), message_id_(std::move(message_id)), style_(style) {
  session_->add_listener(*this);
}

ReplyPieces::~ReplyPieces() { session_->remove_listener(*this); }

Task<std::optional<Piece>> ReplyPieces::next() {
  for (;;) {
    if (!ready_.empty()) {
      auto piece = std::move(ready_.front());
      ready_.pop_front();
      co_return piece;
    }
    if (auto piece = std::exchange(reasoning_, std::nullopt)) co_return piece;
    if (auto piece = std::exchange(partial_, std::nullopt)) co_return piece;
    if (ended_) co_return std::nullopt;
    more_.emplace();
    co_await more_->wait();
    more_.reset();
  }
}

void ReplyPieces::on_event(const SessionEvent& event) {
  if (event.message_id != message_id_) return;
  switch (event.type) {
    case EventType::typing_start: return push({.kind = PieceKind::typing, .text = {}});
    case EventType::assistant_chunk: return on_text(event.text);
    case EventType::reasoning_chunk:
      thought_ += event.text;
      if (style_.reasoning) offer(reasoning_, PieceKind::reasoning, thought_);
      return;
    case EventType::tool_start:
      end_message(style_.blocks ? PieceKind::block : PieceKind::final);
      if (style_.tools) {
        push({.kind = PieceKind::tool,
              .text = fmt::format("🛠️ {}: {}", event.call->name, cut_utf8(event.call->arguments, kToolBytesMax))});
      }
      return;
    case EventType::assistant_done: return on_done(*event.result);
    case EventType::typing_stop:
      ended_ = true;
      if (more_) more_->set(true);
      return;
    default: return;
  }
}

void ReplyPieces::on_text(std::string_view text) {
  said_ += text;
  if (style_.blocks) {
    if (auto end = block_end(said_); end > 0) {
      auto rest = said_.substr(end);
      said_.resize(end);
      end_message(PieceKind::block);
      said_ = std::move(rest);
    }
  }
  if (style_.partial) offer(partial_, PieceKind::partial, said_);
}

void ReplyPieces::on_done(const TurnResult& result) {
  finish_reason_ = result.finish_reason;
  end_message(PieceKind::final);
  if (!result.error || finish_reason_ == "cancelled") return;
  push({.kind = PieceKind::final, .text = apology(*result.error), .is_error = true});
}

void ReplyPieces::end_message(PieceKind kind) {
  auto text = std::string(trim(std::exchange(said_, {})));
  thought_.clear();
  partial_.reset();
  reasoning_.reset();
  if (!text.empty()) push({.kind = kind, .text = std::move(text)});
}

void ReplyPieces::push(Piece piece) {
  ready_.push_back(std::move(piece));
  if (more_) more_->set(true);
}

// Each holds all that was said so far: one for every chunk would cost more the longer the answer gets.
void ReplyPieces::offer(std::optional<Piece>& place, PieceKind kind, const std::string& text) {
  if (place) {
    place->text = text;
    return;
  }
  auto now = loop_.now();
  if (partial_at_ && now - *partial_at_ < kPartialEvery) return;
  partial_at_ = now;
  place.emplace(Piece{.kind = kind, .text = text});
  if (more_) more_->set(true);
}

}  // namespace chela::runtime
