#pragma once

// A place in the configuration document: `$.channels["my host"].rooms[0].id`.

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"

namespace chela::config {

// A member of an object, or an item of an array.
using Segment = std::variant<std::string, std::size_t>;

// A value. The empty path is the whole document.
class Path {
 public:
  Path() = default;
  Path(std::initializer_list<Segment> segments) : segments_(segments) {}

  // Reads `a.b[0]`, `$.a.b[0]`, `a["x.y"].c` and `a.b.0`. A bare number stays a key: find() takes it for an index
  // where the document has an array. Error `invalid_argument` says where the text stops making sense.
  static Result<Path> parse(std::string_view text);

  const std::vector<Segment>& segments() const { return segments_; }
  bool empty() const { return segments_.empty(); }
  std::size_t size() const { return segments_.size(); }

  Path child(Segment segment) const;
  Path parent() const;  // of a path that is not empty
  bool starts_with(const Path& prefix) const;
  bool operator==(const Path&) const = default;

  // `$.a.b[0]`; keys that are no plain words are quoted.
  std::string text() const;
  // The last member name on the way, or empty: the name to judge a value by.
  std::string_view last_key() const;

  // Null when the document has nothing there.
  const nlohmann::json* find_in(const nlohmann::json& document) const;

 private:
  std::vector<Segment> segments_;
};

// The index a segment means in an array; size_t(-1) when it means none.
std::size_t as_index(const Segment& segment);
// The segment as a member name.
std::string as_key(const Segment& segment);

}  // namespace chela::config
