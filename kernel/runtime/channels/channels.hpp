#pragma once

// Channels as the rest of the gateway knows them: what comes in, what goes out, how their accounts are. Loop thread only.

#include <functional>
#include <memory>
#include <string>

#include "kernel/runtime/channels/accounts.hpp"
#include "kernel/runtime/channels/conversation.hpp"

namespace chela::runtime {

// What the one who brings a message wants of the answer, beside the operator's settings.
struct ReplyWishes {
  bool no_blocks = false;
  bool partial = false;
  bool reasoning = false;
};

struct ChannelTotals {
  std::uint64_t received = 0;
  std::uint64_t refused = 0;     // by the rules on senders
  std::uint64_t duplicates = 0;
  std::uint64_t delivered = 0;   // messages of answers
  std::uint64_t sent = 0;        // by send()
  std::uint64_t failed = 0;      // of those
};

class Channels {
 public:
  struct Environment {
    Loop& loop;
    log::Logger logger;
    plugins::PluginSet& plugins;
    Sessions& sessions;
    std::function<std::vector<std::string>()> channels_on;
    // The section of a channel as it is written, and with its secrets filled in; objects.
    std::function<nlohmann::json(const std::string& channel)> settings_of;
    std::function<nlohmann::json(const std::string& channel)> account_settings_of;
    // agents.defaults: blockStreamingDefault and verboseDefault.
    std::function<ReplyStyle()> default_style;
  };

  explicit Channels(Environment environment);
  Channels(const Channels&) = delete;
  Channels& operator=(const Channels&) = delete;

  ChannelAccounts& accounts() { return accounts_; }
  const ChannelAccounts& accounts() const { return accounts_; }
  SessionNotes& notes() { return notes_; }
  const ChannelTotals& totals() const { return totals_; }

  // Runs the turn that `message` asks for; `sink` outlives the task. Errors: `denied` (the rules on senders),
  // `unavailable` (the gateway is stopping), and those of converse().
  Task<Result<PieceCounts>> take(Conversing what, ReplyWishes wishes, PieceSink& sink, CancelToken cancel);
  // A message of a native plugin: `stored` is told as soon as it is on disk or refused; the answer leaves by send().
  void receive(InboundMessage message, std::move_only_function<void(Result<void>)> stored);

  // Sends once, after plugins had their say (message_sending), and tells them (message_sent). The receipt, a JSON object.
  // Errors: `not_found` (no such channel), `denied` (a plugin stops it), and those of the channel's plugin.
  Task<Result<std::string>> send(OutboundMessage message, CancelToken cancel = {});

  // From now on nothing is taken in; what runs goes on.
  void refuse_new() { refusing_ = true; }

 private:
  class Answering;
  Task<Result<std::string>> send_now(OutboundMessage message, CancelToken cancel);
  ReplyStyle style_for(const InboundMessage& message, const ReplyWishes& wishes) const;

  Environment environment_;
  SessionNotes notes_;
  ConversationEnvironment conversation_;
  ChannelAccounts accounts_;
  ChannelTotals totals_;
  bool refusing_ = false;
};

}  // namespace chela::runtime
