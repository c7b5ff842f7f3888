#include "kernel/core/plugins/capability_check.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "chela/ext/capability.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/http_route.h"
#include "chela/ext/provider.h"
#include "chela/ext/service.h"
#include "chela/ext/tool.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/core/plugins/capability_kinds.hpp"

namespace chela::plugins {
namespace {

constexpr std::size_t kNameBytesMax = 128;  // twice what a manifest may declare
constexpr std::size_t kUndeclaredShownMax = 16;

struct KindInterface {
  std::string_view kind;
  std::string_view extension;
};

// Which interface carries which kind of capability. The other kinds join as their interfaces become stable.
constexpr KindInterface kInterfaces[] = {{"tool", CHELA_EXT_TOOL},
                                         {"provider", CHELA_EXT_PROVIDER},
                                         {"command", CHELA_EXT_COMMAND},
                                         {"gateway_method", CHELA_EXT_GATEWAY_METHOD},
                                         {"hook", CHELA_EXT_HOOK},
                                         {"http_route", CHELA_EXT_HTTP_ROUTE},
                                         {"service", CHELA_EXT_SERVICE},
                                         {"channel", CHELA_EXT_CHANNEL},
                                         {"memory, embeddings, … that is called by path", CHELA_EXT_CAPABILITY}};

bool carries(const KindInterface& interface, std::string_view kind) {
  return interface.extension == CHELA_EXT_CAPABILITY ? is_called_by_path(kind) : interface.kind == kind;
}

struct Offer {
  uint32_t struct_size;
};

std::set<std::string> declared_tools(const Manifest& manifest) {
  std::set<std::string> names;
  for (const auto& provision : manifest.provides) {
    if (provision.kind != "tool") continue;
    for (const auto& tool : (*provision.descriptor)["tools"]) names.insert(tool["name"].get<std::string>());
  }
  return names;
}

std::set<std::string> offered_tools(const Instance& instance, const chela_plugin_tool& tool) {
  std::set<std::string> names;
  if (!CHELA_HAS(&tool, chela_plugin_tool, names) || !tool.names) return names;
  TextSink sink;
  ErrorText error;
  guarded(error, [&] { return tool.names(instance.plugin(), sink.sink()); });
  for (auto line : split(sink.text(), '\n')) {
    if (!trim(line).empty()) names.insert(repair_utf8(cut_utf8(trim(line), kNameBytesMax)));
  }
  return names;
}

}  // namespace

std::vector<Diagnostic> check_capabilities(const Instance& instance) {
  std::vector<Diagnostic> out;
  const Manifest& manifest = instance.manifest();
  auto note = [&](DiagnosticCode code, std::string message) {
    out.push_back({Severity::error, code, manifest.id, std::move(message), {}});
  };
  for (const auto& interface : kInterfaces) {
    auto [kind, extension] = interface;
    bool declared =
        std::ranges::any_of(manifest.provides, [&](const Provision& p) { return carries(interface, p.kind); });
    bool offered = instance.extension<Offer>(extension) != nullptr;
    if (offered && !declared) {
      note(DiagnosticCode::undeclared_capability,
           fmt::format("the code offers {}, the manifest declares no {}", extension, kind));
    }
    if (declared && !offered) {
      note(DiagnosticCode::missing_capability,
           fmt::format("the manifest declares a {}, the code does not offer {}", kind, extension));
    }
  }
  const auto* tool = instance.extension<chela_plugin_tool>(CHELA_EXT_TOOL);
  if (!tool || !out.empty()) return out;
  auto declared = declared_tools(manifest);
  auto offered = offered_tools(instance, *tool);
  for (const auto& name : offered) {
    if (out.size() == kUndeclaredShownMax) break;
    if (!declared.contains(name)) {
      note(DiagnosticCode::undeclared_capability,
           "the code offers the tool " + name + ", the manifest does not declare it");
    }
  }
  for (const auto& name : declared) {
    if (!offered.contains(name)) {
      note(DiagnosticCode::missing_capability,
           "the manifest declares the tool " + name + ", the code does not offer it");
    }
  }
  return out;
}

}  // namespace chela::plugins
