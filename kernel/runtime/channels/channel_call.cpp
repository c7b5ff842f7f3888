#include "kernel/runtime/channels/channel_call.hpp"

#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
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

// The host's end of one call. It keeps itself alive until the plugin has completed.
class ChannelPort::Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(Loop& loop, plugins::LeftoverCall leftover)
      : loop_(loop), leftover_(std::move(leftover)), call_{sizeof(chela_channel_call), this, &on_complete} {}

  const chela_channel_call* call() const { return &call_; }
  Completion<Result<std::string>>& ended() { return ended_; }
  void begin() { until_completed_ = shared_from_this(); }
  void over() {
    until_completed_.reset();
    leftover_.completed();
  }
  bool running() const { return until_completed_ != nullptr; }
  void abandon() {
    if (running()) leftover_.answered_for();
  }

 private:
  static void on_complete(const chela_channel_call* call, chela_status status, chela_str text, std::uint64_t) {
    auto& self = *static_cast<Reception*>(call->context);
    std::string copy(cut_utf8(plugins::from_abi(text), kAnswerBytesMax));
    // Posted even from the loop thread: a plugin may complete before the caller has begun to wait.
    self.loop_.post([keep = self.shared_from_this(), status, copy = std::move(copy)]() mutable {
      keep->over();
      if (status == CHELA_OK) {
        keep->ended_.set(std::move(copy));
      } else {
        keep->ended_.set(fail(plugins::to_error_code(status), "{}", copy.empty() ? "the channel gave no reason" : copy));
      }
    });
  }

  Loop& loop_;
  plugins::LeftoverCall leftover_;
  chela_channel_call call_;
  Completion<Result<std::string>> ended_;
  std::shared_ptr<Reception> until_completed_;
};

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
  struct Abandon {
    ChannelPort& port;
    std::shared_ptr<Reception> reception;
    std::uint64_t id;
    ~Abandon() {
      reception->abandon();
      if (!reception->running() || !port.table_->cancel) return;
      plugins::ErrorText error;
      plugins::guarded(error, [&] {
        port.table_->cancel(port.instance_->plugin(), id);
        return CHELA_OK;
      });
    }
  };
  CHELA_CO_CHECK(cancel.check());
  auto deadline = self.loop_->now() + timeout;
  plugins::LeftoverCall leftover(self.leftover_, next_call_id());
  auto reception = std::make_shared<Reception>(*self.loop_, leftover);
  Abandon abandon{self, reception, leftover.id()};
  reception->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(error, [&] { return begin(leftover.id(), reception->call(), error.sink()); });
  if (status != CHELA_OK) {
    reception->over();
    co_return std::unexpected(error.error("plugin " + self.instance_->manifest().id, status));
  }
  auto waiting = wait_for(*self.loop_, reception->ended(), deadline, std::move(cancel));
  co_return co_await std::move(waiting);
}

}  // namespace chela::runtime
