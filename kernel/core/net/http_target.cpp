#include "kernel/core/net/http_target.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kHostNameSizeMax = 255;

// The byte that the three characters at `at` encode, if they are a percent-encoding.
std::optional<char> percent_decoded(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return std::nullopt;
  auto high = hex_value(text[at + 1]);
  auto low = hex_value(text[at + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

Result<std::string> decode_path(std::string_view raw) {
  std::string path;
  path.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      auto decoded = percent_decoded(raw, i);
      if (!decoded) return fail(ErrorCode::invalid_argument, "the path holds a percent sign that encodes nothing");
      c = *decoded;
      i += 2;
      if (c == '/') return fail(ErrorCode::invalid_argument, "the path holds an encoded slash");
    }
    if (c == '\\') return fail(ErrorCode::invalid_argument, "the path holds a backslash");
    if (is_control(c)) return fail(ErrorCode::invalid_argument, "the path holds a control character");
    path += c;
  }
  return path;
}

Result<std::string> canonical_path(std::string_view raw) {
  CHELA_TRY(std::string path, decode_path(raw));
  if (!is_valid_utf8(path)) return fail(ErrorCode::invalid_argument, "the path is not valid UTF-8");
  std::string_view rest = path;
  rest.remove_prefix(1);
  auto segments = split(rest, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i] == "." || segments[i] == "..") {
      return fail(ErrorCode::invalid_argument, "the path holds a dot segment");
    }
    if (segments[i].empty() && i + 1 < segments.size()) {
      return fail(ErrorCode::invalid_argument, "the path holds an empty segment");
    }
  }
  return path;
}

bool is_valid_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  unsigned number = 0;
  for (char digit : port) number = number * 10 + static_cast<unsigned>(digit - '0');
  return number <= 65535;
}

bool is_valid_ipv6(std::string_view text) {
  in6_addr address{};
  if (text.find('\0') != std::string_view::npos) return false;  // inet_pton would stop there
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// Names of DNS and addresses of four numbers; a final dot is that of the root.
bool is_valid_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kHostNameSizeMax) return false;
  return std::ranges::all_of(split(name, '.'), [](std::string_view label) {
    return !label.empty() &&
           std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
  });
}

}  // namespace

Result<Target> parse_target(std::string_view method, std::string_view target) {
  Target parsed;
  if (target == "*") {
    if (method != "OPTIONS") return fail(ErrorCode::invalid_argument, "only OPTIONS may ask for *");
    parsed.path = "*";
    return parsed;
  }
  if (target.find('#') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "the target holds a fragment");
  }
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    auto end = std::min(target.find_first_of("/?"), target.size());
    parsed.authority = target.substr(0, end);
    if (!is_valid_host(parsed.authority)) {
      return fail(ErrorCode::invalid_argument, "the absolute target names no valid host");
    }
    target.remove_prefix(end);
    break;
  }
  auto question = target.find('?');
  std::string_view path = target.substr(0, question);
  if (path.empty() && !parsed.authority.empty()) path = "/";
  if (!path.starts_with('/')) return fail(ErrorCode::invalid_argument, "the target does not start with a slash");
  if (question != std::string_view::npos) parsed.query = target.substr(question + 1);
  CHELA_TRY(parsed.path, canonical_path(path));
  return parsed;
}

bool is_valid_host(std::string_view host) {
  bool is_literal = host.starts_with('[');
  auto name = is_literal ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  auto port = host.substr(name.size());
  if (!port.empty() && (port.front() != ':' || !is_valid_port(port.substr(1)))) return false;
  if (!is_literal) return is_valid_name(name);
  return name.size() > 2 && is_valid_ipv6(name.substr(1, name.size() - 2));
}

std::string decode_query(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (auto decoded = percent_decoded(text, i)) {
      out += *decoded;
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace chela::net
