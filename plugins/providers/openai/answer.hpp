#ifndef PLUGINS_PROVIDERS_OPENAI_ANSWER_HPP
#define PLUGINS_PROVIDERS_OPENAI_ANSWER_HPP
// One response to POST /chat/completions, from its head to its end: a stream of server-sent events, a whole JSON answer
// (some services ignore "stream"), or an error in whatever form. Ends the completion exactly once.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "chela/http.hpp"
#include "chela/provider.hpp"
#include "chela/sse.hpp"
#include "plugins/providers/openai/chunk_reader.hpp"
#include "plugins/providers/openai/service.hpp"

namespace chela::providers::openai {

// Loop only. Its on_… functions are the handlers of the request.
class Answer : private CompletionOutput {
 public:
  // What all answers of a plugin share. `unix_ms` is asked for the time when it is needed.
  struct Shared {
    ChunkParser parser;
    Callback<std::int64_t()> unix_ms;
  };

  // `id_prefix` is for tool calls without an id of their own; `shared` must outlive it.
  Answer(Service service, std::string model, Completion completion, std::string id_prefix, Shared& shared);

  void on_head(HttpHead head);
  // Throws Failure when the rest is not worth having; the request is then cancelled.
  void on_body(std::string_view bytes);
  void on_done(chela_status status, std::string_view error);

 private:
  enum class Form { kUnknown, kEvents, kJson, kPage };

  void text(std::string_view piece) override { completion_.text(piece); }
  void reasoning(std::string_view piece) override { completion_.reasoning(piece); }
  void tool_call(std::uint32_t index, std::string_view id, std::string_view name) override {
    completion_.tool_call(index, id, name);
  }
  void tool_arguments(std::uint32_t index, std::string_view piece) override {
    completion_.tool_arguments(index, piece);
  }
  void usage(std::uint64_t input, std::uint64_t output, std::uint64_t cached, std::uint64_t reasoning) override;

  bool is_success() const { return head_.status >= 200 && head_.status < 300; }
  void take_event(const SseEvent& event);
  void take_body(std::string_view bytes);
  void take_end();
  void finish_events();
  void complete();
  void fail(Failure failure);

  Service service_;
  std::string model_;
  Completion completion_;
  Shared& shared_;
  ChunkReader reader_;
  SseParser events_;
  HttpHead head_;
  Form form_ = Form::kUnknown;
  std::string collected_;  // a JSON answer, a page, or the body of an error
  std::size_t bytes_ = 0;
  bool over_ = false;
};

}  // namespace chela::providers::openai
#endif
