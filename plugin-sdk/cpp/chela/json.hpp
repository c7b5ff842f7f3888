#ifndef CHELA_JSON_HPP
#define CHELA_JSON_HPP
// Optional: reading JSON objects with nlohmann/json, with errors that name the key. The rest of the SDK needs none.

#if !__has_include(<nlohmann/json.hpp>)
#error "chela/json.hpp needs nlohmann/json 3.11 or newer (Debian: apt install nlohmann-json3-dev)"
#endif

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "chela/failure.hpp"

namespace chela {
inline namespace sdk {

using Json = nlohmann::json;

// Text from outside as a tree, or a discarded value (is_discarded()) when it is no JSON, goes on behind a NUL, or nests
// deeper than `depth_max`: trees are copied and written recursively, and a stranger's text must not empty the stack.
inline Json read_json(std::string_view text, std::size_t depth_max = 64) {
  const Json refused(Json::value_t::discarded);
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') return refused;
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_max) return refused;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return Json::parse(text, nullptr, false);
}

// Reads the members of one object; a wrong type throws Failure CHELA_INVALID_ARGUMENT. `what` stands in front of
// each error, such as "configuration" or "arguments".
class JsonReader {
 public:
  JsonReader(std::string_view text, std::string what) : what_(std::move(what)) {
    value_ = read_json(text);
    if (!value_.is_object()) throw Failure(CHELA_INVALID_ARGUMENT, what_ + ": not a JSON object");
  }

  // The member, or `otherwise` when it is absent.
  template <class T>
  T find(const std::string& key, T otherwise) {
    known_.insert(key);
    auto it = value_.find(key);
    if (it == value_.end()) return otherwise;
    if (!fits<T>(*it)) throw Failure(CHELA_INVALID_ARGUMENT, what_ + "." + key + ": expected " + type_name<T>());
    return it->template get<T>();
  }

  // The member; its absence throws.
  template <class T>
  T get(const std::string& key) {
    if (!value_.contains(key)) throw Failure(CHELA_INVALID_ARGUMENT, what_ + "." + key + ": missing");
    return find<T>(key, T());
  }

  // Throws when the object has a member that was not asked for. Call it last.
  void finish() const {
    for (const auto& item : value_.items()) {
      if (known_.count(item.key()) == 0) {
        throw Failure(CHELA_INVALID_ARGUMENT,
                      what_ + "." + item.key() + ": unknown key; remove it or correct its name");
      }
    }
  }

  const Json& value() const { return value_; }

 private:
  template <class T>
  static bool fits(const Json& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value.is_boolean();
    } else if constexpr (std::is_unsigned_v<T>) {
      return value.is_number_unsigned();
    } else if constexpr (std::is_integral_v<T>) {
      return value.is_number_integer();
    } else if constexpr (std::is_floating_point_v<T>) {
      return value.is_number();
    } else if constexpr (std::is_same_v<T, std::string>) {
      return value.is_string();
    } else {
      static_assert(std::is_same_v<T, Json>, "chela: JsonReader reads bool, numbers, std::string and chela::Json");
      return true;
    }
  }
  template <class T>
  static const char* type_name() {
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    if constexpr (std::is_unsigned_v<T>) return "a whole number from 0";
    if constexpr (std::is_integral_v<T>) return "a whole number";
    if constexpr (std::is_floating_point_v<T>) return "a number";
    return "a text";
  }

  Json value_;
  std::string what_;
  std::set<std::string> known_;
};

// Text that is not UTF-8 (a file, a program's output) becomes U+FFFD instead of an exception.
inline std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sdk
}  // namespace chela
#endif
