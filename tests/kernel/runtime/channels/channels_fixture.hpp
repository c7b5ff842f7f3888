#pragma once

// Channels over real sessions, with a native channel plugin that does what a test says.

#include <deque>
#include <map>
#include <optional>

#include "kernel/runtime/channels/channels.hpp"
#include "tests/kernel/runtime/sessions/session_fixture.hpp"

namespace chela::runtime {

// A channel that keeps what it is asked for.
class ScriptedChannel {
 public:
  struct Sent {
    std::string account, to, text;
  };

  // The table, to be offered by a ScriptedPlugin whose `self` finds this.
  static const chela_plugin_channel* table() {
    static const chela_plugin_channel all = {sizeof(chela_plugin_channel), &connect, &disconnect, &send,
                                             &cancel,                      nullptr,  nullptr};
    return &all;
  }
  static ScriptedChannel*& current() {
    static ScriptedChannel* one = nullptr;
    return one;
  }

  std::vector<std::string> calls;  // "connect default"
  std::vector<Sent> sent;
  std::deque<chela_status> connect_results;  // OK when empty
  chela_status send_result = CHELA_OK;
  bool hold = false;  // answers nothing
  std::vector<std::uint64_t> cancelled;
  const chela_channel_call* held = nullptr;

 private:
  static std::string text(chela_str value) { return std::string(from_abi(value)); }
  static chela_status connect(const chela_plugin*, const chela_channel_account* account, const chela_channel_call* call,
                              const chela_error_sink*) {
    auto& self = *current();
    self.calls.push_back("connect " + text(account->account));
    auto result = CHELA_OK;
    if (!self.connect_results.empty()) {
      result = self.connect_results.front();
      self.connect_results.pop_front();
    }
    call->complete(call, result, to_abi(result == CHELA_OK ? R"({"running":true,"connected":true})" : "no network"), 0);
    return CHELA_OK;
  }
  static chela_status disconnect(const chela_plugin*, const chela_channel_account* account,
                                 const chela_channel_call* call, const chela_error_sink*) {
    current()->calls.push_back("disconnect " + text(account->account));
    call->complete(call, CHELA_OK, to_abi("{}"), 0);
    return CHELA_OK;
  }
  static chela_status send(const chela_plugin*, const chela_channel_message* message, const chela_channel_call* call,
                           const chela_error_sink* error) {
    auto& self = *current();
    if (self.send_result == CHELA_INVALID_ARGUMENT) {
      error->set(error, to_abi("no such person"));
      return CHELA_INVALID_ARGUMENT;
    }
    self.sent.push_back({text(message->account), text(message->to), text(message->text)});
    if (self.hold) {
      self.held = call;
      return CHELA_OK;
    }
    call->complete(call, self.send_result, to_abi(self.send_result == CHELA_OK ? R"({"messageId":"id-1"})" : "busy"), 0);
    return CHELA_OK;
  }
  static void cancel(const chela_plugin*, std::uint64_t call_id) { current()->cancelled.push_back(call_id); }
};

// Takes pieces as a channel would.
class KeptPieces final : public PieceSink {
 public:
  Task<Result<void>> deliver(Piece piece) override {
    lines.push_back(std::string(name_of(piece.kind)) + (piece.text.empty() ? "" : " " + piece.text));
    if (then) then(piece);
    co_return result;
  }
  std::vector<std::string> lines;
  Result<void> result;
  std::function<void(const Piece&)> then;
};

class ChannelsTest : public SessionTest {
 protected:
  void SetUp() override {
    ScriptedChannel::current() = &channel;
    write_manifest(chat, R"("provides": [{"kind": "channel", "id": "chat"}])");
    chat.extensions[CHELA_EXT_CHANNEL] = ScriptedChannel::table();
    more_plugins = {&chat};
    SessionTest::SetUp();
    channels.emplace(Channels::Environment{
        .loop = loop,
        .logger = logger,
        .plugins = *set,
        .sessions = *sessions,
        .channels_on = [this] { return on; },
        .settings_of = [this](const std::string&) { return settings; },
        .account_settings_of = [this](const std::string&) { return settings; },
        .default_style = [this] { return style; }});
  }
  void TearDown() override {
    auto stopping = channels->accounts().stop(loop.now() + std::chrono::seconds(5));
    std::optional<bool> stopped;
    constexpr auto wait = [](Task<void> task, std::optional<bool>& done) -> Task<Result<void>> {
      co_await std::move(task);
      done = true;
      co_return Result<void>{};
    };
    loop.spawn("stop", wait(std::move(stopping), stopped));
    run_until([&] { return stopped.has_value(); });
    SessionTest::TearDown();
    channels.reset();
  }

  InboundMessage message(std::string text, std::string id = "m1") {
    return {.plugin_id = "chat", .channel = "chat", .peer = "ann", .service_id = std::move(id), .sender = "ann",
            .session_key = "agent:main:chat:direct:ann", .text = std::move(text)};
  }
  void begin(InboundMessage given, PieceSink& sink, std::optional<Result<PieceCounts>>& out, CancelToken cancel = {},
             ReplyWishes wishes = {}) {
    opened.push_back("agent:main:chat:direct:ann");
    loop.spawn("take", keep(channels->take({.message = std::move(given), .style = {}}, wishes, sink, cancel), out));
  }
  Result<PieceCounts> take(InboundMessage given, PieceSink& sink, ReplyWishes wishes = {}) {
    std::optional<Result<PieceCounts>> out;
    begin(std::move(given), sink, out, {}, wishes);
    run_until([&] { return out.has_value(); });
    return *out;
  }

  ScriptedChannel channel;
  plugins::ScriptedPlugin& chat = plugin("chat");
  std::vector<std::string> on;
  nlohmann::json settings = nlohmann::json::object();
  ReplyStyle style;
  std::optional<Channels> channels;
};

}  // namespace chela::runtime
