// The plugin `demo`: streams scripted replies, a piece per tick of one timer.

#include <algorithm>
#include <map>
#include <vector>

#include "chela/json.hpp"
#include "chela/plugin.hpp"
#include "plugins/providers/demo/reply.hpp"

namespace chela::providers::demo {

namespace {

constexpr std::uint64_t kPieceDelayMaxMs = 10000;
constexpr std::size_t kStreamsMax = 4096;

std::uint64_t tokens_in(std::size_t bytes) { return (bytes + 3) / 4; }

// One completion under way.
class Stream {
 public:
  Stream(Completion completion, const Conversation& conversation, std::string tool_call_id)
      : completion_(std::move(completion)),
        reply_(reply_to(conversation)),
        tool_call_id_(std::move(tool_call_id)),
        input_tokens_(tokens_in(conversation.bytes)) {}

  // Sends the next piece; false once it has completed. The completion may be cancelled from within.
  bool step() {
    if (sent_ < reply_.text.size()) {
      const std::string_view rest = std::string_view(reply_.text).substr(sent_);
      const std::size_t length = piece_length(rest);
      sent_ += length;
      completion_.text(rest.substr(0, length));
      return true;
    }
    if (reply_.tool && !tool_begun_) {
      tool_begun_ = true;
      completion_.tool_call(0, tool_call_id_, reply_.tool->name);
      return true;
    }
    if (reply_.tool && arguments_sent_ < reply_.tool->arguments.size()) {
      const std::string_view rest = std::string_view(reply_.tool->arguments).substr(arguments_sent_);
      const std::size_t length = piece_length(rest);
      arguments_sent_ += length;
      completion_.tool_arguments(0, rest.substr(0, length));
      return true;
    }
    completion_.usage({input_tokens_, tokens_in(sent_ + arguments_sent_), 0, 0});
    completion_.complete(reply_.tool ? "tool_calls" : "stop");
    return false;
  }

  void end(const Failure& why) { completion_.fail(why); }

 private:
  Completion completion_;
  Reply reply_;
  std::string tool_call_id_;
  std::uint64_t input_tokens_;
  std::size_t sent_ = 0;
  std::size_t arguments_sent_ = 0;
  bool tool_begun_ = false;
};

}  // namespace

// Loop only.
class DemoPlugin {
 public:
  explicit DemoPlugin(Host host) : host_(std::move(host)) {}

  void configure(std::string_view json) {
    JsonReader config(json, "configuration");
    piece_delay_ms_ = config.find<std::uint64_t>("pieceDelayMs", piece_delay_ms_);
    config.finish();
    if (piece_delay_ms_ > kPieceDelayMaxMs) {
      throw Failure(CHELA_INVALID_ARGUMENT, "configuration.pieceDelayMs: expected a number from 0 to 10000");
    }
  }

  void complete(CompletionRequest request, Completion completion) {
    if (streams_.size() >= kStreamsMax)
      throw Failure(CHELA_EXHAUSTED, "the demonstration is in too many conversations at once");
    const Conversation conversation = Conversation::read(request);
    const std::string tool_call_id =
        "demo_" + std::to_string(conversation.message_count) + "_" + std::to_string(request.call_id);
    auto stream = std::make_shared<Stream>(std::move(completion), conversation, tool_call_id);
    if (piece_delay_ms_ == 0) {
      while (stream->step()) {
      }
      return;
    }
    streams_.emplace(request.call_id, std::move(stream));
    schedule();
  }

  void cancel(std::uint64_t call_id) {
    const auto found = streams_.find(call_id);
    if (found == streams_.end()) return;
    const std::shared_ptr<Stream> stream = found->second;  // it may be in the middle of a step
    streams_.erase(found);
    stream->end(Failure(CHELA_CANCELLED, "cancelled"));
  }

  void list_models(std::string_view, Completion completion) {
    completion.text(R"([{"id":"demo"}])");
    completion.complete("stop");
  }

  void stop() {
    timer_.cancel();
    end_all(Failure(CHELA_CANCELLED, "cancelled"));
  }

 private:
  void end_all(const Failure& why) {
    const auto streams = std::move(streams_);
    streams_.clear();
    for (const auto& [call_id, stream] : streams) stream->end(why);
  }

  // One timer for all streams, however many there are. When the host has none, no stream would ever go on.
  void schedule() {
    if (streams_.empty() || !timer_.over()) return;
    try {
      timer_ = host_.timer().start(piece_delay_ms_, [this] { tick(); });
    } catch (const Failure& failure) {
      end_all(failure);
    }
  }

  void tick() {
    std::vector<std::uint64_t> call_ids;
    for (const auto& [call_id, stream] : streams_) call_ids.push_back(call_id);
    for (const std::uint64_t call_id : call_ids) {
      const auto found = streams_.find(call_id);
      if (found == streams_.end()) continue;  // cancelled by a step of another
      const std::shared_ptr<Stream> stream = found->second;
      if (!stream->step()) streams_.erase(call_id);
    }
    schedule();
  }

  Host host_;
  std::uint64_t piece_delay_ms_ = 15;
  std::map<std::uint64_t, std::shared_ptr<Stream>> streams_;  // by call id
  Timer timer_;
};

}  // namespace chela::providers::demo

CHELA_PLUGIN(chela::providers::demo::DemoPlugin, "demo", "0.1.0")
