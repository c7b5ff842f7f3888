#include "plugin-sdk/conformance/streams.hpp"

#include <algorithm>

namespace chela::conformance {

testing::ScriptedResponse response(std::uint32_t status, std::vector<std::string> pieces, chela_status outcome) {
  testing::ScriptedResponse scripted;
  scripted.status = status;
  scripted.headers = {{"content-type", "text/event-stream"}};
  scripted.pieces = std::move(pieces);
  scripted.outcome = outcome;
  if (outcome != CHELA_OK) scripted.error = "cut short";
  return scripted;
}

const std::vector<std::string>& sample_streams() {
  static const std::vector<std::string> kStreams = {
      // Server-sent events of chat completions, with text beyond ASCII and a comment.
      "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"Gr\xC3\xBC\xC3\x9F\"}}]}\n\n"
      ": still there\n\n"
      "data: {\"choices\":[{\"delta\":{\"content\":\" Gott \xF0\x9F\xA6\x80\"}}]}\r\n\r\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\n"
      "data: [DONE]\n\n",
      // The same with a call of a tool.
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\","
      "\"function\":{\"name\":\"echo\",\"arguments\":\"\"}}]}}]}\n\n"
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"text\\\":\"}}]}}]}\n\n"
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"a\\\"}\"}}]}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
      // A finish reason that nobody has heard of.
      "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"conformance\"}]}\n\ndata: [DONE]\n\n",
      // Named events.
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
      // One object a line.
      "{\"message\":{\"content\":\"Hel\"},\"done\":false}\n{\"message\":{\"content\":\"lo\"},\"done\":true}\n",
      // One object at once.
      "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}",
      "Hello",
  };
  return kStreams;
}

std::vector<std::string> cut_anywhere(const std::string& text, std::mt19937_64& random) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += pieces.back().size())
    pieces.push_back(text.substr(at, random() % 7));
  return pieces;
}

std::string broken_stream(std::mt19937_64& random) {
  std::string stream = sample_streams()[random() % sample_streams().size()];
  for (std::uint64_t fault = random() % 4 + 1; fault > 0 && !stream.empty(); --fault) {
    const std::size_t at = random() % stream.size();
    const std::size_t size = std::min<std::size_t>(random() % 40, stream.size() - at);
    switch (random() % 3) {
      case 0:
        stream[at] = static_cast<char>(random());
        break;
      case 1:
        stream.erase(at, size);
        break;
      default:
        stream.insert(at, stream.substr(at, size));
    }
  }
  return stream;
}

}  // namespace chela::conformance
