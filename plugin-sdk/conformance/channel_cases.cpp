// chela.channel/1: the default account of every channel of the manifest is connected, written to and disconnected.

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

std::vector<testing::MessageAsk> odd_messages(const ChannelManifest& channel) {
  std::vector<testing::MessageAsk> out;
  for (const std::string& odd : odd_texts()) {
    out.push_back({channel.id, "default", "ada", odd});
    out.push_back({channel.id, "default", odd, "Hello"});
    out.push_back({channel.id, "default", "ada", "Hello", odd, "{}", odd});
  }
  for (const std::string& details : extreme_objects())
    out.push_back({channel.id, "default", "ada", "Hello", "", details});
  for (const char* details : {R"({"replyToId":7,"mediaUrl":[],"payload":"text"})",
                              R"({"replyToId":"m1","mediaUrl":"file:///etc/passwd","payload":{"text":null}})"})
    out.push_back({channel.id, "default", "ada", "Hello", "", details});
  out.push_back({channel.id, "conformance-no-such-account", "ada", "Hello"});
  out.push_back({"conformance-no-such-channel", "default", "ada", "Hello"});
  return out;
}

testing::Outcome settled(Subject& subject, const Ask& ask) {
  const OpenAsk open = ask.begin(subject.host());
  subject.settle(*open.end);
  return open.end->outcome();
}

void check_object(const std::string& what, const testing::Outcome& outcome) {
  if (outcome.ok() && !read_json(outcome.text).is_object()) fail("{} has a result that is no JSON object", what);
}

void check_sent(const std::string& what, const testing::Outcome& outcome) {
  check_object(what, outcome);
  if (!outcome.ok()) return;
  const Json id = read_json(outcome.text).value("messageId", Json("1"));
  if (!id.is_string() || id.get<std::string>().empty()) fail("{} has a \"messageId\" that is no text", what);
}

void check_accounts(const std::string& what, const testing::Outcome& outcome) {
  if (!outcome.ok()) return;
  const Json accounts = read_json(outcome.text);
  if (!accounts.is_array()) fail("{} has a result that is no JSON array", what);
  for (const Json& account : accounts) {
    if (!account.is_object() || !account.value("accountId", Json()).is_string())
      fail("{} lists an account without an \"accountId\"", what);
  }
}

}  // namespace

void channel_completes_once(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  if (testing::lists_accounts(subject.host())) {
    for (const ChannelManifest& channel : context.manifest.channels) expect_ends(subject, {accounts_ask({channel.id})});
  }
  expect_ends(subject, plain_connects(context.manifest));
  expect_ends(subject, plain_sends(context.manifest));
  expect_ends(subject, plain_disconnects(context.manifest));
  subject.finish();
}

void channel_results_are_json(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  for (const ChannelManifest& channel : context.manifest.channels) {
    if (!testing::lists_accounts(subject.host())) break;
    const Ask ask = accounts_ask({channel.id});
    check_accounts(ask.what, settled(subject, ask));
  }
  for (const Ask& ask : plain_connects(context.manifest)) check_object(ask.what, settled(subject, ask));
  for (const Ask& ask : plain_sends(context.manifest)) check_sent(ask.what, settled(subject, ask));
  for (const Ask& ask : plain_disconnects(context.manifest)) check_object(ask.what, settled(subject, ask));
  subject.finish();
}

void survives_odd_messages(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  expect_ends(subject, plain_connects(context.manifest));
  for (const ChannelManifest& channel : context.manifest.channels) {
    for (const testing::MessageAsk& message : odd_messages(channel)) {
      testing::show_typing(subject.host(), message, true);
      expect_ends(subject, {send_ask(message)});
      testing::show_typing(subject.host(), message, false);
    }
  }
  subject.finish();
}

// In an order that an operator's configuration and a broken network may bring about.
void survives_odd_accounts(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  for (const ChannelManifest& channel : context.manifest.channels) {
    expect_ends(subject, {disconnect_ask({channel.id}), send_ask({channel.id, "default", "ada", "Hello"})});
    for (const std::string& settings : extreme_objects()) {
      const testing::AccountAsk account{channel.id, "default", settings};
      expect_ends(subject,
                  {connect_ask(account), connect_ask(account), disconnect_ask(account), disconnect_ask(account)});
    }
    for (const std::string& name : odd_texts())
      expect_ends(subject, {connect_ask({channel.id, name}), disconnect_ask({channel.id, name})});
  }
  expect_ends(subject, {connect_ask({"conformance-no-such-channel"}), disconnect_ask({"conformance-no-such-channel"})});
  subject.finish();
}

void account_connects_again(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  for (const ChannelManifest& channel : context.manifest.channels) {
    const testing::AccountAsk account{channel.id};
    const bool ran = settled(subject, connect_ask(account)).ok();
    settled(subject, disconnect_ask(account));
    const testing::Outcome again = settled(subject, connect_ask(account));
    if (ran && !again.ok()) fail("the account of {} does not connect a second time: {}", channel.id, again.text);
    settled(subject, disconnect_ask(account));
  }
  subject.finish();
}

void channel_cancels(Context& context) {
  require_kind(context, "channel");
  expect_cancels(context, {}, plain_connects(context.manifest));
  expect_cancels(context, plain_connects(context.manifest), plain_sends(context.manifest));
  expect_cancels(context, plain_connects(context.manifest), plain_disconnects(context.manifest));
}

void stop_ends_open_sends(Context& context) {
  require_kind(context, "channel");
  expect_stop_ends(context, {}, plain_connects(context.manifest));
  expect_stop_ends(context, plain_connects(context.manifest), plain_sends(context.manifest));
}

}  // namespace chela::conformance::checks
