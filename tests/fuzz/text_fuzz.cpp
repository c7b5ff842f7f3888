// Text that may be anything: UTF-8, cutting, encodings (kernel/core/base/text.hpp), log lines (kernel/core/log).

#include <algorithm>
#include <string>

#include <simdjson.h>

#include "kernel/core/base/text.hpp"
#include "kernel/core/log/line.hpp"
#include "kernel/core/log/redactor.hpp"
#include "kernel/core/net/utf8_stream.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

bool is_valid_stream(const Pieces& pieces) {
  net::Utf8Stream stream;
  for (auto piece : pieces) {
    if (!stream.feed(piece)) return false;
  }
  return stream.complete();
}

void check_utf8(std::string_view bytes) {
  bool valid = is_valid_utf8(bytes);
  must(valid == simdjson::validate_utf8(bytes.data(), bytes.size()), "UTF-8 is what simdjson says", bytes);
  for (const auto& pieces : cuts(bytes)) must(is_valid_stream(pieces) == valid, "UTF-8 does not depend on the cuts");
  auto repaired = repair_utf8(bytes);
  must(is_valid_utf8(repaired) && repair_utf8(repaired) == repaired, "repaired text is text", repaired);
  must(!valid || repaired == bytes, "text is not repaired", bytes);
  must(repaired.size() <= 3 * bytes.size(), "a byte becomes one character");
  auto cut = cut_utf8(bytes, Dice(bytes).below(bytes.size() + 2));
  must(bytes.starts_with(cut), "a cut is a beginning");
  must(!valid || is_valid_utf8(cut), "a cut text is text", cut);
  must(!valid || cut.size() + 3 >= std::min(bytes.size(), Dice(bytes).below(bytes.size() + 2)), "a cut takes no more");
}

void check_encodings(std::string_view bytes) {
  auto base64 = to_base64(bytes);
  must(base64.size() == (bytes.size() + 2) / 3 * 4, "base64 is padded");
  std::string url;
  for (char c : base64) {
    if (c != '=') url += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  must(from_base64url(url) == bytes, "base64 is read back", url);
  must(to_hex(bytes).size() == 2 * bytes.size(), "hex has two digits a byte");
  if (auto decoded = from_base64url(bytes)) must(decoded->size() == bytes.size() * 3 / 4, "base64url is whole");
  std::string joined;
  for (auto piece : split(bytes, ',')) (joined += piece) += ',';
  must(joined.substr(0, joined.size() - 1) == bytes, "what is split is joined");
  must(equal_ignoring_case(bytes, to_lower(bytes)) && to_lower(to_lower(bytes)) == to_lower(bytes), "case is one bit");
  must(trim(trim(bytes)) == trim(bytes), "trimmed is trimmed");
  (void)nearest(bytes.substr(0, 40), {"alpha", "beta", bytes.substr(bytes.size() / 2, 40)});
}

void check_log(std::string_view bytes) {
  auto steers = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  const log::Field fields[] = {{"field", bytes}, {bytes, "value"}};
  simdjson::dom::parser parser;
  log::Line line{.unix_ms = 1, .level = log::Level::info, .category = "fuzz", .message = bytes, .fields = fields};
  for (auto format : {log::Format::text, log::Format::json}) {
    auto rendered = log::render(line, format);
    must(is_valid_utf8(rendered), "a log line is text", rendered);
    must(std::ranges::none_of(rendered, steers), "a log line is one line", rendered);
    bool reads = format == log::Format::text || !parser.parse(rendered).error();
    must(reads, "a JSON line is JSON", rendered);
  }
}

void check_redaction(std::string_view bytes) {
  log::Redactor redactor;
  auto secret = bytes.substr(0, std::min<std::size_t>(bytes.size(), 24));
  bool is_like_a_mark = secret.find_first_of("[]") != secret.npos || log::Redactor::kMark.find(secret) != secret.npos;
  if (!redactor.add(secret) || is_like_a_mark) return;
  auto encoded = "x" + std::string(secret) + "y " + to_base64(std::string(secret));
  must(redactor.redact(encoded).find(secret) == std::string::npos, "a secret is not shown", secret);
  must(redactor.redact(bytes.substr(secret.size())).size() <= bytes.size() * 4, "a mark is short");
}

}  // namespace

void run(std::string_view bytes) {
  check_utf8(bytes);
  check_encodings(bytes);
  check_log(bytes);
  check_redaction(bytes);
}

}  // namespace chela::fuzz
