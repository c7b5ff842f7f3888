#include "kernel/core/net/egress_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "kernel/core/base/text.hpp"

namespace chela::net {

namespace {

constexpr std::size_t kUrlBytesMax = 16 * 1024;

template <class... Args>
auto refuse(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::invalid_argument, "reading the URL: {}", fmt::format(format, std::forward<Args>(args)...));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) {
    return refuse("the port has to be a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

Result<void> parse_authority(std::string_view authority, EgressUrl& url) {
  if (authority.find("{{") != std::string_view::npos) {
    return refuse("a placeholder may stand in the path and the query, not in the host");
  }
  if (authority.find('@') != std::string_view::npos) {
    return refuse("user and password do not belong in it; send an authorization header");
  }
  std::string_view host = authority.substr(0, authority.find(':'));
  std::string_view rest = authority.substr(host.size());
  if (authority.starts_with('[')) {
    std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refuse("the IPv6 address lacks its closing bracket");
    host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    if (!is_ipv6(host) || (!rest.empty() && rest[0] != ':')) return refuse("the brackets do not hold an IPv6 address");
  }
  url.host = to_lower(host);
  if (url.host.empty()) return refuse("it names no host");
  if (!authority.starts_with('[') && !std::ranges::all_of(url.host, is_host_character)) {
    return refuse("the host has characters other than letters, digits, `.`, `-` and `_`; write it in ASCII (punycode)");
  }
  if (!rest.empty()) {
    CHELA_TRY(url.port, parse_port(rest.substr(1)));
  }
  return {};
}

}  // namespace

std::string EgressUrl::origin() const {
  bool is_v6 = host.find(':') != std::string::npos;
  bool is_default = port == (scheme == "https" ? 443 : 80);
  return fmt::format("{}://{}{}{}{}", scheme, is_v6 ? "[" : "", host, is_v6 ? "]" : "",
                     is_default ? "" : fmt::format(":{}", port));
}

Result<EgressUrl> parse_egress_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return refuse("it is longer than {} bytes", kUrlBytesMax);
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '\\') {
      return refuse("it holds the byte 0x{:02x}, which has to be percent-encoded", byte);
    }
  }
  EgressUrl url;
  std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("it does not begin with http:// or https://");
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return refuse("only http and https can be asked");
  url.port = url.scheme == "https" ? 443 : 80;

  text.remove_prefix(colon + 3);
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  CHELA_CHECK(parse_authority(authority, url));
  text.remove_prefix(authority.size());
  text = text.substr(0, text.find('#'));
  std::size_t query = std::min(text.find('?'), text.size());
  url.path = query == 0 ? "/" : std::string(text.substr(0, query));
  url.query = std::string(text.substr(query));
  return url;
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
  std::string out;
  for (char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_plain || kept.contains(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace chela::net
