// Arguments that a model gives a tool (kernel/runtime/tools/catalog.hpp).

#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/tools/catalog.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

using nlohmann::json;

runtime::Tool tool_with(const char* parameters) {
  runtime::Tool tool{.name = "tool", .plugin_id = "plugin", .description = "A tool."};
  tool.parameters = std::make_shared<const json>(json::parse(parameters));
  return tool;
}

void check(const runtime::Tool& tool, std::string_view bytes) {
  auto checked = runtime::check_arguments(tool, bytes);
  if (!checked) {
    return must(checked.error().code == ErrorCode::invalid_argument && is_valid_utf8(checked.error().message),
                "a refusal is for the model to read", checked.error().message);
  }
  auto given = parse_json(*checked, 64);
  must(given && given->is_object(), "arguments are a JSON object of bounded depth", *checked);
  bool blank = trim(bytes).empty();
  must(blank || parse_json(bytes, 64).has_value(), "what was taken was JSON to its end", bytes);
  auto again = runtime::check_arguments(tool, *checked);
  must(again && *again == *checked, "checked arguments are sound", *checked);
  if (!tool.parameters->contains("required")) return;
  must(given->contains("path") && (*given)["path"].is_string(), "what is required is there", *checked);
  must(!given->contains("count") || ((*given)["count"].is_number() && (*given)["count"].get<double>() <= 10 &&
                                     (*given)["count"].get<double>() >= -3),
       "numbers keep their bounds", *checked);
  for (const auto& [key, value] : given->items()) {
    must(key == "path" || key == "count" || key == "mode" || key == "more", "nothing else is there", key);
  }
}

}  // namespace

void run(std::string_view bytes) {
  static const runtime::Tool open = tool_with(R"({"type":"object"})");
  static const runtime::Tool closed = tool_with(R"({"type":"object","required":["path"],"additionalProperties":false,
    "properties":{"path":{"type":"string"},"count":{"type":"integer","minimum":-3,"maximum":10},
                  "mode":{"enum":["read",1,null,{"a":[]}]},"more":{"type":"array"}}})");
  check(open, bytes);
  check(closed, bytes);
}

}  // namespace chela::fuzz
