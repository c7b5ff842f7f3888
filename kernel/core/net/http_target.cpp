#include "kernel/core/net/http_target.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "kernel/core/base/text.hpp"

namespace chela::net {
namespace {

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// The byte that the three characters at `at` encode, if they are a percent-encoding.
std::optional<char> percent_decoded(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return std::nullopt;
  auto high = hex_value(text[at + 1]);
  auto low = hex_value(text[at + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

bool is_control(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
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
  if (host.starts_with('[')) {
    auto end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    bool address = std::ranges::all_of(host.substr(1, end - 1),
                                       [](char c) { return hex_value(c).has_value() || c == ':' || c == '.'; });
    auto rest = host.substr(end + 1);
    return address && (rest.empty() || (rest.front() == ':' && is_valid_port(rest.substr(1))));
  }
  auto colon = host.find(':');
  auto name = host.substr(0, colon);
  if (colon != std::string_view::npos && !is_valid_port(host.substr(colon + 1))) return false;
  return !name.empty() && name.size() <= 255 &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
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
