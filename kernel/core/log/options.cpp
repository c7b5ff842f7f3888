#include "kernel/core/log/options.hpp"

#include <nlohmann/json.hpp>

namespace chela::embedded {
std::string_view logging_schema();
}

namespace chela::log {
namespace {

// The member when it is a text, else empty.
std::string text_at(const nlohmann::json& slice, const char* key) {
  auto member = slice.is_object() ? slice.find(key) : slice.end();
  return member != slice.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace

std::string_view options_schema() { return embedded::logging_schema(); }

LogOptions read_options(const nlohmann::json& slice) {
  LogOptions options;
  options.file_level = find_level(text_at(slice, "level")).value_or(options.file_level);
  options.console_level = find_level(text_at(slice, "consoleLevel")).value_or(options.file_level);
  if (text_at(slice, "consoleStyle") == "json") options.console_format = Format::json;
  options.file = text_at(slice, "file");
  auto size = slice.is_object() ? slice.find("maxFileBytes") : slice.end();
  if (size != slice.end() && size->is_number_integer()) options.file_bytes_max = size->get<std::size_t>();
  return options;
}

}  // namespace chela::log
