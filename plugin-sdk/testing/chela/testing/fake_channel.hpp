#ifndef CHELA_TESTING_FAKE_CHANNEL_HPP
#define CHELA_TESTING_FAKE_CHANNEL_HPP
// What a FakeHost asks of a plugin's channels and services.
//
//   auto connected = chela::testing::connect(host, {"lobby", "default", R"({"token":"t"})"});
//   auto sent = chela::testing::send(host, {"lobby", "default", "ada", "Hello!"});
//   sent->outcome().text;  // {"messageId": …}
//   host.inbound().messages().back().text;  // what the channel has handed over

#include <thread>

#include "chela/ext/channel.h"
#include "chela/ext/service.h"
#include "chela/testing/fake_route.hpp"

namespace chela {
namespace testing {

struct AccountAsk {
  std::string channel;
  std::string account = "default";
  std::string settings = "{}";  // JSON object
};

struct MessageAsk {
  std::string channel;
  std::string account = "default";
  std::string to = {};
  std::string text = {};
  std::string thread = {};
  std::string details = "{}";
  std::string idempotency_key = "key-1";
};

// The host's end of a channel's call.
class RecordedChannelCall final : public RecordedEnd {
 public:
  RecordedChannelCall(Breaches& breaches, std::uint64_t call_id, Lending how = {})
      : RecordedEnd(breaches, "channel call " + std::to_string(call_id), how),
        raw_({sizeof(chela_channel_call), this, &complete}, how.later),
        call_id_(call_id) {}
  const chela_channel_call* raw() const { return raw_.get(); }
  std::uint64_t call_id() const { return call_id_; }
  std::uint64_t retry_after_ms() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return retry_after_ms_;
  }

 private:
  static void complete(const chela_channel_call* raw, chela_status status, chela_str text,
                       std::uint64_t retry_after_ms) {
    auto& self = *static_cast<RecordedChannelCall*>(raw->context);
    {
      std::lock_guard<std::mutex> lock(self.mutex_);
      self.retry_after_ms_ = retry_after_ms;
    }
    self.end(status, to_view(text));
  }

  Struct<chela_channel_call> raw_;
  std::uint64_t call_id_;
  std::uint64_t retry_after_ms_ = 0;
};

namespace detail {

using AccountFunction = chela_status (*chela_plugin_channel::*)(const chela_plugin*, const chela_channel_account*,
                                                                const chela_channel_call*, const chela_error_sink*);

inline std::shared_ptr<RecordedChannelCall> act(FakeHost& host, const AccountAsk& ask, AccountFunction function) {
  auto call = host.keep<RecordedChannelCall>();
  Loan& loan = call->loan();
  const auto* account =
      loan.object(chela_channel_account{sizeof(chela_channel_account), call->call_id(), loan.text(ask.channel),
                                        loan.text(ask.account), loan.text(ask.settings), kAskTimeoutMs});
  begin_call<chela_plugin_channel>(host, *call, CHELA_EXT_CHANNEL, [&](auto& table, auto* error) {
    return (table.*function)(host.plugin(), account, call->raw(), error);
  });
  return call;
}

}  // namespace detail

inline const chela_plugin_channel& channel_table(FakeHost& host) {
  return detail::table_of<chela_plugin_channel>(host, CHELA_EXT_CHANNEL);
}
inline std::shared_ptr<RecordedChannelCall> connect(FakeHost& host, const AccountAsk& account) {
  return detail::act(host, account, &chela_plugin_channel::connect);
}
inline std::shared_ptr<RecordedChannelCall> disconnect(FakeHost& host, const AccountAsk& account) {
  return detail::act(host, account, &chela_plugin_channel::disconnect);
}
// Only when the plugin says by itself which accounts there are.
inline bool lists_accounts(FakeHost& host) {
  const auto& table = channel_table(host);
  return CHELA_HAS(&table, chela_plugin_channel, accounts) && table.accounts != nullptr;
}
inline std::shared_ptr<RecordedChannelCall> list_accounts(FakeHost& host, AccountAsk channel) {
  channel.account.clear();
  return detail::act(host, channel, &chela_plugin_channel::accounts);
}

namespace detail {

inline const chela_channel_message* lend(Loan& loan, const MessageAsk& ask, std::uint64_t call_id) {
  return loan.object(chela_channel_message{sizeof(chela_channel_message), call_id, loan.text(ask.channel),
                                           loan.text(ask.account), loan.text(ask.to), loan.text(ask.thread),
                                           loan.text(ask.text), loan.text(ask.details), loan.text(ask.idempotency_key),
                                           kAskTimeoutMs});
}

}  // namespace detail

inline std::shared_ptr<RecordedChannelCall> send(FakeHost& host, const MessageAsk& ask) {
  auto call = host.keep<RecordedChannelCall>();
  const auto* message = detail::lend(call->loan(), ask, call->call_id());
  detail::begin_call<chela_plugin_channel>(host, *call, CHELA_EXT_CHANNEL, [&](auto& table, auto* error) {
    return table.send(host.plugin(), message, call->raw(), error);
  });
  return call;
}
inline void cancel(FakeHost& host, RecordedChannelCall& call) {
  channel_table(host).cancel(host.plugin(), call.call_id());
  host.pump();
}
// Shows that a reply is being written; nothing when the channel cannot.
inline void show_typing(FakeHost& host, const MessageAsk& ask, bool on) {
  const auto& table = channel_table(host);
  if (!CHELA_HAS(&table, chela_plugin_channel, typing) || table.typing == nullptr) return;
  host.attempt("chela.channel/1 typing()", [&](Loan& loan, const chela_error_sink*) {
    table.typing(host.plugin(), detail::lend(loan, ask, host.next_call_id()), on);
    return CHELA_OK;
  });
  host.pump();
}

// A service that was begun, and what it says of itself. Its end is that of stop_service().
class RecordedService final : public RecordedEnd {
 public:
  struct Report {
    std::string health;
    std::string text;
  };

  RecordedService(Breaches& breaches, std::uint64_t, Lending how = {})
      : RecordedEnd(breaches, "a service", how),
        breaches_(breaches),
        raw_({sizeof(chela_service_monitor), this, &report, &fail}, how.later) {}
  const chela_service_monitor* raw() const { return raw_.get(); }
  bool running() const { return running_; }
  void set_running(bool running) { running_ = running; }
  std::vector<Report> reports() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return reports_;
  }
  bool failed() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return failed_;
  }

 private:
  static RecordedService& self(const chela_service_monitor* raw) {
    return *static_cast<RecordedService*>(raw->context);
  }
  static void report(const chela_service_monitor* raw, chela_str health, chela_str text) {
    RecordedService& service = self(raw);
    service.during("report()", [&] {
      service.reports_.push_back({std::string(to_view(health)), std::string(to_view(text))});
      if (service.failed_) service.breaches_.add("a service reported after it had failed");
    });
  }
  static void fail(const chela_service_monitor* raw, chela_status status, chela_str) {
    RecordedService& service = self(raw);
    service.during("fail()", [&] {
      if (service.failed_) service.breaches_.add("a service failed twice");
      if (status == CHELA_OK) service.breaches_.add("a service failed with CHELA_OK");
      service.failed_ = true;
    });
  }

  Breaches& breaches_;
  Struct<chela_service_monitor> raw_;
  std::atomic<bool> running_{false};
  std::vector<Report> reports_;
  bool failed_ = false;
};

// Begins a service and pumps. One that refused has ended already and does not run.
inline std::shared_ptr<RecordedService> start_service(FakeHost& host, std::string_view id) {
  auto service = host.keep<RecordedService>();
  const chela_str lent = service->loan().text(id);
  detail::begin_call<chela_plugin_service>(host, *service, CHELA_EXT_SERVICE, [&](auto& table, auto* error) {
    const chela_status status = table.start_service(host.plugin(), lent, service->raw(), error);
    service->set_running(status == CHELA_OK);
    return status;
  });
  return service;
}
// Ends it on a thread of its own; false when that took longer than `time_ms`, and the thread is left alone.
inline bool stop_service(FakeHost& host, const std::shared_ptr<RecordedService>& service, std::string_view id,
                         std::uint64_t time_ms = 5000) {
  if (!service->running()) return true;
  const auto& table = detail::table_of<chela_plugin_service>(host, CHELA_EXT_SERVICE);
  std::thread worker([&table, service, plugin = host.plugin(), how = host.lending(), name = std::string(id)] {
    Loan loan(how);
    table.stop_service(plugin, loan.text(name));
    loan.return_all();
    service->set_running(false);
    service->end(CHELA_OK, "");
  });
  const bool ended = service->wait_ms(time_ms);
  ended ? worker.join() : worker.detach();
  return ended;
}

}  // namespace testing
}  // namespace chela
#endif
