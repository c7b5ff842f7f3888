#include "kernel/runtime/channels/channel_call.hpp"

#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/pending_call.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {
namespace {

using plugins::to_abi;

constexpr std::size_t kAnswerBytesMax = 256 * 1024;
constexpr auto kAccountTimeout = std::chrono::seconds(30);

std::uint64_t milliseconds(Duration time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

Result<ChannelPort> ChannelPort::of(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                    std::shared_ptr<plugins::LeftoverCalls> leftover) {
  const auto* table = instance->extension<chela_plugin_channel>(CHELA_EXT_CHANNEL);
  if (!table || !CHELA_HAS(table, chela_plugin_channel, cancel) || !table->connect || !table->disconnect ||
      !table->send) {
    return fail(ErrorCode::unsupported, "plugin {} has no channel behind its interface", instance->manifest().id);
  }
  return ChannelPort(loop, std::move(instance), table, std::move(leftover));
}

Task<Result<std::string>> ChannelPort::act(AccountAction action, AccountName name, std::string settings) const {
  bool lists = CHELA_HAS(table_, chela_plugin_channel, accounts) && table_->accounts;
  if (action == AccountAction::list && !lists) {
    constexpr auto nothing = []() -> Task<Result<std::string>> { co_return std::string(); };
    return nothing();
  }
  auto begin = [table = table_, plugin = instance_->plugin(), action, name = std::move(name),
                settings = std::move(settings)](std::uint64_t id, const chela_channel_call* call,
                                                const chela_error_sink* error) {
    chela_channel_account account{sizeof(chela_channel_account), id, to_abi(name.channel), to_abi(name.account),
                                  to_abi(settings), milliseconds(kAccountTimeout)};
    auto* function = action == AccountAction::connect      ? table->connect
                     : action == AccountAction::disconnect ? table->disconnect
                                                           : table->accounts;
    return function(plugin, &account, call, error);
  };
  return run(*this, std::move(begin), kAccountTimeout, {});
}

Task<Result<std::string>> ChannelPort::send(OutboundMessage message, Duration timeout, CancelToken cancel) const {
  auto begin = [table = table_, plugin = instance_->plugin(), message = std::move(message), timeout](
                   std::uint64_t id, const chela_channel_call* call, const chela_error_sink* error) {
    chela_channel_message given{sizeof(chela_channel_message), id,
                                to_abi(message.channel),       to_abi(message.account),
                                to_abi(message.to),            to_abi(message.thread),
                                to_abi(message.text),          to_abi(message.details),
                                to_abi(message.idempotency_key), milliseconds(timeout)};
    return table->send(plugin, &given, call, error);
  };
  return run(*this, std::move(begin), timeout, std::move(cancel));
}

Task<Result<std::string>> ChannelPort::run(ChannelPort self, Begin begin, Duration timeout, CancelToken cancel) {
  CHELA_CO_CHECK(cancel.check());
  auto deadline = self.loop_->now() + timeout;
  plugins::LeftoverCall leftover(self.leftover_, next_call_id());
  auto pending = std::make_shared<plugins::PendingOf<chela_channel_call>>(
      *self.loop_, plugins::PendingCall::Options{.answer_bytes_max = kAnswerBytesMax, .leftover = leftover});
  plugins::Abandon abandon{self.instance_, self.table_, pending};
  pending->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(error, [&] { return begin(leftover.id(), pending->call(), error.sink()); });
  if (status != CHELA_OK) {
    pending->over();
    co_return std::unexpected(error.error("plugin " + self.instance_->manifest().id, status));
  }
  auto waiting = wait_for(*self.loop_, pending->ended(), deadline, std::move(cancel));
  CHELA_CO_TRY(auto answer, co_await std::move(waiting));
  co_return std::move(answer.text);
}

}  // namespace chela::runtime
