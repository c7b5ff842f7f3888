// What the manifest says to a model, to an operator and to the host, before any code runs.

#include <algorithm>
#include <cctype>
#include <set>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/cases.hpp"

namespace chela::conformance::checks {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kDescriptionBytesMax = 4096;  // it goes into every prompt

bool is_tool_name(const std::string& name) {
  const auto valid = [](unsigned char c) { return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-'); };
  return !name.empty() && name.size() <= kNameBytesMax && std::all_of(name.begin(), name.end(), valid);
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) != 0; });
}

}  // namespace

void tools_are_described(Context& context) {
  require_tools(context);
  std::set<std::string> names;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (!is_tool_name(tool.name)) fail("\"{}\": a name has 1 to 64 of letters, digits, '_' and '-'", tool.name);
    if (!names.insert(tool.name).second) fail("the manifest declares \"{}\" twice", tool.name);
    if (is_blank(tool.description)) fail("\"{}\" has no description; a model cannot know what it is for", tool.name);
    if (tool.description.size() > kDescriptionBytesMax)
      fail("the description of \"{}\" has {} bytes, {} are a lot", tool.name, tool.description.size(),
           kDescriptionBytesMax);
  }
}

void schemas_are_valid(Context& context) {
  for (const ToolManifest& tool : context.manifest.tools) {
    const std::string problem = schema_problem(tool.parameters);
    if (!problem.empty()) fail("the parameters of \"{}\": {}", tool.name, problem);
  }
  const std::string problem = schema_problem(context.manifest.config_schema);
  if (!problem.empty()) fail("configSchema: {}", problem);
}

}  // namespace chela::conformance::checks
