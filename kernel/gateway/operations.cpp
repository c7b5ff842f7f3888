#include "kernel/gateway/operations.hpp"

#include <nlohmann/json.hpp>

#include "kernel/gateway/doctor.hpp"
#include "kernel/gateway/reply.hpp"
#include "kernel/runtime/channels/channels.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

class Operations {
 public:
  Operations(Context& context, OperationsSources sources) : context_(context), sources_(std::move(sources)) {}

  Task<Result<void>> health(Request request) {
    auto uptime =
        std::chrono::duration_cast<std::chrono::milliseconds>(context_.loop.now() - context_.started_at).count();
    co_return request.respond(json_text_reply(200, fmt::format(R"({{"status":"ok","uptime":{}}})", uptime)));
  }
  Task<Result<void>> alive(Request request) { co_return request.respond(json_text_reply(200, R"({"status":"ok"})")); }
  Task<Result<void>> ready(Request request) {
    bool ready = sources_.is_ready();
    co_return request.respond(
        json_text_reply(ready ? 200 : 503, ready ? R"({"status":"ready"})" : R"({"status":"not ready"})"));
  }
  Task<Result<void>> metrics(Request request) {
    auto all = runtime_metrics(context_);
    for (auto& metric : sources_.metrics()) all.push_back(metric);
    auto accept = request.http().headers.value_or("accept", "");
    bool text =
        accept.find("text/plain") != std::string_view::npos || accept.find("openmetrics") != std::string_view::npos;
    if (!text) co_return request.respond(json_text_reply(200, metrics_json(all)));
    co_return request.respond(text_reply(200, "text/plain; version=0.0.4; charset=utf-8", metrics_prometheus(all)));
  }
  Task<Result<void>> doctor(Request request) {
    co_return request.respond(json_reply(200, doctor_report(context_, sources_.configuration())));
  }
  Task<Result<void>> doctor_as_text(Request request) {
    auto report = doctor_report(context_, sources_.configuration());
    co_return request.respond(text_reply(200, "text/plain; charset=utf-8", doctor_text(report)));
  }

 private:
  Context& context_;
  OperationsSources sources_;
};

}  // namespace

std::vector<Metric> runtime_metrics(const Context& context) {
  const auto& totals = context.sessions.environment().turn.totals;
  auto count = [](std::uint64_t value) { return static_cast<double>(value); };
  const runtime::ChannelTotals none;
  const auto& channels = context.channels ? context.channels->totals() : none;
  return {
      {"totalTurns", "chela_turns_total", "Turns that have ended", true, count(totals.turns)},
      {"totalLlmCalls", "chela_model_calls_total", "Completions asked of providers", true, count(totals.completions)},
      {"totalLlmErrors", "chela_model_errors_total", "Completions that failed", true, count(totals.failed_completions)},
      {"totalLlmRetries", "chela_model_retries_total", "Completions that were asked again", true,
       count(totals.retried_completions)},
      {"totalInputTokens", "chela_input_tokens_total", "Tokens given to models", true, count(totals.input_tokens)},
      {"totalOutputTokens", "chela_output_tokens_total", "Tokens written by models", true, count(totals.output_tokens)},
      {"totalToolCalls", "chela_tool_calls_total", "Calls of tools", true, count(totals.tool_calls)},
      {"totalToolFailures", "chela_tool_failures_total", "Calls of tools that failed", true,
       count(totals.failed_tool_calls)},
      {"totalToolTimeouts", "chela_tool_timeouts_total", "Calls of tools that took too long", true,
       count(totals.tool_timeouts)},
      {"activeSessions", "chela_sessions_open", "Sessions in memory", false, count(context.sessions.open_count())},
      {"runningTurns", "chela_turns_running", "Sessions with a running turn", false,
       count(context.sessions.running_count())},
      {"channelMessages", "chela_channel_messages_total", "Messages that channels brought", true,
       count(channels.received)},
      {"channelRefusals", "chela_channel_refused_total", "Of those, whose sender is not allowed", true,
       count(channels.refused)},
      {"channelReplies", "chela_channel_replies_total", "Messages of answers that channels delivered", true,
       count(channels.delivered)},
      {"channelSends", "chela_channel_sends_total", "Messages sent unasked", true, count(channels.sent)},
      {"channelSendFailures", "chela_channel_send_failures_total", "Messages sent unasked that failed", true,
       count(channels.failed)},
  };
}

void add_operations(Service& service, Context& context, OperationsSources sources) {
  auto operations = std::make_shared<Operations>(context, std::move(sources));
  auto route = [&](const char* path, policy::RouteAccess access, const char* summary,
                   Task<Result<void>> (Operations::*action)(Request)) {
    service.add({"GET", path, {access, 0}, summary,
                 [operations, action](Request request) { return ((*operations).*action)(std::move(request)); }});
  };
  using policy::RouteAccess;
  route("/health", RouteAccess::operator_read, "status and uptime of the process", &Operations::health);
  route("/healthz", RouteAccess::open, "answers while the process lives", &Operations::alive);
  route("/readyz", RouteAccess::open, "200 when requests are served, else 503", &Operations::ready);
  route("/metrics", RouteAccess::operator_read, "numbers, as JSON or for Prometheus", &Operations::metrics);
  route("/doctor", RouteAccess::operator_read, "what is set up, and what is wrong", &Operations::doctor);
  route("/doctor/text", RouteAccess::operator_read, "the same for people", &Operations::doctor_as_text);
}

}  // namespace chela::gateway
