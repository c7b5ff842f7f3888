#include "kernel/runtime/channels/accounts.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kStateBytesMax = 16 * 1024;
constexpr std::size_t kStateDepthMax = 16;

// What may go right the next time without anybody changing anything.
bool may_pass(const Error& error) {
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::timed_out ||
         error.code == ErrorCode::exhausted || error.code == ErrorCode::internal ||
         error.code == ErrorCode::cancelled || error.code == ErrorCode::already_exists;
}

// Waits that double, until something has run for long enough.
class BackOff {
 public:
  TimePoint next(TimePoint now) {
    if (ran_since_ && now - *ran_since_ >= ChannelAccounts::kHealthyAfter) delay_ = Duration::zero();
    ran_since_.reset();
    delay_ = delay_ == Duration::zero() ? ChannelAccounts::kFirstDelay : std::min(delay_ * 2, ChannelAccounts::kDelayMax);
    return now + delay_;
  }
  void running(TimePoint now) { ran_since_ = now; }

 private:
  Duration delay_ = Duration::zero();
  std::optional<TimePoint> ran_since_;
};

// Those that are to run.
Result<std::vector<std::string>> names_in(std::string_view answer) {
  CHELA_TRY(auto list, parse_json(answer, kStateDepthMax));
  if (!list.is_array()) return fail(ErrorCode::protocol, "its accounts are no list");
  std::vector<std::string> out;
  for (const auto& one : list) {
    auto name = text_of(one, "accountId");
    bool off = one.is_object() && (one.value("enabled", Json(true)) == false || one.value("configured", Json(true)) == false);
    if (!name.empty() && !off && out.size() < ChannelAccounts::kAccountsMax) out.push_back(std::move(name));
  }
  return out;
}

std::vector<std::string> names_in_settings(const Json& settings) {
  std::vector<std::string> out;
  auto accounts = settings.find("accounts");
  if (accounts == settings.end() || !accounts->is_object() || accounts->empty()) return {"default"};
  for (const auto& [name, one] : accounts->items()) {
    bool off = one.is_object() && one.value("enabled", Json(true)) == false;
    if (!off && out.size() < ChannelAccounts::kAccountsMax) out.push_back(name);
  }
  return out;
}

}  // namespace

struct ChannelAccounts::Account {
  AccountStatus status;
  std::weak_ptr<plugins::Instance> instance;  // that it runs in
  BackOff back_off;
  Wake wake;
  bool wanted = true;
  bool reconnect = false;
  bool ended = false;  // by itself, so that it is not connected again at once
};

struct ChannelAccounts::Channel {
  AccountStatus status;  // while there are no accounts
  std::map<std::string, std::shared_ptr<Account>> accounts;
  BackOff back_off;
  Wake wake;
  bool wanted = true;
  bool stale = true;  // its accounts are to be looked up
};

std::string_view name_of(AccountState state) {
  constexpr std::string_view kNames[] = {
#define CHELA_ACCOUNT_STATE_NAME(name) #name,
      CHELA_ACCOUNT_STATE_MAP(CHELA_ACCOUNT_STATE_NAME)
#undef CHELA_ACCOUNT_STATE_NAME
  };
  return kNames[static_cast<std::size_t>(state)];
}

ChannelAccounts::ChannelAccounts(Environment environment) : environment_(std::move(environment)) {}
ChannelAccounts::~ChannelAccounts() = default;

void ChannelAccounts::start() {
  started_ = true;
  look_again();
}

void ChannelAccounts::look_again() {
  if (!started_ || stopping_) return;
  auto on = environment_.channels_on();
  for (const auto& name : on) {
    const auto* capability = environment_.plugins.registry().find("channel", name);
    if (!capability || channels_.contains(name)) continue;
    auto channel = std::make_shared<Channel>();
    channel->status = {.plugin_id = capability->plugin_id, .channel = name};
    channels_.emplace(name, channel);
    ++tasks_;
    environment_.loop.spawn("channel " + name, run_channel(*this, channel));
  }
  // Copies: who is woken goes on at once, and may leave.
  for (const auto& [name, channel] : std::map(channels_)) {
    const auto* capability = environment_.plugins.registry().find("channel", name);
    channel->wanted = capability && std::ranges::find(on, name) != on.end();
    if (capability) channel->status.plugin_id = capability->plugin_id;
    for (const auto& [key, account] : std::map(channel->accounts)) {
      account->wanted = account->wanted && channel->wanted;
      if (!account->wanted || is_lost(*account)) account->wake.set();
    }
    bool given_up = channel->stale && channel->status.state != AccountState::waiting;
    if (!channel->wanted || given_up) channel->wake.set();
  }
}

void ChannelAccounts::reconfigure(const std::string& name) {
  if (auto found = channels_.find(name); found != channels_.end()) {
    found->second->stale = true;
    for (auto& [key, account] : found->second->accounts) account->reconnect = true;
  }
  look_again();
}

bool ChannelAccounts::is_lost(const Account& account) const {
  if (account.status.state != AccountState::running) return false;
  const auto* record = environment_.plugins.find(account.status.plugin_id);
  auto instance = account.instance.lock();
  return !instance || !record || record->instance != instance;
}

std::string ChannelAccounts::settings_text(const std::string& channel) const {
  return json_text(environment_.settings_of(channel));
}

Task<Result<ChannelPort>> ChannelAccounts::port_of(std::string plugin_id) {
  auto activating = environment_.plugins.activate(plugin_id);
  CHELA_CO_TRY(auto instance, co_await std::move(activating));
  const auto* record = environment_.plugins.find(plugin_id);
  co_return ChannelPort::of(environment_.loop, std::move(instance), record ? record->leftover_calls : nullptr);
}

Task<Result<std::vector<std::string>>> ChannelAccounts::accounts_of(std::shared_ptr<Channel> channel) {
  CHELA_CO_TRY(auto port, co_await port_of(channel->status.plugin_id));
  auto asking = port.act(AccountAction::list, {channel->status.channel, {}}, settings_text(channel->status.channel));
  CHELA_CO_TRY(auto answer, co_await std::move(asking));
  if (answer.empty()) co_return names_in_settings(environment_.settings_of(channel->status.channel));
  co_return names_in(answer);
}

void ChannelAccounts::set_accounts(Channel& channel, const std::vector<std::string>& names) {
  for (auto& [name, account] : channel.accounts) account->wanted = std::ranges::find(names, name) != names.end();
  for (const auto& name : names) {
    if (channel.accounts.contains(name)) continue;
    auto account = std::make_shared<Account>();
    account->status = {.plugin_id = channel.status.plugin_id, .channel = channel.status.channel, .account = name};
    channel.accounts.emplace(name, account);
    ++tasks_;
    environment_.loop.spawn("account " + channel.status.channel + " " + name, run_account(*this, account));
  }
  for (const auto& [name, account] : std::map(channel.accounts)) account->wake.set();
}

Task<Result<void>> ChannelAccounts::run_channel(ChannelAccounts& self, std::shared_ptr<Channel> channel) {
  auto& status = channel->status;
  while (!self.stopping_ && channel->wanted) {
    TimePoint until = TimePoint::max();
    if (std::exchange(channel->stale, false)) {
      auto names = co_await self.accounts_of(channel);
      if (self.stopping_) break;
      if (names) {
        channel->back_off.running(self.environment_.loop.now());
        status.state = AccountState::running;
        status.last_error = names->empty() ? "it has no account that is set up" : "";
        self.set_accounts(*channel, *names);
      } else {
        status.last_error = names.error().message;
        self.environment_.logger.warning("channel {}: {}", status.channel, status.last_error);
        channel->stale = true;
        bool again = may_pass(names.error());
        status.state = again ? AccountState::waiting : AccountState::failed;
        if (again) until = channel->back_off.next(self.environment_.loop.now());
      }
    }
    co_await channel->wake.wait(self.environment_.loop, until);
  }
  if (auto found = self.channels_.find(status.channel); found != self.channels_.end() && found->second == channel) {
    for (const auto& [name, account] : std::map(channel->accounts)) {
      account->wanted = false;
      account->wake.set();
    }
    if (!self.stopping_) self.channels_.erase(found);
  }
  --self.tasks_;
  self.ended_.set();
  co_return Result<void>{};
}

Task<Result<void>> ChannelAccounts::connect(std::shared_ptr<Account> account) {
  auto& status = account->status;
  CHELA_CO_TRY(auto port, co_await port_of(status.plugin_id));
  auto asking = port.act(AccountAction::connect, {status.channel, status.account}, settings_text(status.channel));
  CHELA_CO_TRY(auto answer, co_await std::move(asking));
  const auto* record = environment_.plugins.find(status.plugin_id);
  if (!record || record->instance.get() != port.instance()) {
    co_return fail(ErrorCode::unavailable, "its plugin ended while it connected");
  }
  account->instance = record->instance;
  if (answer.size() <= kStateBytesMax) {
    if (auto said = parse_json(answer, kStateDepthMax); said && said->is_object()) {
      status.said = std::make_shared<const Json>(std::move(*said));
    }
  }
  co_return Result<void>{};
}

Task<void> ChannelAccounts::disconnect(std::shared_ptr<Account> account) {
  auto& status = account->status;
  auto instance = account->instance.lock();
  if (!instance || is_lost(*account)) co_return;
  auto port = ChannelPort::of(environment_.loop, std::move(instance), nullptr);
  if (!port) co_return;
  auto asking = port->act(AccountAction::disconnect, {status.channel, status.account}, settings_text(status.channel));
  auto done = co_await std::move(asking);
  if (!done) environment_.logger.warning("channel {} {}: ending: {}", status.channel, status.account, done.error().message);
}

Task<Result<void>> ChannelAccounts::run_account(ChannelAccounts& self, std::shared_ptr<Account> account) {
  auto& status = account->status;
  auto& loop = self.environment_.loop;
  const auto& logger = self.environment_.logger;
  TimePoint again_at = TimePoint::min();  // while it does not run; woken before, it waits on unless something changed
  while (!self.stopping_ && account->wanted) {
    if (status.state != AccountState::running && (account->reconnect || loop.now() >= again_at)) {
      account->reconnect = false;
      auto connected = co_await self.connect(account);
      if (connected) {
        account->back_off.running(loop.now());
        status.state = AccountState::running;
        status.last_error.clear();
        logger.info("channel {}: account {} runs", status.channel, status.account);
      } else {
        status.last_error = connected.error().message;
        bool again = may_pass(connected.error());
        status.state = again ? AccountState::waiting : AccountState::failed;
        again_at = again ? account->back_off.next(loop.now()) : TimePoint::max();
        logger.warning("channel {}: account {}: {}", status.channel, status.account, status.last_error);
      }
    }
    if (self.stopping_ || !account->wanted) break;
    co_await account->wake.wait(loop, status.state == AccountState::running ? TimePoint::max() : again_at);
    if (self.is_lost(*account)) {
      status.state = AccountState::waiting;
      status.last_error = "its plugin has ended";
      ++status.restarts;
      again_at = account->back_off.next(loop.now());
    } else if (account->reconnect && status.state == AccountState::running) {
      co_await self.disconnect(account);
      bool wait = std::exchange(account->ended, false);
      status.state = wait ? AccountState::waiting : AccountState::starting;
      account->reconnect = !wait;
      if (wait) again_at = account->back_off.next(loop.now());
    }
  }
  if (status.state == AccountState::running) co_await self.disconnect(account);
  status.state = AccountState::stopped;
  if (auto found = self.channels_.find(status.channel); found != self.channels_.end() && !self.stopping_) {
    auto place = found->second->accounts.find(status.account);
    if (place != found->second->accounts.end() && place->second == account) found->second->accounts.erase(place);
  }
  --self.tasks_;
  self.ended_.set();
  co_return Result<void>{};
}

void ChannelAccounts::note_status(const std::string& plugin_id, std::string_view channel, std::string_view account,
                                  std::string_view state) {
  auto found = channels_.find(std::string(channel));
  if (found == channels_.end() || found->second->status.plugin_id != plugin_id || state.size() > kStateBytesMax) return;
  auto place = found->second->accounts.find(std::string(account));
  if (place == found->second->accounts.end()) return;
  auto said = parse_json(state, kStateDepthMax);
  if (!said || !said->is_object()) return;
  auto& one = *place->second;
  one.status.said = std::make_shared<const Json>(std::move(*said));
  auto error = text_of(*one.status.said, "lastError");
  if (!error.empty()) one.status.last_error = error;
  // A host process for Node connects by itself again what has ended in it.
  const auto* record = environment_.plugins.find(plugin_id);
  bool host_restarts = record && record->manifest->runtime == plugins::Runtime::node;
  if (host_restarts || one.status.said->value("running", Json(true)) != false) return;
  if (one.status.state != AccountState::running) return;
  ++one.status.restarts;
  one.reconnect = one.ended = true;
  one.wake.set();
}

Task<void> ChannelAccounts::stop(TimePoint deadline) {
  stopping_ = true;
  for (const auto& [name, channel] : std::map(channels_)) {
    channel->wake.set();
    for (const auto& [key, account] : std::map(channel->accounts)) account->wake.set();
  }
  while (tasks_ > 0 && environment_.loop.now() < deadline) co_await ended_.wait(environment_.loop, deadline);
}

std::vector<AccountStatus> ChannelAccounts::list() const {
  std::vector<AccountStatus> out;
  for (const auto& [name, channel] : channels_) {
    if (channel->accounts.empty()) out.push_back(channel->status);
    for (const auto& [key, account] : channel->accounts) out.push_back(account->status);
  }
  return out;
}

}  // namespace chela::runtime
