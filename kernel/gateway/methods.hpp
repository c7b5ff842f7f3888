#pragma once

// Methods that clients of the gateway and plugins call by name: the gateway's own, and those that plugins have
// registered. One table for every way in. Loop thread only.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/loop/cancel.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/loop/task.hpp"
#include "kernel/core/plugins/diagnostic.hpp"
#include "kernel/core/plugins/plugin_set.hpp"

namespace chela::gateway {

// What a caller may do, in upstream's words; each includes the ones before it.
enum class Scope : std::uint8_t { operator_read, operator_write, operator_admin };
std::string_view name_of(Scope scope);

struct MethodCaller {
  Scope scope = Scope::operator_read;
  bool sees_conversations = false;
  std::string client_id;
  std::string plugin_id;  // empty when it is no plugin
};

struct MethodCall {
  std::string method;
  std::string params = "{}";  // JSON
  MethodCaller caller;
  CancelToken cancel = {};
};

struct Method {
  std::string name;
  Scope scope = Scope::operator_write;
  bool shows_conversations = false;  // only for callers who may see what others have said
  std::function<Task<Result<std::string>>(MethodCall)> run;  // yields JSON
  std::string plugin_id = {};                                // empty: the gateway's own
};

class MethodTable {
 public:
  // `timeout` says how long a plugin may take.
  MethodTable(Loop& loop, plugins::PluginSet& plugins, std::function<Duration()> timeout);
  MethodTable(const MethodTable&) = delete;
  MethodTable& operator=(const MethodTable&) = delete;

  // One of the gateway's own; it wins over those of plugins, whenever they come.
  void add(Method method);
  // Reads the registry again.
  void refresh();

  std::vector<const Method*> list() const;  // by name; valid until the table changes
  // Errors: `not_found` with names that are like it, `denied`, `invalid_argument` when the parameters are no JSON, what
  // the method says, `timed_out`, `too_large`.
  Task<Result<std::string>> call(MethodCall call);
  const std::vector<plugins::Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  Task<Result<std::string>> ask_plugin(std::string plugin_id, MethodCall call);
  std::string hint(std::string_view name) const;

  Loop& loop_;
  plugins::PluginSet& plugins_;
  std::function<Duration()> timeout_;
  std::map<std::string, Method, std::less<>> methods_;
  std::vector<plugins::Diagnostic> diagnostics_;
};

}  // namespace chela::gateway
