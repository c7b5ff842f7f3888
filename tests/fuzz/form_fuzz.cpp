// Forms and query strings (application/x-www-form-urlencoded): kernel/core/net/http_target.hpp, http_types.hpp.

#include <optional>
#include <string>

#include <fmt/format.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"
#include "kernel/core/net/http_target.hpp"
#include "kernel/core/net/http_types.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

// Written a second time, otherwise, to be compared with.
std::string decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    bool encodes = text.size() >= 3 && text[0] == '%' && net::hex_value(text[1]) && net::hex_value(text[2]);
    if (encodes) {
      out += static_cast<char>(std::stoi(std::string(text.substr(1, 2)), nullptr, 16));
    } else {
      out += text[0] == '+' ? ' ' : text[0];
    }
    text.remove_prefix(encodes ? 3 : 1);
  }
  return out;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (char c : text) out += fmt::format("%{:02x}", static_cast<std::uint8_t>(c));
  return out;
}

std::optional<std::string> first_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto pair = query.substr(0, query.find('&'));
    auto key = pair.substr(0, pair.find('='));
    if (decoded(key) == name) return decoded(pair.substr(std::min(pair.size(), key.size() + 1)));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

void run(std::string_view bytes) {
  must(net::decode_query(bytes) == decoded(bytes), "decoding is what the standard says", bytes);
  must(net::decode_query(encoded(bytes)) == bytes, "what is encoded is read back", bytes);
  net::RequestHead head;
  head.query = bytes;
  for (auto pair : split(bytes, '&')) {
    auto name = decoded(pair.substr(0, pair.find('=')));
    if (name.empty()) continue;  // empty pieces between two `&` have no name
    must(head.query_value(name) == first_value(bytes, name), "the first value of a name counts", name);
  }
  head.query = encoded("name") + "=" + encoded(bytes) + "&name=other";
  must(head.query_value("name") == bytes, "a value is read back", bytes);
}

}  // namespace chela::fuzz
