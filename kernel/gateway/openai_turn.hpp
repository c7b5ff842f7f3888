#pragma once

// A turn that a client of the OpenAI API asked for: in a session, or standing alone. Loop thread only.

#include <memory>
#include <string>

#include "kernel/gateway/context.hpp"
#include "kernel/gateway/event_stream.hpp"
#include "kernel/gateway/openai_request.hpp"
#include "kernel/gateway/route.hpp"

namespace chela::gateway {

// Its events, until assistant_done. Destroying it cancels a turn that stands alone; one in a session goes on.
class OpenAiTurn {
 public:
  // Errors: not_found for an unknown model, or the session's.
  static Task<Result<std::unique_ptr<OpenAiTurn>>> start(Context& context, OpenAiRequest request,
                                                         policy::Principal principal);
  OpenAiTurn(const OpenAiTurn&) = delete;
  OpenAiTurn& operator=(const OpenAiTurn&) = delete;
  ~OpenAiTurn();

  EventQueue::Next next(const CancelToken& cancel);
  const std::string& model() const { return model_; }  // "service/model"

 private:
  class Alone;
  OpenAiTurn() = default;

  std::string model_;
  std::shared_ptr<Alone> alone_;
  std::unique_ptr<MessageEvents> in_session_;
};

// Error of a turn that ended with one; for `limit` what was said is an answer all the same.
bool ended_badly(const runtime::TurnResult& result);

}  // namespace chela::gateway
