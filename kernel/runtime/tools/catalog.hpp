#pragma once

// The tools that a model may call, from the manifests of enabled plugins. Loop thread only; loads no code.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "kernel/core/base/error.hpp"
#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::runtime {

struct ToolInput;

// What runs a tool of the gateway's own: yields its result for the model. It ends soon once the token is cancelled.
using BuiltInTool = std::function<Task<Result<std::string>>(ToolInput, CancelToken)>;

struct Tool {
  std::string name;
  std::string key = {};  // what its plugin knows it by, when that is not its name
  std::string plugin_id;  // empty: the gateway's own
  std::string description;
  bool blocking = false;  // runs on the worker pool
  bool parallel = false;  // may run beside others of the same turn
  std::vector<std::string> effects;               // read, write, network, exec
  std::shared_ptr<const std::string> definition;  // JSON for the model: {"type":"function","function":{…}}
  std::shared_ptr<const nlohmann::json> parameters;
  BuiltInTool built_in = {};  // null for those of plugins

  const std::string& called_as() const { return key.empty() ? name : key; }
};

// Makes tools for one run of the agent (resolve.hpp).
struct ToolFactory {
  std::string plugin_id;
  std::string key;
  bool optional = false;  // its tools have to be asked for
};

// Which tools the operator allows, in upstream's form: tools.allow, tools.deny; names or "group:plugin-id", "*" for
// all.
struct ToolSelection {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
};

class ToolCatalog {
 public:
  ToolCatalog(const plugins::PluginSet& plugins, ToolSelection selection);

  // Null when there is none. What is handed out outlives a change of the catalog.
  std::shared_ptr<const Tool> find(std::string_view name) const;
  std::vector<std::shared_ptr<const Tool>> list() const;  // by name
  const std::vector<ToolFactory>& factories() const { return factories_; }
  // Whether the operator lets models have a tool of the gateway's own.
  bool wants(const std::string& name) const { return wanted(name, "chela", false); }
  // A tool that a factory has made, from its description; null when the operator does not want it.
  // Error `protocol` when it is none.
  Result<std::shared_ptr<const Tool>> read_made(const ToolFactory& factory, const nlohmann::json& entry) const;
  // Names that two plugins wanted; the first one has it.
  const std::vector<plugins::Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  void add(const plugins::Record& record, const nlohmann::json& tool);
  void add_factory(const std::string& plugin_id, const nlohmann::json& entry);
  bool wanted(const std::string& name, const std::string& plugin_id, bool optional) const;

  ToolSelection selection_;
  std::map<std::string, std::shared_ptr<const Tool>, std::less<>> tools_;
  std::vector<ToolFactory> factories_;
  std::vector<plugins::Diagnostic> diagnostics_;
};

// What a tool of the gateway's own tells the model: `parameters` is a JSON Schema of an object. Without what runs it.
Tool describe_built_in(std::string name, std::string description, nlohmann::json parameters);

// What is wrong with `arguments` (JSON text of a model) for a tool, in words for the model; or the arguments as a JSON
// object. Checks required members, their types and enums, unknown members; an empty text is an empty object.
Result<std::string> check_arguments(const Tool& tool, std::string_view arguments);

}  // namespace chela::runtime
