#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance {
namespace {

constexpr std::size_t kDepth = 60;
constexpr std::size_t kLongBytes = 300'000;
constexpr std::uint64_t kLargeCallId = (std::uint64_t{1} << 62) + 7;
constexpr std::uint64_t kSameLowHalf = (std::uint64_t{1} << 32) + kLargeCallId;
constexpr std::uint64_t kStranger = 4'000'000'000;
constexpr int kCancels = 3;

// Cancels by the id in the interface's table.
template <class Table>
std::function<void(testing::FakeHost&, const OpenAsk&)> cancel_by(const char* id) {
  return [id](testing::FakeHost& host, const OpenAsk& open) {
    const auto* table = static_cast<const Table*>(host.get_extension(std::string_view(id)));
    if (table == nullptr) return;
    if (auto* answer = dynamic_cast<testing::RecordedAnswer*>(open.end.get())) answer->set_gone();
    if (auto* call = dynamic_cast<testing::RecordedFunction*>(open.end.get())) call->set_cancelled();
    host.attempt(id, [&](testing::Loan&, const chela_error_sink*) {
      table->cancel(host.plugin(), open.call_id);
      return CHELA_OK;
    });
    host.pump();
  };
}

// A call that `begin(host)` makes, and which is cancelled through `Table`.
template <class Table, class Begin>
Ask ask_of(std::string what, const char* id, Begin begin) {
  return {std::move(what),
          [begin](testing::FakeHost& host) {
            const auto call = begin(host);
            return OpenAsk{call, call->call_id()};
          },
          cancel_by<Table>(id)};
}

template <class Begin>
Ask channel_ask(std::string what, Begin begin) {
  return ask_of<chela_plugin_channel>(std::move(what), CHELA_EXT_CHANNEL, begin);
}

// What kinds of functions usually have; a plugin that lacks one says so.
std::vector<std::string> usual_paths(const std::string& kind) {
  if (kind == "memory" || kind == "store") return {"search", "add", "get", "clear"};
  if (kind == "embeddings") return {"embed", "embedBatch", "embedQuery"};
  if (kind == "web_search") return {"search", "fetch", "execute"};
  if (kind == "speech") return {"synthesize", "transcribe", "listVoices"};
  if (kind == "context_engine") return {"assemble", "ingest", "compact"};
  if (kind == "secrets") return {"get", "list"};
  return {"describe", "generate", "export"};
}

std::vector<testing::AccountAsk> accounts_of(const Manifest& manifest) {
  std::vector<testing::AccountAsk> out;
  for (const ChannelManifest& channel : manifest.channels) out.push_back({channel.id});
  return out;
}

void append(Asks& all, Asks more) {
  for (Ask& ask : more) all.push_back(std::move(ask));
}

}  // namespace

const char* const kPlainEvent =
    R"({"toolName":"time","toolCallId":"c1","params":{},"runId":"r1","prompt":"Hello","messages":[],"content":"Hello",)"
    R"("to":"ada","from":"ada","message":{"role":"assistant","content":"Hello"},"payload":{"text":"Hello"},)"
    R"("result":{"content":[{"type":"text","text":"Hello"}]},"sessionId":"s1","sessionKey":"agent:main:main"})";
const char* const kPlainContext =
    R"({"agentId":"main","sessionKey":"agent:main:main","sessionId":"s1","runId":"r1","channel":"check",)"
    R"("senderId":"ada","isAuthorizedSender":true,"commandBody":"/check","scopes":["operator.write"]})";

Ask hook_ask(std::string point, std::string event, std::string context) {
  return ask_of<chela_plugin_hook>("the hook " + point, CHELA_EXT_HOOK,
                                   [=](testing::FakeHost& host) { return testing::pass(host, point, event, context); });
}

Ask command_ask(std::string command, std::string arguments, std::string context) {
  return ask_of<chela_plugin_command>("the command /" + command, CHELA_EXT_COMMAND, [=](testing::FakeHost& host) {
    return testing::run_command(host, command, arguments, context);
  });
}

Ask method_ask(std::string method, std::string params, std::string context) {
  return ask_of<chela_plugin_gateway_method>(
      "the method " + method, CHELA_EXT_GATEWAY_METHOD,
      [=](testing::FakeHost& host) { return testing::call_method(host, method, params, context); });
}

Ask function_ask(testing::FunctionAsk ask) {
  const std::string what = fmt::format("the function \"{}\" of {}/{}", ask.path, ask.kind, ask.id);
  return ask_of<chela_plugin_capability>(what, CHELA_EXT_CAPABILITY,
                                         [ask](testing::FakeHost& host) { return testing::call_function(host, ask); });
}

Ask route_ask(testing::RouteAsk ask) {
  return ask_of<chela_plugin_http_route>("the answer to " + ask.method + " " + ask.route, CHELA_EXT_HTTP_ROUTE,
                                         [ask](testing::FakeHost& host) { return testing::request(host, ask); });
}

Ask connect_ask(testing::AccountAsk account) {
  return channel_ask("connect() of " + account.channel,
                     [account](testing::FakeHost& host) { return testing::connect(host, account); });
}

Ask disconnect_ask(testing::AccountAsk account) {
  return channel_ask("disconnect() of " + account.channel,
                     [account](testing::FakeHost& host) { return testing::disconnect(host, account); });
}

Ask accounts_ask(testing::AccountAsk channel) {
  return channel_ask("accounts() of " + channel.channel,
                     [channel](testing::FakeHost& host) { return testing::list_accounts(host, channel); });
}

Ask send_ask(testing::MessageAsk message) {
  return channel_ask("send() of " + message.channel,
                     [message](testing::FakeHost& host) { return testing::send(host, message); });
}

Asks plain_hooks(const Manifest& manifest) {
  Asks out;
  for (const std::string& point : manifest.points) out.push_back(hook_ask(point, kPlainEvent, kPlainContext));
  return out;
}

Asks plain_commands(const Manifest& manifest) {
  Asks out;
  for (const CommandManifest& command : manifest.commands)
    out.push_back(command_ask(command.name, "tea, cake", kPlainContext));
  return out;
}

Asks plain_methods(const Manifest& manifest) {
  Asks out;
  for (const MethodManifest& method : manifest.methods) out.push_back(method_ask(method.name, "{}", kPlainContext));
  return out;
}

Asks plain_functions(const Manifest& manifest) {
  Asks out;
  for (const FunctionsManifest& functions : manifest.functions) {
    for (const std::string& path : usual_paths(functions.kind))
      out.push_back(function_ask({functions.kind, functions.id, path, R"(["tea",{"limit":3}])"}));
  }
  return out;
}

Asks plain_requests(const Manifest& manifest) {
  Asks out;
  for (const RouteManifest& route : manifest.routes) {
    const std::string target = route.path + (route.match == "prefix" ? "/tea?x=1" : "?x=1");
    out.push_back(route_ask({"GET", route.path, target, "", {{"accept", "*/*"}}}));
    out.push_back(route_ask({"POST", route.path, target, "{}", {{"content-type", "application/json"}}}));
  }
  return out;
}

Asks plain_connects(const Manifest& manifest) {
  Asks out;
  for (const testing::AccountAsk& account : accounts_of(manifest)) out.push_back(connect_ask(account));
  return out;
}

Asks plain_sends(const Manifest& manifest) {
  Asks out;
  for (const ChannelManifest& channel : manifest.channels)
    out.push_back(send_ask({channel.id, "default", "ada", "Hello, *Ada*!"}));
  return out;
}

Asks plain_disconnects(const Manifest& manifest) {
  Asks out;
  for (const testing::AccountAsk& account : accounts_of(manifest)) out.push_back(disconnect_ask(account));
  return out;
}

Asks plain_asks(const Manifest& manifest) {
  Asks all = plain_hooks(manifest);
  for (auto more : {&plain_commands, &plain_methods, &plain_functions, &plain_requests, &plain_connects, &plain_sends,
                    &plain_disconnects}) {
    append(all, more(manifest));
  }
  return all;
}

std::vector<std::string> extreme_objects() {
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  return {
      "{}",
      R"({"toolName":)" + deep + R"(,"params":)" + deep + R"(,"content":)" + deep + R"(,"messages":)" + deep + "}",
      R"({"toolName":7,"params":null,"content":true,"messages":{},"message":"text","payload":[],"result":-0.0})",
      R"({"toolName":")" + std::string(kLongBytes, 'a') + R"("})",
      R"({"content":"\ud800 a\u0000b \u202e\u0007\uffff","toolName":""})",
      R"({"":"","\u0000":{},"n":123456789012345678901234567890,"e":1e-400})",
      " \t\r\n{ } \n",
  };
}

std::vector<std::string> odd_texts() {
  return {"",
          " \t\r\n",
          std::string(kLongBytes, 'a'),
          std::string("a\0b", 3),
          "\x1b[2J\x07\xE2\x80\xAE",
          "../../../../etc/passwd",
          "%s%n ${HOME} {{secret:KEY}} $(id)",
          "line\r\nX-Injected: yes\r\n\r\n",
          "\xF0\x9F\xA6\x80\xF0\x9F\xA6\x80",
          "{\"action\":" + std::string(kDepth, '[') + std::string(kDepth, ']') + "}"};
}

bool ends(Subject& subject, const Ask& ask, const OpenAsk& open) {
  if (subject.settle(*open.end)) return true;
  const auto* answer = dynamic_cast<testing::RecordedAnswer*>(open.end.get());
  if (answer == nullptr || answer->status() == 0) return false;
  ask.cancel(subject.host(), open);
  return subject.settle(*open.end);
}

void expect_ends(Subject& subject, const Asks& asks) {
  for (const Ask& ask : asks) {
    const OpenAsk open = ask.begin(subject.host());
    if (!ends(subject, ask, open)) fail("{} never completed, though nothing is left to wait for", ask.what);
    const testing::Outcome outcome = open.end->outcome();
    if (!outcome.ok() && outcome.text.empty()) fail("{} failed and did not say why", ask.what);
    subject.expect_no_breach();
  }
}

void expect_completions(Context& context, const Asks& before, const Asks& asks) {
  Subject subject(context);
  subject.up();
  expect_ends(subject, before);
  expect_ends(subject, asks);
  subject.finish();
}

void expect_cancels(Context& context, const Asks& before, const Asks& asks) {
  const std::uint64_t time_ms = context.options.deadline_ms / 8;
  for (const Ask& ask : asks) {
    Subject subject(context);
    subject.up();
    expect_ends(subject, before);
    ask.cancel(subject.host(), {nullptr, kStranger});
    OpenAsk open = ask.begin(subject.host());
    for (int i = 0; i < kCancels; ++i) ask.cancel(subject.host(), open);
    if (!open.end->wait_ms(time_ms)) fail("{} did not complete after cancel()", ask.what);
    ask.cancel(subject.host(), open);  // it may come late

    // Two calls whose ids differ in their upper half only: one is cancelled, the other goes on to its end.
    subject.host().set_next_call_id(kLargeCallId);
    const OpenAsk cancelled = ask.begin(subject.host());
    subject.host().set_next_call_id(kSameLowHalf);
    const OpenAsk other = ask.begin(subject.host());
    const bool went_on = !other.end->completed();
    ask.cancel(subject.host(), cancelled);
    if (!cancelled.end->wait_ms(time_ms)) fail("{} did not end the call with the id {}", ask.what, cancelled.call_id);
    if (went_on && other.end->completed() && other.end->outcome().status == CHELA_CANCELLED)
      fail("cancelling the call {} of {} has cancelled {}", cancelled.call_id, ask.what, other.call_id);
    if (!ends(subject, ask, other)) fail("{} lost a call when another was cancelled", ask.what);
    subject.finish();
  }
}

void expect_stop_ends(Context& context, const Asks& before, const Asks& asks) {
  Subject subject(context);
  subject.up();
  expect_ends(subject, before);
  std::vector<OpenAsk> open;
  for (const Ask& ask : asks) open.push_back(ask.begin(subject.host()));
  subject.host().stop();
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (!open[i].end->wait_ms(context.options.deadline_ms / 8)) fail("stop() left {} open", asks[i].what);
  }
  subject.finish();
}

void require_kind(const Context& context, const char* kind) {
  if (!context.manifest.provides(kind)) skip("the plugin has no {}", kind);
}

}  // namespace chela::conformance
