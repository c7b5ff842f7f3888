#pragma once

// Calls into chela.channel/1 as tasks. Loop thread only; the plugin may answer from any thread.

#include <functional>
#include <memory>
#include <string>

#include "chela/ext/channel.h"
#include "kernel/core/base/clock.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::runtime {

struct AccountName {
  std::string channel;
  std::string account;
};

struct OutboundMessage {
  std::string channel;
  std::string account = "default";
  std::string to;
  std::string thread = {};
  std::string text = {};
  std::string details = "{}";  // JSON object: replyToId, mediaUrl, payload
  std::string idempotency_key = {};
};

enum class AccountAction { connect, disconnect, list };

// One plugin's side of the interface. Copies are cheap.
class ChannelPort {
 public:
  // Error `unsupported` when the plugin has no such interface.
  static Result<ChannelPort> of(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                std::shared_ptr<plugins::LeftoverCalls> leftover);

  // connect: the account's state, a JSON object. disconnect: {}. list: a JSON array of accounts; the empty text when
  // the plugin leaves that to the configuration. `settings` is a JSON object. Errors: the plugin's, and `timed_out`.
  Task<Result<std::string>> act(AccountAction action, AccountName name, std::string settings) const;
  // A receipt, a JSON object.
  Task<Result<std::string>> send(OutboundMessage message, Duration timeout, CancelToken cancel) const;

  const plugins::Instance* instance() const { return instance_.get(); }

 private:
  using Begin = std::function<chela_status(std::uint64_t id, const chela_channel_call*, const chela_error_sink*)>;

  ChannelPort(Loop& loop, std::shared_ptr<plugins::Instance> instance, const chela_plugin_channel* table,
              std::weak_ptr<plugins::LeftoverCalls> leftover)
      : loop_(&loop), instance_(std::move(instance)), table_(table), leftover_(std::move(leftover)) {}
  // `begin` is called before the task first waits.
  static Task<Result<std::string>> run(ChannelPort self, Begin begin, Duration timeout, CancelToken cancel);

  Loop* loop_;
  std::shared_ptr<plugins::Instance> instance_;
  const chela_plugin_channel* table_;
  std::weak_ptr<plugins::LeftoverCalls> leftover_;
};

}  // namespace chela::runtime
