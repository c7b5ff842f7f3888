#include "kernel/core/base/json.hpp"

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"

namespace chela {

Result<nlohmann::json> parse_json(std::string_view text, std::size_t depth_max, JsonComments comments) {
  if (nests_deeper(text, depth_max)) {
    return fail(ErrorCode::invalid_argument, "nests deeper than {} levels", depth_max);
  }
  // The library takes a NUL for the end of the text and would not look at what follows.
  bool is_cut = text.find('\0') != std::string_view::npos;
  auto value = nlohmann::json::parse(is_cut ? std::string_view() : text, nullptr, false,
                                     comments == JsonComments::skipped);
  if (value.is_discarded()) return fail(ErrorCode::invalid_argument, "is not valid JSON");
  return value;
}

nlohmann::json object_of(std::string_view text) {
  auto value = nlohmann::json::parse(text, nullptr, false);
  return value.is_object() ? value : nlohmann::json::object();
}

std::string json_text(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_of(const nlohmann::json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace chela
