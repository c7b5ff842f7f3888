#include "kernel/core/protocol/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernel/core/base/text.hpp"
#include "kernel/core/rpc/frame.hpp"

namespace chela::protocol {
namespace {

std::uint64_t count_code_points(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Reader::Reader(std::string_view what, std::string_view json) : path_(what) {
  json = trim(json);
  size_ = json.size();
  padded_.reserve(size_ + rpc::kFramePadding);
  padded_.append(json).append(rpc::kFramePadding, '\0');
}

void Reader::defect(std::string_view what) {
  if (ok()) error_ = fmt::format("{}: {}", path_, what);
}

Reader::Object::Object(Reader& reader, std::string_view json) : reader_(reader) {
  auto members = reader.slices_.members(json);
  if (members) {
    members_ = std::move(*members);
  } else {
    reader.defect("not an object");
  }
}

const std::string_view* Reader::Object::find(std::string_view key) const {
  auto found = std::find_if(members_.rbegin(), members_.rend(), [&](const auto& member) { return member.key == key; });
  return found == members_.rend() ? nullptr : &found->value;
}

void Reader::string(std::string_view json, std::string& out, std::uint64_t length_max) {
  auto text = slices_.string(json);
  if (!text) return defect("not a string");
  if (text->size() > length_max && count_code_points(*text) > length_max) {
    return defect(fmt::format("longer than {} characters", length_max));
  }
  out = std::move(*text);
}

void Reader::integer(std::string_view json, std::uint64_t& out, std::uint64_t minimum, std::uint64_t maximum) {
  auto number = rpc::json_integer(json);
  if (!number) return defect("not an integer");
  if (*number < static_cast<std::int64_t>(minimum)) return defect(fmt::format("less than {}", minimum));
  if (*number > static_cast<std::int64_t>(maximum)) return defect(fmt::format("more than {}", maximum));
  out = static_cast<std::uint64_t>(*number);
}

void Reader::number(std::string_view json, double& out) {
  auto read = std::from_chars(json.data(), json.data() + json.size(), out);
  if (read.ec == std::errc::invalid_argument || read.ptr != json.data() + json.size()) return defect("not a number");
}

void Reader::boolean(std::string_view json, bool& out) {
  if (json != "true" && json != "false") return defect("not true or false");
  out = json == "true";
}

void Reader::raw_object(std::string_view json, std::string& out) {
  if (!json.starts_with('{')) return defect("not an object");
  out = json;
}

std::size_t Reader::index_of(std::string_view json, std::span<const std::string_view> names) {
  auto text = slices_.string(json);
  if (!text) {
    defect("not a string");
    return 0;
  }
  auto found = std::ranges::find(names, *text);
  if (found == names.end()) {
    defect(fmt::format("none of {}", fmt::join(names, ", ")));
    return 0;
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string_view> Reader::items_of(std::string_view json, std::uint64_t count_max) {
  auto items = slices_.items(json);
  if (!items) {
    defect("not an array");
    return {};
  }
  if (items->size() > count_max) {
    defect(fmt::format("more than {} items", count_max));
    return {};
  }
  return std::move(*items);
}

}  // namespace chela::protocol
