#pragma once

// The header fields of one message: insertion order, names without case (ASCII), values as bytes.
// One block of text and one table, so that a request costs two allocations whatever its number of fields.
// Any thread, one at a time.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chela::net {

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// Views handed out stay valid until the next change of the same object.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<HeaderField> fields);

  void add(std::string_view name, std::string_view value);  // beside those of the same name
  void set(std::string_view name, std::string_view value);  // in place of those of the same name
  void remove(std::string_view name);
  void reserve(std::size_t fields, std::size_t bytes);

  std::optional<std::string_view> find(std::string_view name) const;  // the first of that name
  std::string_view value_or(std::string_view name, std::string_view fallback) const;
  std::size_t count(std::string_view name) const;
  // Whether a comma-separated list header holds `token`, without case: has_token("connection", "close").
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  HeaderField operator[](std::size_t index) const;

  class Iterator {
   public:
    using value_type = HeaderField;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Headers* headers, std::size_t at) : headers_(headers), at_(at) {}
    HeaderField operator*() const { return (*headers_)[at_]; }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return {headers_, at_++}; }
    bool operator==(const Iterator&) const = default;

   private:
    const Headers* headers_ = nullptr;
    std::size_t at_ = 0;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

 private:
  struct Span {
    std::uint32_t begin, name_size, value_size;  // the value follows the name
  };
  std::string text_;
  std::vector<Span> fields_;
};

}  // namespace chela::net
