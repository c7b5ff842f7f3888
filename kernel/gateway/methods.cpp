#include "kernel/gateway/methods.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/runtime/commands/method_call.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::gateway {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kHintNamesMax = 24;
constexpr std::array kScopeNames = {"operator.read", "operator.write", "operator.admin"};
// A plugin cannot lower what is asked for of those who change the gateway itself.
constexpr std::array kAdminPrefixes = {"config.", "exec.approvals.", "wizard.", "update."};

Scope scope_of(std::string_view method, const Json& descriptor) {
  for (std::string_view prefix : kAdminPrefixes) {
    if (method.starts_with(prefix)) return Scope::operator_admin;
  }
  auto said = text_of(descriptor, "scope");
  if (said.empty()) return Scope::operator_write;
  for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
    if (said == kScopeNames[i]) return static_cast<Scope>(i);
  }
  return Scope::operator_admin;  // one that nobody here knows: only for those who may do everything
}

std::string context_of(const MethodCaller& caller) {
  Json scopes = Json::array();
  for (std::size_t i = 0; i <= static_cast<std::size_t>(caller.scope); ++i) scopes.push_back(kScopeNames[i]);
  Json context = {{"scopes", std::move(scopes)}, {"clientId", caller.client_id}};
  if (!caller.plugin_id.empty()) context["plugin"] = caller.plugin_id;
  return json_text(context);
}

}  // namespace

std::string_view name_of(Scope scope) { return kScopeNames[static_cast<std::size_t>(scope)]; }

MethodTable::MethodTable(Loop& loop, plugins::PluginSet& plugins, std::function<Duration()> timeout)
    : loop_(loop), plugins_(plugins), timeout_(std::move(timeout)) {}

void MethodTable::add(Method method) {
  auto name = method.name;
  methods_.insert_or_assign(std::move(name), std::move(method));
}

void MethodTable::refresh() {
  std::erase_if(methods_, [](const auto& entry) { return !entry.second.plugin_id.empty(); });
  diagnostics_.clear();
  for (const auto* capability : plugins_.registry().list("gateway_method")) {
    const auto& [name, plugin_id] = std::tie(capability->id, capability->plugin_id);
    auto run = [this, plugin_id](MethodCall call) { return ask_plugin(plugin_id, std::move(call)); };
    Method method{.name = name, .scope = scope_of(name, *capability->descriptor), .run = std::move(run),
                  .plugin_id = plugin_id};
    if (methods_.try_emplace(name, std::move(method)).second) continue;
    diagnostics_.push_back({plugins::Severity::warning, plugins::DiagnosticCode::duplicate_capability, plugin_id,
                            "the method " + name + " is the gateway's own", {}});
  }
}

std::vector<const Method*> MethodTable::list() const {
  std::vector<const Method*> out;
  for (const auto& [name, method] : methods_) out.push_back(&method);
  return out;
}

std::string MethodTable::hint(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, method] : methods_) names.push_back(known);
  if (auto near = nearest(name, names); !near.empty()) return "did you mean " + std::string(near) + "?";
  std::string out = "there are ";
  for (std::size_t i = 0; i < names.size() && i < kHintNamesMax; ++i) out.append(i == 0 ? "" : ", ").append(names[i]);
  return out + (names.size() > kHintNamesMax ? " and more" : "");
}

Task<Result<std::string>> MethodTable::call(MethodCall call) {
  auto found = methods_.find(call.method);
  if (found == methods_.end()) {
    co_return fail(ErrorCode::not_found, "there is no method {}; {}", cut_utf8(call.method, kNameBytesMax),
                   hint(call.method));
  }
  // The table may change while it runs.
  auto run = found->second.run;
  if (call.caller.scope < found->second.scope) {
    co_return fail(ErrorCode::denied, "{} needs {}, the caller has {}", call.method, name_of(found->second.scope),
                   name_of(call.caller.scope));
  }
  if (found->second.shows_conversations && !call.caller.sees_conversations) {
    co_return fail(ErrorCode::denied,
                   "{} shows conversations; plugins.entries.{}.hooks.allowConversationAccess lets the plugin see them",
                   call.method, call.caller.plugin_id);
  }
  if (call.params.empty()) call.params = "{}";
  if (auto params = parse_json(call.params, kDepthMax); !params) {
    co_return fail(call.method + ": the parameters", std::move(params.error()));
  }
  co_return co_await run(std::move(call));
}

Task<Result<std::string>> MethodTable::ask_plugin(std::string plugin_id, MethodCall call) {
  auto name = fmt::format("{} (plugin {})", call.method, plugin_id);
  auto instance = co_await plugins_.activate(plugin_id);
  if (!instance) co_return fail(name, std::move(instance.error()));
  runtime::MethodRequest request{.method = std::move(call.method),
                                 .params = std::move(call.params),
                                 .context = context_of(call.caller),
                                 .timeout = timeout_(),
                                 .leftover = plugins_.leftover_call(plugin_id, runtime::next_call_id())};
  auto result = co_await runtime::call_method(loop_, std::move(*instance), std::move(request), call.cancel);
  if (!result) co_return fail(name, std::move(result.error()));
  co_return result;
}

}  // namespace chela::gateway
