// What the manifest says to a model, to an operator and to the host, before any code runs.

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <set>

#include "plugin-sdk/conformance/arguments.hpp"
#include "plugin-sdk/conformance/asks.hpp"

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

// Fails for a name that comes twice.
void expect_new(std::set<std::string>& names, const std::string& name) {
  if (!names.insert(name).second) fail("the manifest declares \"{}\" twice", name);
}

bool is_one_of(std::initializer_list<const char*> all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

void tools_are_described(Context& context) {
  require_tools(context);
  std::set<std::string> names;
  for (const ToolManifest& tool : context.manifest.tools) {
    if (!is_tool_name(tool.name)) fail("\"{}\": a name has 1 to 64 of letters, digits, '_' and '-'", tool.name);
    expect_new(names, tool.name);
    if (is_blank(tool.description)) fail("\"{}\" has no description; a model cannot know what it is for", tool.name);
    if (tool.description.size() > kDescriptionBytesMax)
      fail("the description of \"{}\" has {} bytes, {} are a lot", tool.name, tool.description.size(),
           kDescriptionBytesMax);
  }
}

void hooks_are_described(Context& context) {
  require_kind(context, "hook");
  if (context.manifest.points.empty()) fail("the manifest names no points");
  std::set<std::string> points;
  for (const std::string& point : context.manifest.points) expect_new(points, point);
}

void commands_are_described(Context& context) {
  require_kind(context, "command");
  std::set<std::string> names;
  for (const CommandManifest& command : context.manifest.commands) {
    if (command.name.starts_with("interactive/")) continue;  // nobody types these
    if (!is_tool_name(command.name)) fail("/{}: a name has 1 to 64 of letters, digits, '_' and '-'", command.name);
    expect_new(names, command.name);
    if (is_blank(command.description)) fail("/{} has no description; nobody can know what it is for", command.name);
  }
}

void methods_are_described(Context& context) {
  require_kind(context, "gateway_method");
  std::set<std::string> names;
  for (const MethodManifest& method : context.manifest.methods) {
    if (is_blank(method.name)) fail("a method has no name");
    expect_new(names, method.name);
    if (!is_one_of({"operator.read", "operator.write", "operator.admin"}, method.scope))
      fail("the scope of {} is \"{}\"; it must be operator.read, operator.write or operator.admin", method.name,
           method.scope);
  }
}

void routes_are_described(Context& context) {
  require_kind(context, "http_route");
  if (context.manifest.routes.empty()) fail("the manifest names no routes");
  std::set<std::string> paths;
  for (const RouteManifest& route : context.manifest.routes) {
    if (!route.path.starts_with("/") || route.path.find_first_of("?# ") != std::string::npos)
      fail("\"{}\" is no path", route.path);
    expect_new(paths, route.path);
    if (!is_one_of({"gateway", "plugin"}, route.auth)) fail("the auth of {} is neither gateway nor plugin", route.path);
    if (!is_one_of({"exact", "prefix"}, route.match)) fail("the match of {} is neither exact nor prefix", route.path);
  }
}

void channels_are_described(Context& context) {
  require_kind(context, "channel");
  std::set<std::string> names;
  for (const ChannelManifest& channel : context.manifest.channels) {
    if (is_blank(channel.id)) fail("a channel has no name");
    expect_new(names, channel.id);
    if (channel.text_limit.find_first_not_of("0123456789") != std::string::npos || channel.text_limit.starts_with("0"))
      fail("the textChunkLimit of {} is {}; it must be a number of characters", channel.id, channel.text_limit);
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
