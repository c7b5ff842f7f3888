// Schemas of strangers' plugins (kernel/core/config/schema.hpp) and a document that is checked against them.
// Input: a schema, a NUL, a document in JSON5.

#include <string>

#include <nlohmann/json.hpp>

#include "kernel/core/base/text.hpp"
#include "kernel/core/config/json5.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/config/spec.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {

void run(std::string_view bytes) {
  auto end = std::min(bytes.find('\0'), bytes.size());
  auto prepared = config::prepare_schema(bytes.substr(0, end));
  bool refused = config::has_errors(prepared.problems);
  must((prepared.schema == nullptr) == refused, "a schema is refused with a reason, or ready");
  config::ConfigSpec spec;
  auto problems = spec.add({.owner = "plugin x", .path = "plugins.entries.x.config", .schema = bytes.substr(0, end),
                            .from_plugin = true});
  must(!refused || config::has_errors(problems), "a refused schema is no slice");
  if (refused) return;
  auto again = config::prepare_schema(prepared.schema->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  must(again.schema != nullptr, "a prepared schema can be prepared");
  auto text = end < bytes.size() ? bytes.substr(end + 1) : std::string_view("{}");
  auto document = config::parse_json5(text, nullptr, {.bytes_max = 4096, .depth_max = 16, .values_max = 100});
  if (!document) return;
  for (const auto& problem : config::validate(*prepared.schema, *document)) {
    must(!problem.code.empty() && config::Path::parse(problem.path), "a problem has a code and a path", problem.path);
  }
  for (const auto& unknown : config::find_unknown_keys(*prepared.schema, *document)) {
    must(unknown.path.find_in(*document) != nullptr, "an unknown key is there");
  }
  auto filled = *document;
  config::fill_defaults(*prepared.schema, filled);
  auto twice = filled;
  config::fill_defaults(*prepared.schema, twice);
  must(twice == filled, "defaults are filled in once");
}

}  // namespace chela::fuzz
