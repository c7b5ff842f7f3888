#include <nlohmann/json.hpp>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/sse.hpp"
#include "kernel/gateway/openai_api.hpp"
#include "kernel/gateway/openai_turn.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using runtime::EventType;

Json usage_json(const runtime::Usage& usage) {
  return {{"prompt_tokens", usage.input_tokens}, {"completion_tokens", usage.output_tokens},
          {"total_tokens", usage.input_tokens + usage.output_tokens}};
}

std::string finish_reason(const runtime::TurnResult& result) {
  if (!result.client_tool_calls.empty()) return "tool_calls";
  if (result.finish_reason == "limit") return "length";
  return result.finish_reason == "content_filter" || result.finish_reason == "length" ? result.finish_reason : "stop";
}

Json tool_calls_json(const runtime::TurnResult& result, bool with_index) {
  Json calls = Json::array();
  for (const auto& call : result.client_tool_calls) {
    Json entry = {
        {"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
    if (with_index) entry["index"] = calls.size();
    calls.push_back(std::move(entry));
  }
  return calls;
}

// The chunks of one streamed answer. Text chunks are the hot path: their frame is written once.
class Chunks {
 public:
  Chunks(Context& context, const std::string& model) {
    auto created = context.loop.clock().unix_ms() / 1000;
    prefix_ = fmt::format(R"({{"id":"chatcmpl-{}","object":"chat.completion.chunk","created":{},"model":)",
                          random_hex(20), created);
    append_json_string(prefix_, model);
  }

  std::string role() const {
    return "data: " + prefix_ +
           R"(,"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})" "\n\n";
  }
  std::string text(std::string_view piece) const {
    constexpr std::size_t kFrameBytes = 96;
    std::string out;
    out.reserve(prefix_.size() + piece.size() + kFrameBytes);
    out.append("data: ").append(prefix_).append(R"(,"choices":[{"index":0,"delta":{"content":)");
    append_json_string(out, piece);
    return out += R"(},"finish_reason":null}]})" "\n\n";
  }
  std::string finish(std::string_view reason) const {
    return fmt::format(R"(data: {},"choices":[{{"index":0,"delta":{{}},"finish_reason":"{}"}}]}})" "\n\n", prefix_, reason);
  }
  std::string delta(const Json& delta, const Json& finish) const {
    Json choice = {{"index", 0}, {"delta", delta}, {"finish_reason", finish}};
    return "data: " + prefix_ + R"(,"choices":[)" + json_text(choice) + "]}\n\n";
  }
  std::string usage(const runtime::Usage& usage) const {
    return "data: " + prefix_ + R"(,"choices":[],"usage":)" + json_text(usage_json(usage)) + "}\n\n";
  }

 private:
  std::string prefix_;
};

class Chat {
 public:
  explicit Chat(Context& context) : context_(context) {}

  Task<Result<void>> complete(Request request) {
    CHELA_CO_TRY(auto wanted, read_chat_request(request.http()));
    if (!context_.messages_per_client.take(request.principal.key)) {
      co_return request.respond(
          too_fast_reply(context_.messages_per_client.wait(request.principal.key), ErrorStyle::openai));
    }
    bool streamed = wanted.stream;
    bool include_usage = wanted.include_usage;
    CHELA_CO_TRY(auto turn, co_await OpenAiTurn::start(context_, std::move(wanted), request.principal));
    auto done = streamed ? stream(request, *turn, include_usage) : answer(request, *turn);
    co_return co_await std::move(done);
  }

 private:
  Task<Result<void>> answer(Request& request, OpenAiTurn& turn) {
    for (;;) {
      CHELA_CO_TRY(auto event, co_await turn.next(request.exchange.cancel_token()));
      if (event.type != EventType::assistant_done) continue;
      const auto& result = *event.result;
      if (ended_badly(result)) co_return std::unexpected(*result.error);
      Json message = {{"role", "assistant"}, {"content", result.text}, {"refusal", nullptr}};
      if (!result.client_tool_calls.empty()) {
        message["tool_calls"] = tool_calls_json(result, false);
        if (result.text.empty()) message["content"] = nullptr;
      }
      Json body = {
          {"id", "chatcmpl-" + random_hex(20)},
          {"object", "chat.completion"},
          {"created", context_.loop.clock().unix_ms() / 1000},
          {"model", turn.model()},
          {"choices",
           {{{"index", 0}, {"message", message}, {"logprobs", nullptr}, {"finish_reason", finish_reason(result)}}}},
          {"usage", usage_json(result.usage)}};
      co_return request.respond(json_reply(200, body));
    }
  }

  Task<Result<void>> stream(Request& request, OpenAiTurn& turn, bool include_usage) {
    Chunks chunks(context_, turn.model());
    CHELA_CO_CHECK(request.start_stream(200, net::sse_headers()));
    request.exchange.write(chunks.role());
    for (;;) {
      auto event = co_await turn.next(request.exchange.cancel_token());
      if (!event) co_return std::unexpected(std::move(event.error()));
      if (event->type == EventType::assistant_done) {
        finish(request, chunks, *event->result, include_usage);
        co_return Result<void>{};
      }
      std::string out;
      if (event->type == EventType::assistant_chunk) out = chunks.text(event->text);
      if (event->type == EventType::reasoning_chunk) out = chunks.delta({{"reasoning_content", event->text}}, nullptr);
      if (!out.empty() && request.exchange.write(out) == net::WriteState::over_limit) {
        CHELA_CO_CHECK(co_await request.exchange.drained());
      }
    }
  }

  // Errors travel inside the stream: the client's library raises them.
  static void finish(Request& request, const Chunks& chunks, const runtime::TurnResult& result, bool include_usage) {
    std::string out;
    if (ended_badly(result)) {
      out = "data: " + error_body(*result.error, ErrorStyle::openai) + "\n\n";
    } else {
      if (!result.client_tool_calls.empty())
        out += chunks.delta({{"tool_calls", tool_calls_json(result, true)}}, nullptr);
      out += chunks.finish(finish_reason(result));
      if (include_usage) out += chunks.usage(result.usage);
    }
    request.exchange.write(out + "data: [DONE]\n\n");
  }

  Context& context_;
};

}  // namespace

void add_openai_chat(Service& service, Context& context) {
  auto chat = std::make_shared<Chat>(context);
  service.add({"POST",
               "/v1/chat/completions",
               {policy::RouteAccess::operator_write, kOpenAiBodyBytesMax},
               "a turn in the form of OpenAI's chat completions",
               [chat](Request request) { return chat->complete(std::move(request)); },
               ErrorStyle::openai});
}

}  // namespace chela::gateway
