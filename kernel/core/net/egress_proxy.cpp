#include "kernel/core/net/egress_proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "kernel/core/base/text.hpp"

namespace chela::net {

namespace {

std::string environment_value(const char* lower, const char* upper) {
  for (const char* name : {lower, upper}) {
    if (const char* value = std::getenv(name); value && *value) return value;
  }
  return {};
}

struct IpAddress {
  int family = 0;
  std::array<std::uint8_t, 16> bytes{};
};

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::string terminated(text);
  IpAddress address;
  for (int family : {AF_INET, AF_INET6}) {
    address.family = family;
    if (inet_pton(family, terminated.c_str(), address.bytes.data()) == 1) return address;
  }
  return std::nullopt;
}

bool block_covers(std::string_view block, const IpAddress& address) {
  std::size_t slash = block.find('/');
  auto base = parse_ip(block.substr(0, slash));
  if (!base || base->family != address.family) return false;
  unsigned bits_max = address.family == AF_INET ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    std::string_view digits = block.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits > bits_max) return false;
  }
  std::size_t whole = bits / 8;
  if (!std::equal(base->bytes.begin(), base->bytes.begin() + whole, address.bytes.begin())) return false;
  if (bits % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return (base->bytes[whole] & mask) == (address.bytes[whole] & mask);
}

bool domain_covers(std::string_view domain, std::string_view host) {
  if (domain.starts_with("*.")) domain.remove_prefix(1);
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty() || !host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

std::string_view without_final_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

auto refuse_proxy(std::string_view why) {
  constexpr std::string_view kAdvice = "give http://HOST:PORT or socks5h://HOST:PORT";
  return fail(ErrorCode::invalid_argument, "choosing the proxy: {}; {}", why, kAdvice);
}

// Not shown in errors: it may hold a password.
Result<std::string> check_proxy_url(std::string_view text) {
  std::string url(trim(text));
  if (url.find("://") == std::string::npos) url = "http://" + url;  // as the environment variables are often written
  std::string scheme = to_lower(url.substr(0, url.find("://")));
  if (scheme != "http" && scheme != "https" && scheme != "socks5" && scheme != "socks5h") {
    return refuse_proxy("its scheme is not one of http, https, socks5, socks5h");
  }
  std::string_view rest = std::string_view(url).substr(scheme.size() + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  std::string_view host = rest.substr(rest.rfind('@') + 1);  // npos + 1 is 0
  bool is_plain = std::ranges::all_of(rest, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  if (host.empty() || host.starts_with(':') || !is_plain || host.find_first_of("/?#{") != std::string_view::npos) {
    return refuse_proxy("it is not a URL of a host and a port");
  }
  return fmt::format("{}://{}", scheme, rest);
}

}  // namespace

ProxyEnvironment proxy_environment_of_process() {
  return {environment_value("http_proxy", "HTTP_PROXY"), environment_value("https_proxy", "HTTPS_PROXY"),
          environment_value("all_proxy", "ALL_PROXY"), environment_value("no_proxy", "NO_PROXY")};
}

bool bypasses_proxy(std::string_view no_proxy, std::string_view host) {
  if (trim(no_proxy) == "*") return true;
  std::string name = to_lower(without_final_dot(host));
  auto address = parse_ip(name);
  std::string list = to_lower(no_proxy);
  std::ranges::replace(list, ' ', ',');
  for (std::string_view entry : split(list, ',')) {
    std::string_view pattern = without_final_dot(trim(entry));
    if (pattern.empty()) continue;
    if (address ? block_covers(pattern, *address) : domain_covers(pattern, name)) return true;
  }
  return false;
}

Result<std::string> choose_proxy(const ProxyEnvironment& environment, std::string_view setting,
                                 const EgressUrl& target) {
  if (setting == "none") return std::string();
  if (!setting.empty()) return check_proxy_url(setting);
  std::string_view url = target.scheme == "https" ? environment.https : environment.http;
  if (url.empty()) url = environment.all;
  if (url.empty() || bypasses_proxy(environment.no_proxy, target.host)) return std::string();
  return check_proxy_url(url);
}

std::string_view host_of_proxy(std::string_view url) {
  url.remove_prefix(std::min(url.find("://"), url.size()));
  url.remove_prefix(std::min<std::size_t>(3, url.size()));
  url.remove_prefix(url.rfind('@') + 1);  // npos + 1 is 0
  if (url.starts_with('[')) return url.substr(1, url.find(']') - 1);
  return url.substr(0, url.find(':'));
}

}  // namespace chela::net
