#pragma once

// A real plugin, linked in, that does what a test says. It talks to the host through the C ABI and nothing else.
//
//   ScriptedPlugin& acme = plugin("acme");
//   acme.on_start = [](const chela_error_sink*) { return CHELA_UNAVAILABLE; };
//   open({&acme});

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "chela/ext/hook.h"
#include "chela/ext/provider.h"
#include "chela/ext/tool.h"
#include "kernel/core/base/assert.hpp"
#include "kernel/core/plugins/abi_text.hpp"

namespace chela::plugins {

class ScriptedPlugin {
 public:
  using Started = std::function<chela_status(const chela_error_sink*)>;
  using Completes =
      std::function<chela_status(const chela_completion_request&, const chela_completion*, const chela_error_sink*)>;
  using RunsTool =
      std::function<chela_status(const chela_tool_request&, const chela_tool_call*, const chela_error_sink*)>;

  using HearsHook =
      std::function<chela_status(const chela_hook_request&, const chela_hook_call*, const chela_error_sink*)>;

  explicit ScriptedPlugin(std::string plugin_id, std::string plugin_version = "1.0.0")
      : id(std::move(plugin_id)), version(std::move(plugin_version)) {
    while (slots()[slot_]) ++slot_;
    CHELA_ASSERT(slot_ + 1 < kSlots, "a test has few scripted plugins");
    slots()[slot_] = this;
    entry = {sizeof(chela_entry), CHELA_ABI_MAJOR, CHELA_ABI_MINOR, id.c_str(), version.c_str(), creators()[slot_]};
    plugin = {sizeof(chela_plugin), this,        &thunk_get_extension, &thunk_configure,
              &thunk_start,         &thunk_stop, &thunk_destroy};
    provider = {sizeof(chela_plugin_provider), &thunk_complete, &thunk_cancel, &thunk_list_models};
    tool = {sizeof(chela_plugin_tool), &thunk_names, &thunk_start_tool, &thunk_cancel_tool, &thunk_run_tool,
            &thunk_resolve_tools};
    hook = {sizeof(chela_plugin_hook), &thunk_start_hook, &thunk_cancel_hook};
  }
  ScriptedPlugin(const ScriptedPlugin&) = delete;
  ScriptedPlugin& operator=(const ScriptedPlugin&) = delete;
  ~ScriptedPlugin() { slots()[slot_] = nullptr; }

  std::string id;
  std::string version;
  chela_entry entry;
  chela_plugin plugin;
  chela_plugin_provider provider;
  chela_plugin_tool tool;
  chela_plugin_hook hook;

  const chela_host* host = nullptr;
  std::vector<std::string> calls;  // of the life cycle, in order
  std::string tool_names;          // one per line
  std::function<const chela_plugin*(const chela_error_sink*)> on_create;
  std::function<chela_status(std::string_view json, const chela_error_sink*)> on_configure;
  Started on_start;
  std::function<void()> on_stop;
  std::function<void()> on_destroy;
  Completes on_complete;  // offers chela.provider/1 when set
  std::function<void(std::uint64_t call_id)> on_cancel;
  std::function<chela_status(std::string_view service, const chela_completion*)> on_list_models;
  RunsTool on_start_tool;  // offers chela.tool/1 when one of the two is set
  RunsTool on_run_tool;
  RunsTool on_resolve_tools;
  std::function<void(std::uint64_t call_id)> on_cancel_tool;
  std::map<std::string, const void*, std::less<>> extensions;  // further tables, by their ids
  HearsHook on_hook;  // offers chela.hook/1 when set
  std::function<void(std::uint64_t call_id)> on_cancel_hook;

 private:
  static constexpr std::size_t kSlots = 8;
  using Create = const chela_plugin* (*)(const chela_host*, const chela_error_sink*);

  static std::array<ScriptedPlugin*, kSlots>& slots() {
    static std::array<ScriptedPlugin*, kSlots> all{};  // create() is told nothing but the host
    return all;
  }
  template <std::size_t slot>
  static const chela_plugin* create(const chela_host* host, const chela_error_sink* error) {
    ScriptedPlugin& self = *slots()[slot];
    self.calls.emplace_back("create");
    self.host = host;
    return self.on_create ? self.on_create(error) : &self.plugin;
  }
  template <std::size_t... slot>
  static std::array<Create, kSlots> make_creators(std::index_sequence<slot...>) {
    return {&create<slot>...};
  }
  static std::array<Create, kSlots> creators() { return make_creators(std::make_index_sequence<kSlots>()); }
  static ScriptedPlugin& of(const chela_plugin* plugin) { return *static_cast<ScriptedPlugin*>(plugin->self); }

  static const void* thunk_get_extension(const chela_plugin* plugin, chela_str id) {
    ScriptedPlugin& self = of(plugin);
    if (from_abi(id) == CHELA_EXT_PROVIDER && self.on_complete) return &self.provider;
    if (from_abi(id) == CHELA_EXT_TOOL && (self.on_start_tool || self.on_run_tool)) return &self.tool;
    if (from_abi(id) == CHELA_EXT_HOOK && self.on_hook) return &self.hook;
    auto found = self.extensions.find(from_abi(id));
    return found == self.extensions.end() ? nullptr : found->second;
  }
  static chela_status thunk_configure(const chela_plugin* plugin, chela_str json, const chela_error_sink* error) {
    of(plugin).calls.push_back("configure " + std::string(from_abi(json)));
    return of(plugin).on_configure ? of(plugin).on_configure(from_abi(json), error) : CHELA_OK;
  }
  static chela_status thunk_start(const chela_plugin* plugin, const chela_error_sink* error) {
    of(plugin).calls.emplace_back("start");
    return of(plugin).on_start ? of(plugin).on_start(error) : CHELA_OK;
  }
  static void thunk_stop(const chela_plugin* plugin) {
    of(plugin).calls.emplace_back("stop");
    if (of(plugin).on_stop) of(plugin).on_stop();
  }
  static void thunk_destroy(const chela_plugin* plugin) {
    of(plugin).calls.emplace_back("destroy");
    if (of(plugin).on_destroy) of(plugin).on_destroy();
  }

  static chela_status thunk_complete(const chela_plugin* plugin, const chela_completion_request* request,
                                     const chela_completion* completion, const chela_error_sink* error) {
    return of(plugin).on_complete(*request, completion, error);
  }
  static void thunk_cancel(const chela_plugin* plugin, uint64_t call_id) {
    if (of(plugin).on_cancel) of(plugin).on_cancel(call_id);
  }
  static chela_status thunk_list_models(const chela_plugin* plugin, uint64_t, chela_str service,
                                        const chela_completion* completion, const chela_error_sink*) {
    return of(plugin).on_list_models ? of(plugin).on_list_models(from_abi(service), completion) : CHELA_UNSUPPORTED;
  }
  static chela_status thunk_names(const chela_plugin* plugin, const chela_sink* out) {
    out->write(out, to_abi(of(plugin).tool_names));
    return CHELA_OK;
  }
  static chela_status thunk_start_tool(const chela_plugin* plugin, const chela_tool_request* request,
                                       const chela_tool_call* call, const chela_error_sink* error) {
    return of(plugin).on_start_tool(*request, call, error);
  }
  static chela_status thunk_run_tool(const chela_plugin* plugin, const chela_tool_request* request,
                                     const chela_tool_call* call, const chela_error_sink* error) {
    return of(plugin).on_run_tool(*request, call, error);
  }
  static chela_status thunk_resolve_tools(const chela_plugin* plugin, const chela_tool_request* request,
                                          const chela_tool_call* call, const chela_error_sink* error) {
    return of(plugin).on_resolve_tools ? of(plugin).on_resolve_tools(*request, call, error) : CHELA_UNSUPPORTED;
  }
  static void thunk_cancel_tool(const chela_plugin* plugin, uint64_t call_id) {
    if (of(plugin).on_cancel_tool) of(plugin).on_cancel_tool(call_id);
  }
  static chela_status thunk_start_hook(const chela_plugin* plugin, const chela_hook_request* request,
                                       const chela_hook_call* call, const chela_error_sink* error) {
    return of(plugin).on_hook(*request, call, error);
  }
  static void thunk_cancel_hook(const chela_plugin* plugin, uint64_t call_id) {
    if (of(plugin).on_cancel_hook) of(plugin).on_cancel_hook(call_id);
  }

  std::size_t slot_ = 0;
};

}  // namespace chela::plugins
