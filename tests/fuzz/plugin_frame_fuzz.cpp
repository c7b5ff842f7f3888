// Frames and messages of a host process, as the kernel reads them (kernel/core/rpc), and the messages' parts by the
// generated readers (kernel/core/protocol).

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/protocol/read_again.inc"
#include "kernel/core/rpc/frame.hpp"
#include "kernel/core/rpc/json_check.hpp"
#include "kernel/core/rpc/message.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

constexpr std::size_t kFrameMax = 4096;
constexpr std::size_t kDepthMax = 1024;

struct Stream {
  std::vector<std::string> frames;
  bool refused = false;
  bool operator==(const Stream&) const = default;
};

Stream read_frames(const Pieces& pieces) {
  Stream stream;
  rpc::FrameReader reader(kFrameMax);
  for (auto piece : pieces) {
    auto padded = std::string(piece).append(rpc::kFramePadding, '\0');
    reader.feed(std::string_view(padded).substr(0, piece.size()));
    for (;;) {
      auto frame = reader.next();
      stream.refused = !frame;
      if (!frame) return stream;
      if (!*frame) break;
      must((*frame)->size() <= kFrameMax, "a frame keeps its limit");
      stream.frames.emplace_back(**frame);
    }
  }
  return stream;
}

// A message in short: what must not depend on how it is spelled.
std::string short_of(const rpc::Message& message) {
  return fmt::format("{} {} {} {} {} {}", static_cast<int>(message.kind), message.id, message.method, message.params,
                     message.result, message.failure.error.message);
}

std::optional<std::string> read(rpc::MessageReader& reader, std::string_view text) {
  auto padded = std::string(text).append(rpc::kFramePadding, '"');
  auto message = reader.read(std::string_view(padded).substr(0, text.size()));
  if (!message) return std::nullopt;
  return short_of(*message);
}

// The parts that are handed on are JSON of their own, and can be put into another message.
void check_parts(rpc::MessageReader& reader, const rpc::Message& message) {
  for (auto part : {message.params, message.result, message.failure.data}) {
    must(part.empty() || rpc::check_json(part, kDepthMax), "what is handed on is JSON", part);
  }
  if (message.kind == rpc::Message::Kind::request) {
    auto again = read(reader, rpc::request_text(message.id, message.method, message.params));
    must(again == short_of(message), "a request that is written is read back", message.params);
  }
  if (message.kind == rpc::Message::Kind::result) {
    must(read(reader, rpc::result_text(message.id, message.result)) == short_of(message), "a result is read back");
  }
  if (message.kind == rpc::Message::Kind::error) {
    auto again = read(reader, rpc::error_text(message.id, message.failure.error, message.failure.data));
    must(again.has_value(), "an error can be given on", message.failure.data);
  }
}

void check_readers(const std::string& method, std::string_view part, std::string_view json) {
  auto once = protocol::read_again(method, part, json);
  if (!once) return must(!once.error().message.empty() && is_valid_utf8(once.error().message), "a defect has words");
  auto twice = protocol::read_again(method, part, *once);
  must(twice && *twice == *once, "what is read can be written and read", *once);
}

void check_message(std::string_view text) {
  bool accepted = rpc::check_json(text, kDepthMax).has_value();
  // The other parser takes a NUL for the end of the text.
  const bool comparable = text.find('\0') == std::string_view::npos && !nests_deeper(text, 64);
  if (comparable && nlohmann::json::accept(text)) must(accepted, "JSON is JSON", text);
  rpc::MessageReader reader;
  auto padded = std::string(text).append(rpc::kFramePadding, '}');
  auto message = reader.read(std::string_view(padded).substr(0, text.size()));
  if (!message) return must(!message.error().error.message.empty(), "a defect has words", text);
  must(accepted && is_valid_utf8(text), "a message is JSON in UTF-8", text);
  must(message->params.starts_with('{'), "parameters are an object", text);
  auto copy = std::string(message->params);
  auto method = message->method;
  rpc::MessageReader other;
  check_parts(other, *message);
  if (method.starts_with("call.")) (void)reader.read_call_note(method, message->params);
  (void)rpc::read_credit(copy);
  check_readers(method, "params", copy);
}

}  // namespace

void run(std::string_view bytes) {
  auto ways = cuts(bytes);
  auto stream = read_frames(ways[0]);
  for (const auto& pieces : ways) must(read_frames(pieces) == stream, "frames do not depend on the cuts");
  for (const auto& frame : stream.frames) check_message(frame);
  check_message(bytes);  // as one message, too
  for (auto [method, part] : {std::pair{"tool.call", "result"}, {"plugin.start", "result"}, {"provider.complete", "event"}}) {
    if (rpc::check_json(bytes, kDepthMax) && is_valid_utf8(bytes)) check_readers(method, part, bytes);
  }
}

}  // namespace chela::fuzz
