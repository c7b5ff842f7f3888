#include "kernel/core/rpc/json_check.hpp"

#include <cstdint>
#include <vector>

namespace chela::rpc {
namespace {

// Bytes of a string that need a closer look: the quote, the backslash, controls.
constexpr bool is_plain(char c) { return static_cast<std::uint8_t>(c) >= 0x20 && c != '"' && c != '\\'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Each function reads one thing at `at_` and goes behind it; false when it is not there.
class Check {
 public:
  Check(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  Result<void> run() {
    if (!document()) return fail(ErrorCode::invalid_argument, "it is not valid JSON: {} at byte {}", wrong_, at_);
    return {};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  bool wrong(const char* what) {
    wrong_ = what;
    return false;
  }

  // Values one after the other, the open brackets on a stack of our own.
  bool document() {
    for (;;) {
      blanks();
      if (!value()) return false;
      if (opened_) {
        opened_ = false;
        continue;
      }
      if (!after_value()) return false;
      if (open_.empty()) break;
    }
    return at_ == text_.size() || wrong("something follows the value");
  }

  bool value() {
    switch (peek()) {
      case '{': return open('{', '}');
      case '[': return open('[', ']');
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  // An empty one is a value; into another one the next value goes, behind its key when it is an object.
  bool open(char begin, char end) {
    ++at_;
    if (open_.size() == depth_max_) return wrong("it nests too deep");
    blanks();
    if (take(end)) return true;
    open_.push_back(begin);
    opened_ = true;
    return begin == '[' || key();
  }

  bool key() {
    if (peek() != '"') return wrong("no key of a member");
    if (!string()) return false;
    blanks();
    return take(':') || wrong("no colon after a key");
  }

  // Closes what ends here, and goes on to the next value when there is one.
  bool after_value() {
    for (;;) {
      blanks();
      if (open_.empty()) return true;
      bool in_object = open_.back() == '{';
      if (take(',')) {
        if (!in_object) return true;
        blanks();
        return key();
      }
      if (!take(in_object ? '}' : ']')) return wrong("neither a comma nor the right bracket");
      open_.pop_back();
    }
  }

  bool string() {
    ++at_;
    for (;;) {
      while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
      if (take('"')) return true;
      if (!take('\\')) return wrong("a string without its end");
      if (!escape()) return wrong("no such escape");
    }
  }

  bool escape() {
    char c = peek();
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(c) && take(c);
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!is_hex(peek())) return false;
    }
    return true;
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return wrong("no value");
    at_ += expected.size();
    return true;
  }

  bool digits() {
    auto begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool number() {
    auto begin = at_;
    take('-');
    if (!take('0') && !digits()) return wrong(at_ == begin ? "no value" : "no number");
    if (take('.') && !digits()) return wrong("no number");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return wrong("no number");
    }
    return true;
  }

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  std::vector<char> open_;
  bool opened_ = false;  // a value must follow
  const char* wrong_ = "";
};

}  // namespace

Result<void> check_json(std::string_view text, std::size_t depth_max) { return Check(text, depth_max).run(); }

}  // namespace chela::rpc
