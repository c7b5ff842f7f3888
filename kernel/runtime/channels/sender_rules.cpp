#include "kernel/runtime/channels/sender_rules.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

const Json* member(const Json& object, const std::string& key) {
  if (!object.is_object()) return nullptr;
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// The account's own value, else the channel's.
const Json* setting(const Json& settings, const std::string& account, const char* key) {
  if (const auto* accounts = member(settings, "accounts")) {
    if (const auto* own = member(*accounts, account)) {
      if (const auto* value = member(*own, key)) return value;
    }
  }
  return member(settings, key);
}

// "telegram:@Ann", "user:42" and "42" as they are compared.
std::string plain(std::string_view id, std::string_view channel) {
  auto out = to_lower(trim(id));
  for (const auto& prefix : {to_lower(channel) + ":", std::string("user:"), std::string("dm:"), std::string("@")}) {
    if (out.starts_with(prefix)) out.erase(0, prefix.size());
  }
  return out;
}

bool is_listed(const Json* list, const InboundMessage& message) {
  if (!list || !list->is_array()) return false;
  std::vector<std::string> names{plain(message.sender, message.channel)};
  for (const auto& alias : message.sender_aliases) names.push_back(plain(alias, message.channel));
  return std::ranges::any_of(*list, [&](const Json& entry) {
    auto text = entry.is_string() ? entry.get<std::string>() : entry.is_number_integer() ? entry.dump() : std::string();
    return text == "*" || (!text.empty() && std::ranges::find(names, plain(text, message.channel)) != names.end());
  });
}

}  // namespace

Result<void> check_sender(const Json& settings, const InboundMessage& message) {
  auto policy_of = [&](const char* key) {
    const auto* value = setting(settings, message.account, key);
    return value && value->is_string() ? value->get<std::string>() : std::string();
  };
  const char* key = message.direct ? "dmPolicy" : "groupPolicy";
  auto policy = policy_of(key);
  if (policy == "disabled") return fail(ErrorCode::denied, "channels.{}.{} is \"disabled\"", message.channel, key);
  if (!message.direct || policy != "allowlist" || message.sender.empty()) return {};
  if (is_listed(setting(settings, message.account, "allowFrom"), message)) return {};
  return fail(ErrorCode::denied, "channels.{}.allowFrom does not name {}", message.channel, message.sender);
}

}  // namespace chela::runtime
