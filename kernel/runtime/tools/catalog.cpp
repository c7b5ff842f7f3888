#include "kernel/runtime/tools/catalog.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;

bool names_tool(const std::vector<std::string>& list, const std::string& name, const std::string& plugin_id) {
  return std::ranges::any_of(list, [&](const std::string& entry) {
    return entry == "*" || entry == name || entry == plugin_id || entry == "group:" + plugin_id;
  });
}

bool is_true(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

bool fits_type(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer")
    return value.is_number_integer() || (value.is_number_float() && value == std::trunc(value.get<double>()));
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return value.is_null();
  return true;
}

// The first complaint about one argument, or empty.
std::string complaint(const std::string& name, const Json& value, const Json& schema) {
  auto type = schema.find("type");
  if (type != schema.end() && type->is_string() && !fits_type(value, type->get<std::string>())) {
    return fmt::format("`{}` must be of type {}", name, type->get<std::string>());
  }
  auto allowed = schema.find("enum");
  if (allowed != schema.end() && allowed->is_array() && std::ranges::find(*allowed, value) == allowed->end()) {
    return fmt::format("`{}` must be one of {}", name, allowed->dump());
  }
  auto bound = [&](const char* key, auto broken) {
    auto limit = schema.find(key);
    return limit != schema.end() && limit->is_number() && value.is_number() &&
           broken(value.get<double>(), limit->get<double>());
  };
  if (bound("minimum", std::less<>())) return fmt::format("`{}` must be at least {}", name, schema["minimum"].dump());
  if (bound("maximum", std::greater<>())) return fmt::format("`{}` must be at most {}", name, schema["maximum"].dump());
  return {};
}

}  // namespace

ToolCatalog::ToolCatalog(const plugins::PluginSet& plugins, ToolSelection selection)
    : selection_(std::move(selection)) {
  for (const auto* capability : plugins.registry().list("tool")) {
    const auto* record = plugins.find(capability->plugin_id);
    for (const auto& tool : (*capability->descriptor)["tools"]) add(*record, tool);
    for (const auto& factory : capability->descriptor->value("factories", Json::array())) {
      add_factory(capability->plugin_id, factory);
    }
  }
}

// Optional tools are those that the operator has to ask for.
bool ToolCatalog::wanted(const std::string& name, const std::string& plugin_id, bool optional) const {
  if (names_tool(selection_.deny, name, plugin_id)) return false;
  return (!optional && selection_.allow.empty()) || names_tool(selection_.allow, name, plugin_id);
}

// One that says its names is asked only when one of them is wanted.
void ToolCatalog::add_factory(const std::string& plugin_id, const Json& entry) {
  ToolFactory factory{plugin_id, text_of(entry, "key"), is_true(entry, "optional")};
  auto names = entry.find("names");
  auto is_wanted = [&](const Json& name) {
    return name.is_string() && wanted(name.get<std::string>(), plugin_id, factory.optional);
  };
  bool says_names = names != entry.end() && names->is_array() && !names->empty();
  if (says_names && std::ranges::none_of(*names, is_wanted)) return;
  factories_.push_back(std::move(factory));
}

namespace {

std::shared_ptr<const std::string> definition_of(const std::string& name, const Json& description,
                                                 const Json& parameters) {
  Json definition = {{"type", "function"},
                     {"function", {{"name", name}, {"description", description}, {"parameters", parameters}}}};
  return std::make_shared<const std::string>(json_text(definition));
}

Tool make_tool(const std::string& plugin_id, const Json& entry) {
  auto name = entry["name"].get<std::string>();
  Tool tool{.name = name, .key = text_of(entry, "key"), .plugin_id = plugin_id,
            .description = entry["description"].get<std::string>()};
  tool.blocking = is_true(entry, "blocking");
  tool.parallel = is_true(entry, "parallel");
  for (const auto& effect : entry.value("effects", Json::array())) {
    if (effect.is_string()) tool.effects.push_back(effect.get<std::string>());
  }
  tool.definition = definition_of(name, entry["description"], entry["parameters"]);
  tool.parameters = std::make_shared<const Json>(entry["parameters"]);
  return tool;
}

}  // namespace

Result<std::shared_ptr<const Tool>> ToolCatalog::read_made(const ToolFactory& factory, const Json& entry) const {
  if (!entry.is_object() || !plugins::is_tool_name(text_of(entry, "name")) || text_of(entry, "key").empty() ||
      !entry.contains("description") || !entry["description"].is_string() || !entry.contains("parameters") ||
      !entry["parameters"].is_object()) {
    return fail(ErrorCode::protocol, "plugin {} made something that is no tool", factory.plugin_id);
  }
  if (!wanted(text_of(entry, "name"), factory.plugin_id, factory.optional)) return nullptr;
  return std::make_shared<const Tool>(make_tool(factory.plugin_id, entry));
}

void ToolCatalog::add(const plugins::Record& record, const Json& entry) {
  const std::string& plugin_id = record.manifest->id;
  auto name = entry["name"].get<std::string>();
  if (!wanted(name, plugin_id, is_true(entry, "optional"))) return;
  auto tool = make_tool(plugin_id, entry);
  tool.key.clear();  // of a tool that is listed, its process knows the key by the name
  auto [place, added] = tools_.try_emplace(name, std::make_shared<const Tool>(std::move(tool)));
  if (added) return;
  diagnostics_.push_back({plugins::Severity::warning, plugins::DiagnosticCode::duplicate_tool_name, plugin_id,
                          "the tool " + name + " of " + place->second->plugin_id + " comes first", {}});
}

std::shared_ptr<const Tool> ToolCatalog::find(std::string_view name) const {
  auto found = tools_.find(name);
  return found == tools_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Tool>> ToolCatalog::list() const {
  std::vector<std::shared_ptr<const Tool>> out;
  for (const auto& [name, tool] : tools_) out.push_back(tool);
  return out;
}

Tool describe_built_in(std::string name, std::string description, Json parameters) {
  auto definition = definition_of(name, description, parameters);
  return {.name = std::move(name),
          .plugin_id = {},
          .description = std::move(description),
          .definition = std::move(definition),
          .parameters = std::make_shared<const Json>(std::move(parameters))};
}

Result<std::string> check_arguments(const Tool& tool, std::string_view arguments) {
  if (trim(arguments).empty()) arguments = "{}";
  if (nests_deeper(arguments, kDepthMax)) {
    return fail(ErrorCode::invalid_argument, "the arguments of {} nest deeper than {} levels; send simpler ones",
                tool.name, kDepthMax);
  }
  auto parsed = parse_json(arguments, kDepthMax);
  if (!parsed || !parsed->is_object()) {
    return fail(ErrorCode::invalid_argument, "the arguments of {} are not a JSON object; send them again as one",
                tool.name);
  }
  const Json& given = *parsed;
  const Json& schema = *tool.parameters;
  const Json properties = schema.value("properties", Json::object());
  for (const auto& required : schema.value("required", Json::array())) {
    if (required.is_string() && !given.contains(required.get<std::string>())) {
      return fail(ErrorCode::invalid_argument, "{} needs the argument `{}`", tool.name, required.get<std::string>());
    }
  }
  bool closed = schema.contains("additionalProperties") && schema["additionalProperties"] == false;
  for (const auto& [name, value] : given.items()) {
    auto property = properties.find(name);
    if (property == properties.end()) {
      if (closed) return fail(ErrorCode::invalid_argument, "{} has no argument `{}`", tool.name, name);
      continue;
    }
    if (auto text = complaint(name, value, *property); !text.empty()) {
      return fail(ErrorCode::invalid_argument, "{}: {}", tool.name, text);
    }
  }
  return json_text(given);
}

}  // namespace chela::runtime
