#pragma once

// The lexical half of the JSON5 parser: blanks, comments, texts, numbers and names. Internal to json5.cpp.

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/config/json5.hpp"

namespace chela::config {

// Reads forward over `text`, which is valid UTF-8 and outlives it.
class Json5Scanner {
 public:
  template <class T>
  using Scanned = std::expected<T, SyntaxError>;

  explicit Json5Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t offset() const { return at_; }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool take(char c);               // whether `c` is next; then it is read
  Scanned<void> skip_blank();      // blanks, line ends and comments
  bool starts_string() const { return peek() == '"' || peek() == '\''; }
  bool starts_number() const;
  bool starts_name() const;        // of an identifier
  Scanned<std::string> take_string();
  Scanned<std::string> take_name();
  Scanned<nlohmann::json> take_number();

  // Where `offset` is. Cheap when called with growing offsets.
  Position locate(std::size_t offset);
  std::unexpected<SyntaxError> fail_at(std::size_t offset, std::string message) const;
  // `what` and the character that stands in its place.
  std::unexpected<SyntaxError> fail_here(std::string_view what) const;

 private:
  char32_t code_point() const;       // at the current offset; 0 at the end
  std::size_t code_point_length() const;
  Scanned<void> skip_block_comment();
  Scanned<void> take_escape(std::string& out);
  Scanned<char32_t> take_hex_escape(std::size_t digits);
  Scanned<char32_t> take_unicode_escape();  // after `\u`, a surrogate pair included
  std::size_t take_digits();
  Scanned<nlohmann::json> number_from(std::size_t begin, bool negative, bool hexadecimal);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t located_ = 0;  // `position_` is the position of this offset
  Position position_{1, 1};
};

}  // namespace chela::config
