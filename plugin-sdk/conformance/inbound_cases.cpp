// chela.inbound/1: what a channel hands over, and what becomes of it. A message may come with anything that the channel
// is asked for: an account that connects, a text that it sends, a request to one of its routes.

#include <algorithm>

#include "chela/json.hpp"
#include "plugin-sdk/conformance/asks.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;

bool is_channel(const Manifest& manifest, const std::string& name) {
  return std::any_of(manifest.channels.begin(), manifest.channels.end(),
                     [&](const ChannelManifest& channel) { return channel.id == name; });
}

void receive(Subject& subject, const Manifest& manifest) {
  expect_ends(subject, plain_connects(manifest));
  expect_ends(subject, plain_sends(manifest));
  expect_ends(subject, plain_requests(manifest));
  subject.host().advance(kMinuteMs);
}

void check_message(const Manifest& manifest, const testing::ReceivedMessage& message) {
  if (!is_channel(manifest, message.channel))
    fail("it hands over a message of \"{}\", which is no channel of its manifest", message.channel);
  if (message.message_id.empty()) fail("it hands over a message without its id, so that none is known again");
  if (message.peer.empty()) fail("it hands over a message without a peer, so that no reply can go out");
  if (!message.details.empty() && !read_json(message.details).is_object())
    fail("it hands over a message with details that are no JSON object");
}

}  // namespace

void inbound_messages_are_whole(Context& context) {
  require_kind(context, "channel");
  Subject subject(context);
  subject.up();
  receive(subject, context.manifest);
  expect_ends(subject, plain_disconnects(context.manifest));
  for (const testing::ReceivedMessage& message : subject.host().inbound().messages())
    check_message(context.manifest, message);
  for (const testing::ToldState& told : subject.host().inbound().states()) {
    if (!is_channel(context.manifest, told.channel))
      fail("it tells the state of \"{}\", which is no channel of its manifest", told.channel);
    if (!read_json(told.state).is_object()) fail("it tells a state that is no JSON object");
  }
  subject.finish();
}

void survives_every_receipt(Context& context) {
  require_kind(context, "channel");
  for (const chela_status status : {CHELA_DENIED, CHELA_EXHAUSTED, CHELA_UNAVAILABLE, CHELA_INTERNAL}) {
    Subject subject(context);
    subject.up();
    subject.host().inbound().answer_with(status);
    receive(subject, context.manifest);
    subject.host().inbound().refuse_with(status);
    receive(subject, context.manifest);
    subject.finish();
  }
}

void receipts_may_come_late(Context& context) {
  require_kind(context, "channel");
  for (const bool stopped : {false, true}) {
    Subject subject(context);
    subject.up();
    expect_ends(subject, plain_connects(context.manifest));
    subject.host().inbound().hold(true);
    std::vector<OpenAsk> open;
    const Asks sends = plain_sends(context.manifest);
    for (const Asks& asks : {sends, sends, plain_requests(context.manifest)}) {
      for (const Ask& ask : asks) open.push_back(ask.begin(subject.host()));
    }
    subject.host().advance(kMinuteMs);
    if (stopped) {
      subject.host().stop();
    } else {
      subject.host().inbound().hold(false);
      subject.host().pump();
    }
    for (const OpenAsk& ask : open) {
      if (!subject.settle(*ask.end)) fail("a call that waited for a receipt never completed");
    }
    subject.finish();
  }
}

}  // namespace chela::conformance::checks
