#include <nlohmann/json.hpp>

#include "kernel/core/base/random.hpp"
#include "kernel/core/base/json.hpp"
#include "kernel/core/net/sse.hpp"
#include "kernel/gateway/openai_api.hpp"
#include "kernel/gateway/openai_turn.hpp"
#include "kernel/gateway/reply.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using runtime::EventType;

Json usage_json(const runtime::Usage& usage) {
  return {{"input_tokens", usage.input_tokens},
          {"input_tokens_details", {{"cached_tokens", usage.cached_input_tokens}}},
          {"output_tokens", usage.output_tokens},
          {"output_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
          {"total_tokens", usage.input_tokens + usage.output_tokens}};
}

// One response while it grows: the object, and the numbered events about it.
class Response {
 public:
  Response(Context& context, std::string model)
      : id_("resp_" + random_hex(24)), message_id_("msg_" + random_hex(24)), model_(std::move(model)),
        created_(context.loop.clock().unix_ms() / 1000) {}

  Json object(std::string_view status, const runtime::TurnResult* result) const {
    Json body = {{"id", id_},
                 {"object", "response"},
                 {"created_at", created_},
                 {"status", status},
                 {"model", model_},
                 {"output", Json::array()},
                 {"error", nullptr},
                 {"incomplete_details", nullptr},
                 {"instructions", nullptr},
                 {"metadata", Json::object()},
                 {"parallel_tool_calls", true},
                 {"temperature", nullptr},
                 {"top_p", nullptr},
                 {"tool_choice", "auto"},
                 {"tools", Json::array()},
                 {"usage", nullptr}};
    if (!result) return body;
    if (!result->text.empty() || result->client_tool_calls.empty())
      body["output"].push_back(message("completed", result->text));
    for (const auto& call : result->client_tool_calls) body["output"].push_back(call_item(call));
    body["usage"] = usage_json(result->usage);
    if (result->error) body["error"] = {{"code", name_of(result->error->code)}, {"message", result->error->message}};
    if (status == "incomplete") body["incomplete_details"] = {{"reason", "max_output_tokens"}};
    return body;
  }
  Json message(std::string_view status, const std::string& text) const {
    Json content = Json::array();
    if (status == "completed") content.push_back(part(text));
    return {{"type", "message"}, {"id", message_id_}, {"status", status}, {"role", "assistant"}, {"content", content}};
  }
  static Json part(const std::string& text) {
    return {{"type", "output_text"}, {"text", text}, {"annotations", Json::array()}};
  }
  static Json call_item(const runtime::ToolCallRequest& call) {
    return {{"type", "function_call"}, {"id", "fc_" + call.id}, {"call_id", call.id}, {"name", call.name},
            {"arguments", call.arguments}, {"status", "completed"}};
  }

  std::string event(std::string_view type, Json members) {
    members["type"] = type;
    members["sequence_number"] = sequence_++;
    std::string out;
    net::append_event(out, {.data = json_text(members), .event = type});
    return out;
  }
  // Members that name the text part of the message.
  Json text_place(Json members) const {
    members.update({{"item_id", message_id_}, {"output_index", 0}, {"content_index", 0}});
    return members;
  }

 private:
  std::string id_;
  std::string message_id_;
  std::string model_;
  std::int64_t created_;
  std::uint64_t sequence_ = 0;
};

std::string_view status_of_result(const runtime::TurnResult& result) {
  if (ended_badly(result)) return "failed";
  return result.finish_reason == "length" || result.finish_reason == "limit" ? "incomplete" : "completed";
}

class Responses {
 public:
  explicit Responses(Context& context) : context_(context) {}

  Task<Result<void>> create(Request request) {
    CHELA_CO_TRY(auto wanted, read_responses_request(request.http()));
    if (!context_.messages_per_client.take(request.principal.key)) {
      co_return request.respond(
          too_fast_reply(context_.messages_per_client.wait(request.principal.key), ErrorStyle::openai));
    }
    bool streamed = wanted.stream;
    CHELA_CO_TRY(auto turn, co_await OpenAiTurn::start(context_, std::move(wanted), request.principal));
    auto done = streamed ? stream(request, *turn) : answer(request, *turn);
    co_return co_await std::move(done);
  }

 private:
  Task<Result<void>> answer(Request& request, OpenAiTurn& turn) {
    Response response(context_, turn.model());
    for (;;) {
      CHELA_CO_TRY(auto event, co_await turn.next(request.exchange.cancel_token()));
      if (event.type != EventType::assistant_done) continue;
      if (ended_badly(*event.result)) co_return std::unexpected(*event.result->error);
      co_return request.respond(json_reply(200, response.object(status_of_result(*event.result), event.result.get())));
    }
  }

  Task<Result<void>> stream(Request& request, OpenAiTurn& turn) {
    Response response(context_, turn.model());
    CHELA_CO_CHECK(request.start_stream(200, net::sse_headers()));
    auto begun = response.object("in_progress", nullptr);
    request.exchange.write(response.event("response.created", {{"response", begun}}));
    request.exchange.write(response.event("response.in_progress", {{"response", begun}}));
    bool speaking = false;
    for (;;) {
      auto event = co_await turn.next(request.exchange.cancel_token());
      if (!event) co_return std::unexpected(std::move(event.error()));
      if (event->type == EventType::assistant_done) {
        request.exchange.write(closing(response, *event->result, speaking));
        co_return Result<void>{};
      }
      if (event->type != EventType::assistant_chunk) continue;
      std::string out;
      if (!std::exchange(speaking, true)) out = opening(response);
      out += response.event("response.output_text.delta",
                            response.text_place({{"delta", event->text}, {"logprobs", Json::array()}}));
      if (request.exchange.write(out) == net::WriteState::over_limit) {
        CHELA_CO_CHECK(co_await request.exchange.drained());
      }
    }
  }

  static std::string opening(Response& response) {
    return response.event("response.output_item.added",
                          {{"output_index", 0}, {"item", response.message("in_progress", "")}}) +
           response.event("response.content_part.added", response.text_place({{"part", Response::part("")}}));
  }

  static std::string closing(Response& response, const runtime::TurnResult& result, bool speaking) {
    std::string out;
    int index = 0;
    if (speaking) {
      out += response.event("response.output_text.done",
                            response.text_place({{"text", result.text}, {"logprobs", Json::array()}}));
      out += response.event("response.content_part.done", response.text_place({{"part", Response::part(result.text)}}));
      out += response.event("response.output_item.done",
                            {{"output_index", index++}, {"item", response.message("completed", result.text)}});
    }
    for (const auto& call : result.client_tool_calls) {
      auto item = Response::call_item(call);
      Json begun = item;
      begun["arguments"] = "";
      begun["status"] = "in_progress";
      Json place = {{"output_index", index}, {"item_id", item["id"]}};
      auto with = [&](Json members) { return members.update(place), members; };
      out += response.event("response.output_item.added", {{"output_index", index}, {"item", begun}});
      out += response.event("response.function_call_arguments.delta", with({{"delta", call.arguments}}));
      out += response.event("response.function_call_arguments.done",
                            with({{"arguments", call.arguments}, {"name", call.name}}));
      out += response.event("response.output_item.done", {{"output_index", index++}, {"item", item}});
    }
    auto status = status_of_result(result);
    return out + response.event("response." + std::string(status), {{"response", response.object(status, &result)}});
  }

  Context& context_;
};

}  // namespace

void add_openai_responses(Service& service, Context& context) {
  auto responses = std::make_shared<Responses>(context);
  service.add({"POST",
               "/v1/responses",
               {policy::RouteAccess::operator_write, kOpenAiBodyBytesMax},
               "a turn in the form of OpenAI's responses",
               [responses](Request request) { return responses->create(std::move(request)); },
               ErrorStyle::openai});
}

}  // namespace chela::gateway
