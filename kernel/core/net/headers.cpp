#include "kernel/core/net/headers.hpp"

#include "kernel/core/base/text.hpp"

namespace chela::net {

Headers::Headers(std::initializer_list<HeaderField> fields) {
  for (const auto& field : fields) add(field.name, field.value);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_ += name;
  text_ += value;
}

void Headers::set(std::string_view name, std::string_view value) {
  std::string kept(value);  // may be a view into our own text
  std::string kept_name(name);
  remove(kept_name);
  add(kept_name, kept);
}

void Headers::remove(std::string_view name) {
  if (!find(name)) return;
  Headers rest;
  rest.reserve(fields_.size(), text_.size());
  for (auto field : *this) {
    if (!equal_ignoring_case(field.name, name)) rest.add(field.name, field.value);
  }
  *this = std::move(rest);
}

void Headers::reserve(std::size_t fields, std::size_t bytes) {
  fields_.reserve(fields);
  text_.reserve(bytes);
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (auto field : *this) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::string_view Headers::value_or(std::string_view name, std::string_view fallback) const {
  return find(name).value_or(fallback);
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (auto field : *this) found += equal_ignoring_case(field.name, name) ? 1 : 0;
  return found;
}

bool Headers::has_token(std::string_view name, std::string_view token) const {
  for (auto field : *this) {
    if (!equal_ignoring_case(field.name, name)) continue;
    for (auto piece : split(field.value, ',')) {
      if (equal_ignoring_case(trim(piece), token)) return true;
    }
  }
  return false;
}

HeaderField Headers::operator[](std::size_t index) const {
  const Span& span = fields_[index];
  std::string_view text = text_;
  return {text.substr(span.begin, span.name_size), text.substr(span.begin + span.name_size, span.value_size)};
}

}  // namespace chela::net
