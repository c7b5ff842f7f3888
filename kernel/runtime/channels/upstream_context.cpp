#include "kernel/runtime/channels/upstream_context.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/channels/session_key.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kQuoteBytesMax = 4'000;
constexpr std::size_t kNotesMax = 16;
constexpr std::size_t kSenderBytesMax = 200;

std::string first_of(const Json& context, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (auto found = context.find(key); found != context.end()) {
      if (found->is_string() && !found->get_ref<const std::string&>().empty()) return found->get<std::string>();
      if (found->is_number_integer()) return found->dump();
    }
  }
  return {};
}

// One line, so that nobody's name looks like a line of the message.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20; }, ' ');
  return std::string(cut_utf8(text, kSenderBytesMax));
}

// What the person answers to or what the channel adds stands before the words, as text among text.
std::string preface_of(const Json& context) {
  std::string out;
  if (auto quoted = text_of(context, "ReplyToBody"); !quoted.empty()) {
    auto sender = one_line(text_of(context, "ReplyToSender"));
    out += fmt::format("[in reply to{}{}: {}]\n", sender.empty() ? "" : " ", sender, cut_utf8(quoted, kQuoteBytesMax));
  }
  if (auto from = one_line(text_of(context, "ForwardedFrom")); !from.empty()) out += "[forwarded from " + from + "]\n";
  auto notes = context.find("UntrustedContext");
  if (notes == context.end() || !notes->is_array()) return out;
  for (std::size_t i = 0; i < std::min(notes->size(), kNotesMax); ++i) {
    const auto& note = (*notes)[i];
    if (!note.is_string()) continue;
    out += fmt::format("[from the channel: {}]\n", cut_utf8(note.get_ref<const std::string&>(), kQuoteBytesMax));
  }
  return out;
}

// Types of what came along beside the words; the files themselves lie with the plugin.
std::vector<std::string> media_types(const Json& context) {
  std::vector<std::string> out;
  auto types = context.find("MediaTypes");
  if (types == context.end() || !types->is_array()) return out;
  for (const auto& type : *types) {
    if (out.size() < kNotesMax) out.push_back(type.is_string() ? one_line(type.get<std::string>()) : "a file");
  }
  return out;
}

std::string text_for_model(const Json& context, const InboundMessage& message) {
  auto words = first_of(context, {"BodyForAgent", "Body", "RawBody", "CommandBody"});
  if (auto sender = one_line(first_of(context, {"SenderName", "SenderUsername", "SenderId"}));
      !message.direct && !sender.empty() && !words.starts_with(sender)) {
    words = sender + ": " + words;
  }
  auto types = media_types(context);
  if (!types.empty()) words += fmt::format("\n[attached, and not shown here: {}]", fmt::join(types, ", "));
  return preface_of(context) + words;
}

}  // namespace

Result<InboundMessage> read_upstream_context(const std::string& plugin_id, const Json& context, const Json& route) {
  InboundMessage out{.plugin_id = plugin_id};
  out.channel = to_lower(first_of(context, {"OriginatingChannel", "Surface", "Provider"}));
  if (auto account = first_of(context, {"AccountId"}); !account.empty()) out.account = account;
  out.peer = first_of(context, {"OriginatingTo", "From", "To"});
  out.thread = first_of(context, {"MessageThreadId", "ThreadId"});
  out.service_id = first_of(context, {"MessageSidFull", "MessageSid", "MessageSidFirst"});
  auto type = to_lower(text_of(context, "ChatType"));
  out.direct = type.empty() || type == "direct" || type == "dm";
  out.sender = first_of(context, {"SenderId"});
  for (const char* key : {"SenderUsername", "SenderE164", "SenderTag", "From"}) {
    if (auto alias = text_of(context, key); !alias.empty()) out.sender_aliases.push_back(std::move(alias));
  }
  out.session_key = first_of(route, {"sessionKey"});
  if (out.session_key.empty()) out.session_key = text_of(context, "SessionKey");
  if (out.session_key.empty()) {
    auto agent = first_of(route, {"agentId"});
    out.session_key = fmt::format("agent:{}:main", agent.empty() ? "main" : agent);
  }
  if (out.session_key.size() > kSessionKeyBytesMax) {
    return fail(ErrorCode::too_large, "context.SessionKey: {} bytes, {} are allowed", out.session_key.size(),
                kSessionKeyBytesMax);
  }
  if (out.channel.empty()) {
    return fail(ErrorCode::invalid_argument, "context: names no channel (OriginatingChannel, Surface or Provider)");
  }
  out.text = text_for_model(context, out);
  out.command = first_of(context, {"BodyForCommands", "CommandBody", "RawBody"});
  out.may_command = context.value("CommandAuthorized", Json()) == true;
  if (trim(out.text).empty()) return fail(ErrorCode::invalid_argument, "context: has no text (BodyForAgent or Body)");
  return out;
}

}  // namespace chela::runtime
