#include "kernel/runtime/channels/conversation.hpp"

#include <utility>

#include "kernel/core/base/random.hpp"
#include "kernel/runtime/channels/session_key.hpp"

namespace chela::runtime {
namespace {

void count(PieceCounts& counts, PieceKind kind) {
  if (kind == PieceKind::tool) ++counts.tool;
  if (kind == PieceKind::block) ++counts.block;
  if (kind == PieceKind::final) ++counts.final;
}

// The person should not wonder why nobody speaks of the picture.
std::string note_on_images(std::size_t images) {
  return fmt::format("({} {} not looked at: this gateway does not show images to models yet.)", images,
                     images == 1 ? "image was" : "images were");
}

}  // namespace

Task<Result<PieceCounts>> converse(ConversationEnvironment& environment, Conversing what, PieceSink& sink,
                                   CancelToken cancel) {
  auto id = session_id_of(what.message.session_key);
  auto opening = environment.sessions.open(id, what.message.identity());
  CHELA_CO_TRY(auto session, co_await std::move(opening));
  auto message_id = what.message.message_id();
  if (message_id.empty()) message_id = "msg-" + random_hex(16);
  ReplyPieces pieces(environment.loop, session, message_id, what.style);
  auto command = what.message.command.empty() ? what.message.text : std::move(what.message.command);
  bool is_command = command.starts_with('/');
  auto text = environment.notes.with_notes(id, std::move(what.message.text));
  auto submitting = session->submit({.text = std::move(text), .message_id = message_id, .command = std::move(command),
                                     .sender = {what.message.sender, what.message.may_command}});
  CHELA_CO_TRY(auto accepted, co_await std::move(submitting));
  if (what.on_stored) what.on_stored(accepted.duplicate);
  PieceCounts counts;
  if (accepted.duplicate) co_return counts;
  if (!is_command) environment.notes.clear(id);  // what is for the agent waits until it is asked

  auto stopping = cancel.on_cancel([&] { session->stop(message_id); });
  auto images = what.message.images;
  for (;;) {
    auto piece = co_await pieces.next();
    if (!piece) break;
    if (cancel.cancelled()) continue;  // the turn comes to its end, and nobody listens
    if (piece->kind == PieceKind::final && std::exchange(images, 0) > 0) {
      piece->text += "\n\n" + note_on_images(what.message.images);
    }
    if (piece->is_message()) count(counts, piece->kind);
    auto kind = piece->kind;
    auto delivering = sink.deliver(std::move(*piece));
    auto delivered = co_await std::move(delivering);
    if (delivered || cancel.cancelled()) continue;
    environment.logger.warning("{} {}: a {} message was not delivered: {}", what.message.channel, what.message.account,
                               name_of(kind), delivered.error().message);
  }
  CHELA_CO_CHECK(cancel.check());
  co_return counts;
}

}  // namespace chela::runtime
