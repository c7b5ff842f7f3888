// The only file that knows valijson.

#define VALIJSON_USE_EXCEPTIONS 1  // without it the library ends the process

#include "kernel/core/config/validator.hpp"

#include <unordered_map>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validation_visitor.hpp>

#include "kernel/core/config/pattern.hpp"

namespace chela::config {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;
using Patterns = std::unordered_map<std::string, std::regex>;

// Compiles every pattern the safe way. The library would compile those missing here itself, and unsafely.
void collect_patterns(const nlohmann::json& node, Patterns& patterns) {
  if (node.is_object()) {
    auto pattern = node.find("pattern");
    if (pattern != node.end() && pattern->is_string()) {
      auto text = pattern->get<std::string>();
      if (auto compiled = compile_pattern(text)) patterns.emplace(text, std::move(*compiled));
    }
  }
  if (node.is_structured()) {
    for (const auto& child : node) collect_patterns(child, patterns);
  }
}

// Context elements are `<root>`, then `[key]` or `[index]`: only the document says which.
Path path_of(const std::vector<std::string>& context, const nlohmann::json& document) {
  Path path;
  const nlohmann::json* value = &document;
  for (std::size_t i = 1; i < context.size(); ++i) {
    std::string name = context[i].substr(1, context[i].size() - 2);
    bool in_list = value && value->is_array();
    path = path.child(in_list ? Segment(as_index(Segment(name))) : Segment(name));
    value = path.find_in(document);
  }
  return path;
}

// `schema` without the properties that `document` does not have: they change nothing, and compiling them is what
// checking a small document against the schema of everything would spend its time on.
nlohmann::json without_absent(const nlohmann::json& schema, const nlohmann::json& document) {
  if (!schema.is_object() || !document.is_object()) return schema;
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [keyword, value] : schema.items()) {
    if (keyword != "properties" || !value.is_object()) {
      out[keyword] = value;
      continue;
    }
    nlohmann::json& kept = out["properties"] = nlohmann::json::object();
    for (const auto& [key, member] : document.items()) {
      auto property = value.find(key);
      if (property != value.end()) kept[key] = without_absent(*property, member);
    }
  }
  return out;
}

}  // namespace

std::vector<Finding> run_validator(const nlohmann::json& whole_schema, const nlohmann::json& document) {
  const nlohmann::json schema = without_absent(whole_schema, document);
  Patterns patterns;
  collect_patterns(schema, patterns);
  valijson::ValidationResults results;
  try {
    valijson::Schema compiled;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(schema), compiled);
    valijson::ValidationVisitor<Adapter> visitor(Adapter(document), {"<root>"}, true, &results, patterns);
    if (visitor.validateSchema(compiled)) return {};
  } catch (const std::exception& error) {
    return {{{}, error.what()}};
  }
  std::vector<Finding> findings;
  for (const auto& error : results) findings.push_back({path_of(error.context, document), error.description});
  if (findings.empty()) findings.push_back({{}, "the document does not fit the schema"});
  return findings;
}

std::string find_schema_defect(const nlohmann::json& schema) {
  try {
    valijson::Schema compiled;
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(schema), compiled);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace chela::config
