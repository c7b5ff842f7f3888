#pragma once

// The accounts of the channels that the configuration turns on: connected once the gateway is up, connected again with
// back-off when their plugin or its process ends, disconnected at the end. Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/log/logger.hpp"
#include "kernel/runtime/channels/channel_call.hpp"
#include "kernel/runtime/channels/wake.hpp"

namespace chela::runtime {

#define CHELA_ACCOUNT_STATE_MAP(X) X(starting) X(running) X(waiting) X(failed) X(stopped)

enum class AccountState : std::uint8_t {
#define CHELA_ACCOUNT_STATE_ENUM(name) name,
  CHELA_ACCOUNT_STATE_MAP(CHELA_ACCOUNT_STATE_ENUM)
#undef CHELA_ACCOUNT_STATE_ENUM
};
std::string_view name_of(AccountState state);

// Of an account, or of a channel whose accounts are not known (`account` is empty then).
struct AccountStatus {
  std::string plugin_id;
  std::string channel;
  std::string account;
  AccountState state = AccountState::starting;
  std::string last_error;
  std::size_t restarts = 0;
  std::shared_ptr<const nlohmann::json> said;  // by the plugin: running, connected, …; an object, or null
};

class ChannelAccounts {
 public:
  static constexpr std::size_t kAccountsMax = 256;  // of one channel
  static constexpr Duration kFirstDelay = std::chrono::seconds(1);
  static constexpr Duration kDelayMax = std::chrono::minutes(5);
  static constexpr Duration kHealthyAfter = std::chrono::minutes(5);  // of running: earlier failures are forgotten

  struct Environment {
    Loop& loop;
    log::Logger logger;
    plugins::PluginSet& plugins;
    // The channels that the configuration turns on, and the section of one, an object with its secrets filled in.
    std::function<std::vector<std::string>()> channels_on;
    std::function<nlohmann::json(const std::string& channel)> settings_of;
  };

  explicit ChannelAccounts(Environment environment);
  ChannelAccounts(const ChannelAccounts&) = delete;
  ChannelAccounts& operator=(const ChannelAccounts&) = delete;
  ~ChannelAccounts();

  void start();
  // What plugins there are, or which of them run, has changed.
  void look_again();
  // The section of the channel has changed: its accounts are looked up and connected anew.
  void reconfigure(const std::string& channel);
  // The plugin says how an account is. Strangers' accounts are not changed; nothing that is no object is kept.
  void note_status(const std::string& plugin_id, std::string_view channel, std::string_view account,
                   std::string_view state);
  // Disconnects all, within the time.
  Task<void> stop(TimePoint deadline);

  std::vector<AccountStatus> list() const;  // by channel and account

 private:
  struct Account;
  struct Channel;

  static Task<Result<void>> run_channel(ChannelAccounts& self, std::shared_ptr<Channel> channel);
  static Task<Result<void>> run_account(ChannelAccounts& self, std::shared_ptr<Account> account);
  Task<Result<ChannelPort>> port_of(std::string plugin_id);
  Task<Result<std::vector<std::string>>> accounts_of(std::shared_ptr<Channel> channel);
  Task<Result<void>> connect(std::shared_ptr<Account> account);
  Task<void> disconnect(std::shared_ptr<Account> account);
  void set_accounts(Channel& channel, const std::vector<std::string>& names);
  bool is_lost(const Account& account) const;
  std::string settings_text(const std::string& channel) const;

  Environment environment_;
  std::map<std::string, std::shared_ptr<Channel>> channels_;
  std::size_t tasks_ = 0;  // of channels and accounts that have not ended
  Wake ended_;             // one of them has
  bool started_ = false;
  bool stopping_ = false;
};

}  // namespace chela::runtime
