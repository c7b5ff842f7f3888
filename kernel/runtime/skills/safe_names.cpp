#include "kernel/runtime/skills/safe_names.hpp"

#include <algorithm>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

// Begins with a letter or digit; all else is one of them or of `others`.
bool is_name(std::string_view text, std::string_view others) {
  auto fits = [&](char c) { return is_alnum(c) || others.contains(c); };
  return !text.empty() && is_alnum(text.front()) && std::ranges::all_of(text, fits);
}

bool is_lower_name(std::string_view text) {
  auto fits = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; };
  return !text.empty() && (is_lower(text.front()) || is_digit(text.front())) && std::ranges::all_of(text, fits);
}

bool is_node_name(std::string_view name) {
  if (!name.starts_with('@')) return is_lower_name(name);
  auto slash = name.find('/');
  return slash != std::string_view::npos && is_lower_name(name.substr(1, slash - 1)) &&
         is_lower_name(name.substr(slash + 1));
}

// Numbers, points and what semantic versions may carry behind them.
bool is_version_or_tag(std::string_view text) {
  if (is_name(text, "._-")) return true;
  auto plus = text.find('+');  // build metadata
  return plus != std::string_view::npos && is_name(text.substr(0, plus), ".-") && is_digit(text.front()) &&
         is_name(text.substr(plus + 1), ".-");
}

// The authority in lower case, without the port that the scheme has anyway; nothing when it is malformed.
std::string url_authority(std::string_view authority, std::string_view scheme) {
  std::string out = to_lower(authority);
  std::string_view usual = scheme == "https" ? ":443" : ":80";
  if (out.ends_with(usual)) out.resize(out.size() - usual.size());
  auto colon = out.rfind(':');
  auto host = std::string_view(out).substr(0, colon);
  auto port = colon == std::string::npos ? std::string_view() : std::string_view(out).substr(colon + 1);
  auto in_host = [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; };
  if (host.empty() || !std::ranges::all_of(host, in_host) || !std::ranges::all_of(port, is_digit) || port.size() > 5)
    return {};
  if (colon != std::string::npos && port.empty()) out.pop_back();
  return out;
}

// `.` and `..` of a path resolved, and what may not stand in a URL escaped.
std::string url_path(std::string_view path) {
  std::vector<std::string_view> segments;
  auto pieces = split(path.substr(1), '/');
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    bool last = i + 1 == pieces.size();
    if (pieces[i] == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (pieces[i] != ".") {
      segments.push_back(pieces[i]);
      continue;
    }
    if (last) segments.push_back({});
  }
  std::string out;
  for (auto segment : segments) out.append("/").append(segment);
  return out.empty() ? "/" : out;
}

std::string escaped(std::string_view text, std::string_view others) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && !others.contains(c)) {
      out += c;
    } else {
      out += '%', out += kHex[byte >> 4], out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string safe_formula(std::string_view name) {
  return is_name(name, "@+._/-") && !name.contains("..") ? std::string(name) : std::string();
}

std::string safe_node_package(std::string_view spec) {
  auto at = spec.rfind('@');
  bool selects = at != std::string_view::npos && at > 0;
  if (!is_node_name(selects ? spec.substr(0, at) : spec)) return {};
  return !selects || is_version_or_tag(spec.substr(at + 1)) ? std::string(spec) : std::string();
}

std::string safe_go_module(std::string_view spec) {
  auto at = spec.find('@');
  bool sound =
      is_name(spec.substr(0, at), "._~+-/") && (at == std::string_view::npos || is_name(spec.substr(at + 1), "._~+-/"));
  return sound && !spec.contains("://") ? std::string(spec) : std::string();
}

std::string safe_python_package(std::string_view spec) {
  return is_name(spec, "._-[]=<>!~+,") ? std::string(spec) : std::string();
}

std::string safe_download_url(std::string_view url) {
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (space_length(url, i) > 0) return {};
  }
  auto colon = url.find(':');
  auto scheme = to_lower(url.substr(0, colon));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) return {};
  auto rest = url.substr(colon + 1);
  while (rest.starts_with('/') || rest.starts_with('\\')) rest.remove_prefix(1);
  auto authority = rest.substr(0, rest.find_first_of("/\\?#"));
  auto after = rest.substr(authority.size());
  auto host = url_authority(authority, scheme);
  if (host.empty()) return {};
  auto path = after.substr(0, after.find_first_of("?#"));
  auto tail = after.substr(path.size());
  std::string forward(path);
  std::ranges::replace(forward, '\\', '/');
  auto resolved = forward.empty() ? std::string("/") : url_path(forward);
  return scheme + "://" + host + escaped(resolved, "\"#<>?`{}^") + escaped(tail, "\"<>");
}

}  // namespace chela::runtime::skills
