#include "kernel/core/net/chunk_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kSizeDigitsMax = 16;  // leading zeros count: nobody honest sends more
constexpr std::size_t kTrailerNameKept = sizeof "transfer-encoding";

Refusal malformed(std::string what) {
  return {400, "the chunked body is malformed: " + std::move(what)};
}

}  // namespace

std::optional<Refusal> ChunkDecoder::feed(std::string_view& input, std::string& body) {
  while (!input.empty() && state_ != State::done) {
    if (state_ == State::data) {
      auto piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
      body += piece;
      input.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ == 0) state_ = State::data_return;
      continue;
    }
    if (auto refused = take(input.front(), body)) return refused;
    input.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<Refusal> ChunkDecoder::take(char c, const std::string& body) {
  switch (state_) {
    case State::size_first:
    case State::size:
      return take_size(c);
    case State::extension_name_first:
    case State::extension_name:
    case State::extension_value_first:
    case State::extension_value:
    case State::extension_quoted:
    case State::extension_escape:
    case State::extension_end:
      return take_extension(c);
    case State::size_line_feed:
      return c == '\n' ? begin_chunk(body.size()) : malformed("the line of a size ends without CRLF");
    case State::data_return:
      return expect(c, '\r', State::data_line_feed);
    case State::data_line_feed:
      return expect(c, '\n', State::size_first);
    case State::last_line_feed:
      return expect(c, '\n', State::done);
    case State::trailer_first:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_line_feed:
      return take_trailer(c);
    case State::data:
    case State::done:
      break;
  }
  CHELA_ASSERT(false, "data is taken as a whole, and nothing after the end");
  return std::nullopt;
}

std::optional<Refusal> ChunkDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) return malformed("a chunk is not as long as its size says, or does not end with CRLF");
  state_ = next;
  return std::nullopt;
}

std::optional<Refusal> ChunkDecoder::take_size(char c) {
  if (auto digit = hex_value(c)) {
    if (++size_digits_ > kSizeDigitsMax) return malformed("a size has too many digits");
    left_ = left_ * 16 + *digit;
    state_ = State::size;
    return std::nullopt;
  }
  if (state_ == State::size_first) return malformed("a size is no hexadecimal number");
  if (c == '\r') {
    state_ = State::size_line_feed;
  } else if (c == ';') {
    extension_size_ = 0;
    state_ = State::extension_name_first;
  } else {
    return malformed("a size is no hexadecimal number");
  }
  return std::nullopt;
}

// ";name", ";name=token" or ";name=\"text\"", again and again; what they say is nobody's concern.
std::optional<Refusal> ChunkDecoder::take_extension(char c) {
  if (++extension_size_ > limits_.chunk_extension_size_max || ++extensions_size_ > limits_.chunk_overhead_max) {
    return Refusal{400, "the chunk extensions are too long"};
  }
  bool may_end = false;
  switch (state_) {
    case State::extension_name_first:
    case State::extension_name:
      may_end = state_ == State::extension_name;
      if (is_token_char(c)) return state_ = State::extension_name, std::nullopt;
      if (c == '=' && may_end) return state_ = State::extension_value_first, std::nullopt;
      break;
    case State::extension_value_first:
      if (c == '"') return state_ = State::extension_quoted, std::nullopt;
      [[fallthrough]];
    case State::extension_value:
      may_end = state_ == State::extension_value;
      if (is_token_char(c)) return state_ = State::extension_value, std::nullopt;
      break;
    case State::extension_quoted:
      if (c == '"') return state_ = State::extension_end, std::nullopt;
      if (c == '\\') return state_ = State::extension_escape, std::nullopt;
      [[fallthrough]];
    case State::extension_escape:
      if (is_value_char(c)) return state_ = State::extension_quoted, std::nullopt;
      break;
    default:
      may_end = true;
  }
  if (may_end && c == '\r') return state_ = State::size_line_feed, std::nullopt;
  if (may_end && c == ';') return state_ = State::extension_name_first, std::nullopt;
  return malformed("a chunk extension is not of the form ;name=value");
}

std::optional<Refusal> ChunkDecoder::begin_chunk(std::size_t body_size) {
  size_digits_ = 0;
  state_ = left_ == 0 ? State::trailer_first : State::data;
  if (left_ > body_size_max_ - body_size) {
    return Refusal{413, fmt::format("the body is larger than the {} bytes that this route accepts", body_size_max_)};
  }
  return std::nullopt;
}

std::optional<Refusal> ChunkDecoder::take_trailer(char c) {
  if (++trailer_size_ > limits_.trailer_size_max) return Refusal{400, "the trailer section is too large"};
  switch (state_) {
    case State::trailer_first:
      if (c == '\r') return state_ = State::last_line_feed, std::nullopt;
      trailer_name_.clear();
      [[fallthrough]];
    case State::trailer_name:
      if (c == ':' && state_ == State::trailer_name) return end_trailer_name();
      if (!is_token_char(c)) break;
      if (trailer_name_.size() < kTrailerNameKept) trailer_name_ += c;
      return state_ = State::trailer_name, std::nullopt;
    case State::trailer_value:
      if (c == '\r') return state_ = State::trailer_line_feed, std::nullopt;
      if (is_value_char(c)) return std::nullopt;
      break;
    default:
      if (c == '\n') return state_ = State::trailer_first, std::nullopt;
  }
  return malformed("a trailer is not of the form Name: value");
}

std::optional<Refusal> ChunkDecoder::end_trailer_name() {
  for (std::string_view framing : {"content-length", "transfer-encoding"}) {
    if (equal_ignoring_case(trailer_name_, framing)) return malformed("a trailer speaks of the body's length");
  }
  state_ = State::trailer_value;
  return std::nullopt;
}

}  // namespace chela::net
