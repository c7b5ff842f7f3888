#include "kernel/gateway/sessions_api.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "kernel/core/base/random.hpp"
#include "kernel/core/net/sse.hpp"
#include "kernel/gateway/channels_api.hpp"
#include "kernel/gateway/event_stream.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/sessions/transcript.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;
using policy::RouteAccess;
using policy::RoutePolicy;

constexpr std::uint64_t kMessageBodyBytesMax = 2 << 20;

std::size_t limit_of(const Request& request, std::size_t fallback, std::size_t highest) {
  auto text = request.http().query_value("limit").value_or("");
  std::size_t limit = fallback;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return std::clamp<std::size_t>(limit, 1, highest);
}

Json summary_json(const runtime::SessionSummary& summary) {
  return {{"id", summary.id}, {"title", summary.title}, {"createdAt", summary.created_at_ms},
          {"updatedAt", summary.updated_at_ms}, {"messageCount", summary.message_count}};
}

std::string text_member(const Json& body, const char* key) {
  auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class SessionsApi {
 public:
  explicit SessionsApi(Context& context) : context_(context) {}

  Task<Result<void>> status(Request request) {
    const auto& model = context_.models.default_model();
    Json body = {
        {"version", context_.version},
        {"uptimeMs",
         std::chrono::duration_cast<std::chrono::milliseconds>(context_.loop.now() - context_.started_at).count()},
        {"model", {{"ref", model.text()}, {"service", model.service}}},
        {"authRequired", context_.access.needs_token()},
        {"channels", channels_json(context_.channels)}};
    if (context_.models.is_demonstration()) {
      body["model"]["demo"] = true;
      body["notice"] =
          "No model is configured: the built-in demonstration answers. Set MODEL_PROVIDER_KEY, add models.providers "
          "to chela.json, or start Ollama on this machine.";
    }
    co_return request.respond(json_reply(200, body));
  }

  Task<Result<void>> list(Request request) {
    CHELA_CO_TRY(auto sessions, co_await context_.sessions.list(limit_of(request, 100, 1000)));
    Json body = {{"sessions", Json::array()}};
    for (const auto& session : sessions) body["sessions"].push_back(summary_json(session));
    co_return request.respond(json_reply(200, body));
  }

  Task<Result<void>> create(Request request) {
    co_return request.respond(json_reply(201, {{"id", runtime::new_session_id()}}));
  }

  Task<Result<void>> read(Request request) {
    std::string id(request.parameter("id"));
    // Taken before the messages are read: what happens meanwhile is then told twice rather than never.
    auto open = context_.sessions.find_open(id);
    auto seq = open ? open->seq() : 0;
    auto held_after = open ? open->held_after() : 0;
    auto open_turns = open ? open->open_turns() : std::vector<std::string>();
    CHELA_CO_TRY(auto stored, co_await context_.sessions.read(id, limit_of(request, 500, 5000) * 4));
    if (auto now = context_.sessions.find_open(id))
      std::ranges::move(now->open_turns(), std::back_inserter(open_turns));
    auto body = summary_json(stored.summary);
    body["running"] = !open_turns.empty();
    body["seq"] = seq;
    body["heldAfter"] = held_after;
    body["messages"] = runtime::transcript_of(stored, open_turns);
    co_return request.respond(json_reply(200, body));
  }

  Task<Result<void>> remove(Request request) {
    CHELA_CO_CHECK(co_await context_.sessions.remove(std::string(request.parameter("id"))));
    co_return request.respond({.status = 204});
  }

  Task<Result<void>> stop(Request request) {
    auto session = context_.sessions.find_open(request.parameter("id"));
    if (session) session->stop();
    co_return request.respond({.status = 204});
  }

  Task<Result<void>> post_message(Request request) {
    CHELA_CO_TRY(auto body, read_json_object(request.http()));
    if (!context_.messages_per_client.take(request.principal.key)) {
      co_return request.respond(
          too_fast_reply(context_.messages_per_client.wait(request.principal.key), ErrorStyle::chela));
    }
    CHELA_CO_TRY(auto session, co_await context_.sessions.open(std::string(request.parameter("id")),
                                                               {.channel = "api", .peer = request.principal.key}));
    runtime::NewMessage message{.text = text_member(body, "text"), .message_id = text_member(body, "messageId"),
                                .model = text_member(body, "model"), .sender = {request.principal.key, true}};
    if (message.message_id.empty()) message.message_id = "msg-" + random_hex(16);
    MessageEvents events(session, message.message_id);
    CHELA_CO_TRY(auto accepted, co_await session->submit(std::move(message)));
    if (accepted.duplicate) {
      co_return request.respond(json_reply(200, {{"messageId", accepted.message_id}, {"duplicate", true}}));
    }
    bool streamed = request.http().headers.value_or("accept", "").find("text/event-stream") != std::string_view::npos;
    auto done = streamed ? stream(request, events) : answer(request, events, accepted.message_id);
    co_return co_await std::move(done);
  }

 private:
  Task<Result<void>> stream(Request& request, MessageEvents& events) {
    CHELA_CO_CHECK(request.start_stream(200, net::sse_headers()));
    for (;;) {
      auto item = co_await events.queue().next(request.exchange.cancel_token());
      if (!item) co_return std::unexpected(std::move(item.error()));
      std::string out;
      net::append_event(out, {.data = item->json});
      if (request.exchange.write(out) == net::WriteState::over_limit) {
        CHELA_CO_CHECK(co_await request.exchange.drained());
      }
      if (item->type == runtime::EventType::typing_stop) co_return Result<void>{};
    }
  }

  Task<Result<void>> answer(Request& request, MessageEvents& events, std::string message_id) {
    for (;;) {
      CHELA_CO_TRY(auto item, co_await events.queue().next(request.exchange.cancel_token()));
      if (item.type != runtime::EventType::assistant_done) continue;
      const auto& result = *item.result;
      Json message = {
          {"role", "assistant"},
          {"text", result.text},
          {"finishReason", result.finish_reason},
          {"inReplyToMessageId", message_id},
          {"usage", {{"inputTokens", result.usage.input_tokens}, {"outputTokens", result.usage.output_tokens}}}};
      if (result.error) message["error"] = {{"code", name_of(result.error->code)}, {"message", result.error->message}};
      co_return request.respond(json_reply(200, {{"message", message}}));
    }
  }

  Context& context_;
};

}  // namespace

void add_sessions_api(Service& service, Context& context) {
  auto api = std::make_shared<SessionsApi>(context);
  auto route = [&](const char* method, const char* path, RoutePolicy policy, const char* summary,
                   Task<Result<void>> (SessionsApi::*action)(Request)) {
    service.add({method, path, policy, summary,
                 [api, action](Request request) { return ((*api).*action)(std::move(request)); }});
  };
  const RoutePolicy read(RouteAccess::operator_read, 0);
  const RoutePolicy write(RouteAccess::operator_write, 4096);
  route("GET", "/api/status", read, "version, model in use, whether a token is asked for", &SessionsApi::status);
  route("GET", "/api/sessions", read, "the sessions, newest first", &SessionsApi::list);
  route("POST", "/api/sessions", write, "an id for a new session", &SessionsApi::create);
  route("GET", "/api/sessions/{id}", read, "a session with its last messages", &SessionsApi::read);
  route("DELETE", "/api/sessions/{id}", write, "removes a session for good", &SessionsApi::remove);
  route("POST", "/api/sessions/{id}/messages", {RouteAccess::operator_write, kMessageBodyBytesMax},
        "a message to a session; the answer at once or as events", &SessionsApi::post_message);
  route("POST", "/api/sessions/{id}/stop", write, "ends the running turn", &SessionsApi::stop);
}

}  // namespace chela::gateway
