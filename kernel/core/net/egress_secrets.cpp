#include "kernel/core/net/egress_secrets.hpp"

#include <algorithm>

#include "kernel/core/net/egress_url.hpp"

namespace chela::net {

namespace {

constexpr std::string_view kOpen = "{{secret:";
constexpr std::string_view kClose = "}}";
constexpr std::size_t kNameBytesMax = 128;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view name) {
  auto allowed = [](char c) { return is_letter_or_digit(c) || std::string_view("_-.:/").contains(c); };
  return !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, allowed);
}

}  // namespace

bool has_placeholder(std::string_view text) {
  return text.contains(kOpen);
}

Result<std::string> EgressSecrets::resolve(std::string_view name, std::string_view host) {
  if (!is_name(name)) {
    return fail(ErrorCode::invalid_argument,
                "a placeholder reads {{{{secret:NAME}}}}, NAME of letters, digits and _-.:/");
  }
  if (!resolver_) return fail(ErrorCode::not_found, "the secret {} cannot be resolved: there is no secret store", name);
  auto value = resolver_({name, caller_, host});
  if (!value) return fail(fmt::format("resolving the secret {}", name), std::move(value.error()));
  if (value->empty()) return fail(ErrorCode::not_found, "the secret {} is empty", name);
  if (value->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return fail(ErrorCode::invalid_argument, "the secret {} holds a line break or a zero byte", name);
  }
  return value;
}

Result<std::string> EgressSecrets::expand(std::string_view text, Encoding encoding, std::string_view host) {
  std::string expanded;
  for (;;) {
    std::size_t open = text.find(kOpen);
    expanded += text.substr(0, open);
    if (open == std::string_view::npos) return expanded;
    text.remove_prefix(open + kOpen.size());
    std::size_t close = text.find(kClose);
    std::string_view name = close == std::string_view::npos ? std::string_view() : text.substr(0, close);
    CHELA_TRY(std::string value, resolve(name, host));
    std::string placeholder = fmt::format("{}{}{}", kOpen, name, kClose);
    shown_as_.emplace_back(value, placeholder);
    if (encoding != Encoding::none) {
      value = percent_encoded(value, encoding == Encoding::path ? "-._~:/@" : "-._~");
      shown_as_.emplace_back(value, placeholder);
    }
    expanded += value;
    text.remove_prefix(name.size() + kClose.size());
  }
}

std::string EgressSecrets::redact(std::string text) const {
  for (const auto& [value, placeholder] : shown_as_) {
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + placeholder.size())) {
      text.replace(at, value.size(), placeholder);
    }
  }
  return text;
}

}  // namespace chela::net
