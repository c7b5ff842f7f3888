#ifndef PLUGINS_PROVIDERS_OPENAI_TOOL_CALLS_HPP
#define PLUGINS_PROVIDERS_OPENAI_TOOL_CALLS_HPP
// Puts the pieces of streamed tool calls together. OpenAI numbers them by `index`; other services leave it out, give
// 0 to every call of a batch, or send whole calls, so that a new id or a new name begins a new call too.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela::providers::openai {

// Where a completion goes, in the order of chela.provider/1. Implemented over chela::Completion.
class CompletionOutput {
 public:
  virtual ~CompletionOutput() = default;
  virtual void text(std::string_view piece) = 0;
  virtual void reasoning(std::string_view piece) = 0;
  virtual void tool_call(std::uint32_t index, std::string_view id, std::string_view name) = 0;
  virtual void tool_arguments(std::uint32_t index, std::string_view piece) = 0;
  virtual void usage(std::uint64_t input, std::uint64_t output, std::uint64_t cached, std::uint64_t reasoning) = 0;
};

// A piece as it stands in a chunk; absent members are empty.
struct ToolCallPiece {
  std::optional<std::uint64_t> index;
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
};

// One per completion. Loop only.
class ToolCalls {
 public:
  // Calls without an id of their own get `id_prefix` and a number. Of ids and names 256 bytes are kept.
  ToolCalls(CompletionOutput& output, std::string id_prefix) : output_(output), id_prefix_(std::move(id_prefix)) {}

  // Throws Failure: TOO_LARGE above 128 calls.
  void take(ToolCallPiece piece);
  // The completion ends: calls without arguments get {}. Throws Failure PROTOCOL for a call that never got a name.
  void finish();
  bool empty() const { return calls_.empty(); }

 private:
  struct Call {
    std::optional<std::uint64_t> wire_index;
    std::string id;
    std::string name;
    std::string held;  // arguments that came before the name
    bool has_arguments = false;
  };
  Call& find_or_add(const ToolCallPiece& piece);
  Call* find(const ToolCallPiece& piece);
  void send_arguments(Call& call, std::string_view arguments);

  CompletionOutput& output_;
  std::string id_prefix_;
  std::vector<Call> calls_;
};

}  // namespace chela::providers::openai
#endif
