#ifndef PLUGINS_PROVIDERS_OPENAI_CHUNK_READER_HPP
#define PLUGINS_PROVIDERS_OPENAI_CHUNK_READER_HPP
// Reads the JSON of an answer: the chunks of a stream ("chat.completion.chunk"), or a whole one ("chat.completion").

#include <memory>
#include <string>
#include <string_view>

#include "plugins/providers/openai/tool_calls.hpp"

namespace chela::providers::openai {

// What parses the chunks of all completions, one at a time; of its own for each, it would be a third of what a completion
// costs. Loop only.
class ChunkParser {
 public:
  ChunkParser();
  ~ChunkParser();

 private:
  friend class ChunkReader;
  struct Dom;
  std::unique_ptr<Dom> dom_;
};

// One per completion. Loop only. This is the hot path: one chunk per token.
class ChunkReader {
 public:
  // `parser` must outlive it.
  ChunkReader(CompletionOutput& output, std::string id_prefix, ChunkParser& parser);

  // One chunk or one whole answer, handed on to the output. Throws Failure: PROTOCOL when it is no such JSON, and what
  // the service said when it is an error object.
  void take(std::string_view json);

  // The model has said why it stopped: the answer is whole.
  bool has_stopped() const { return !stop_reason_.empty(); }
  // Something of an answer came at all.
  bool has_begun() const { return begun_; }

  // Ends the tool calls. Returns the stop reason in the words of chela.provider/1.
  std::string finish();

 private:
  struct Json;
  void take_with(ChunkParser::Dom& dom, std::string_view json);
  void take_choice(const Json& choice);
  void take_message(const Json& message);
  void take_content(const Json& content);
  void take_tool_calls(const Json& calls);
  void take_tool_call(const Json& call);
  void take_usage(const Json& usage);
  void emit_text(std::string_view piece);

  CompletionOutput& output_;
  ToolCalls tool_calls_;
  ChunkParser& parser_;
  std::string stop_reason_;
  bool begun_ = false;
  bool has_content_ = false;
};

// `json` with escaped surrogates that have no partner (a service cut an emoji in two) replaced by \ufffd.
std::string with_repaired_surrogates(std::string_view json);

}  // namespace chela::providers::openai
#endif
