#pragma once

// Chunked bodies as bytes (RFC 9112 section 7.1), stricter than the grammar where readers are known to differ: no blanks
// around sizes and extensions, no line end but CRLF, no folded trailers. Trailers are read to their end and dropped:
// nothing here needs them, and merging them is how forbidden headers get in. Any thread, one at a time.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/core/net/limits.hpp"
#include "kernel/core/net/refusal.hpp"

namespace chela::net {

class ChunkDecoder {
 public:
  ChunkDecoder(const HttpLimits& limits, std::uint64_t body_size_max)  // `limits` must outlive it
      : limits_(limits), body_size_max_(body_size_max) {}

  // Consumes from the front of `input` up to the end of the body and adds the data to `body`. 400 for what is
  // malformed, 413 for a size that makes the body too large, before its data. Not to be called again after a refusal.
  std::optional<Refusal> feed(std::string_view& input, std::string& body);
  bool is_done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t {
    size_first,  // a digit must come
    size,
    extension_name_first,
    extension_name,
    extension_value_first,
    extension_value,
    extension_quoted,
    extension_escape,  // behind a backslash
    extension_end,     // behind the closing quote
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    trailer_first,
    trailer_name,
    trailer_value,
    trailer_line_feed,
    last_line_feed,
    done,
  };

  std::optional<Refusal> take(char c, const std::string& body);
  std::optional<Refusal> take_size(char c);
  std::optional<Refusal> take_extension(char c);
  std::optional<Refusal> take_trailer(char c);
  std::optional<Refusal> begin_chunk(std::size_t body_size);
  std::optional<Refusal> end_trailer_name();
  std::optional<Refusal> expect(char c, char wanted, State next);

  const HttpLimits& limits_;
  std::uint64_t body_size_max_;
  std::uint64_t left_ = 0;  // of the chunk: its size, then what of it is still to come
  std::size_t size_digits_ = 0;
  std::size_t extension_size_ = 0;   // of this chunk
  std::size_t extensions_size_ = 0;  // of all
  std::size_t trailer_size_ = 0;
  std::string trailer_name_;
  State state_ = State::size_first;
};

}  // namespace chela::net
