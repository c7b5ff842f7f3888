#include "kernel/runtime/hooks/merge.hpp"

#include <algorithm>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"

namespace chela::runtime {
namespace {

using Json = nlohmann::json;

const Json* find(const Json& object, const char* key) {
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

bool says(const Json& object, const char* key) {
  const auto* value = find(object, key);
  return value && *value == true;
}

using Members = std::initializer_list<const char*>;

void keep_first(Json& merged, const Json& next, Members members) {
  for (const auto* member : members) {
    if (const auto* value = find(next, member); value && !find(merged, member)) merged[member] = *value;
  }
}

void take_last(Json& merged, const Json& next, Members members) {
  for (const auto* member : members) {
    if (const auto* value = find(next, member)) merged[member] = *value;
  }
}

// Texts one below the other, a blank line between.
void concatenate(Json& merged, const Json& next, Members members) {
  for (const auto* member : members) {
    auto more = text_of(next, member);
    if (more.empty()) continue;
    auto before = text_of(merged, member);
    merged[member] = before.empty() ? more : before + "\n\n" + more;
  }
}

void merge_prompt(Json& merged, const Json& next) {
  concatenate(merged, next, {"prependContext", "appendContext", "prependSystemContext", "appendSystemContext"});
  keep_first(merged, next, {"systemPrompt", "modelOverride", "providerOverride"});
  const auto* allowed = find(next, "toolsAllow");
  if (!allowed || !allowed->is_array()) return;
  Json both = Json::array();
  const auto* before = find(merged, "toolsAllow");
  for (const auto& tool : *allowed) {
    if (!before || std::ranges::find(*before, tool) != before->end()) both.push_back(tool);
  }
  merged["toolsAllow"] = std::move(both);
}

// Anything but a clear pass is a block.
bool merge_gate_run(Json& merged, const Json& next) {
  auto outcome = text_of(next, "outcome");
  if (outcome == "pass") {
    merged = {{"outcome", "pass"}};
    return false;
  }
  bool valid = outcome == "block" && find(next, "reason") && next["reason"].is_string();
  merged = valid ? next : hook_refusal(HookMerge::gate_run, "the plugin gave no valid decision");
  return true;
}

int finalize_rank(const Json& result) {
  auto action = text_of(result, "action");
  return action == "finalize" ? 2 : action == "revise" ? 1 : 0;
}

void merge_finalize(Json& merged, const Json& next) {
  if (merged.empty() || finalize_rank(next) > finalize_rank(merged)) {
    merged = next;
  } else if (finalize_rank(next) == 1 && finalize_rank(merged) == 1) {
    concatenate(merged, next, {"reason"});
    keep_first(merged, next, {"retry"});
  }
}

bool merge_gate_tool(Json& merged, const Json& next) {
  bool asked = find(merged, "requireApproval") != nullptr;
  if (const auto* params = find(next, "params"); params && params->is_object() && !asked) merged["params"] = *params;
  if (const auto* approval = find(next, "requireApproval"); approval && approval->is_object()) {
    keep_first(merged, next, {"requireApproval"});
  }
  take_last(merged, next, {"blockReason"});
  if (says(next, "block")) merged["block"] = true;
  return says(next, "block");
}

void merge_environment(Json& merged, const Json& next) {
  for (const auto& [name, value] : next.items()) {
    if (value.is_string()) merged[name] = value;
  }
}

void append(Json& merged, const Json& next, const char* member) {
  const auto* list = find(next, member);
  if (!list || !list->is_array()) return;
  auto& all = merged[member];
  if (!all.is_array()) all = Json::array();
  all.insert(all.end(), list->begin(), list->end());
}

// The members that change what passes, and the one that ends it.
bool merge_change(Json& merged, const Json& next, Members members, const char* ends) {
  take_last(merged, next, members);
  if (says(next, ends)) merged[ends] = true;
  return says(next, ends);
}

}  // namespace

bool merge_hook_result(HookMerge how, Json& merged, const Json& next) {
  if (!merged.is_object()) merged = Json::object();
  switch (how) {
    case HookMerge::none: merged = next; return false;
    case HookMerge::model: keep_first(merged, next, {"modelOverride", "providerOverride"}); return false;
    case HookMerge::context: concatenate(merged, next, {"prependContext", "appendContext"}); return false;
    case HookMerge::prompt: merge_prompt(merged, next); return false;
    case HookMerge::gate_run: return merge_gate_run(merged, next);
    case HookMerge::finalize: merge_finalize(merged, next); return false;
    case HookMerge::gate_tool: return merge_gate_tool(merged, next);
    case HookMerge::environment: merge_environment(merged, next); return false;
    case HookMerge::message: return merge_change(merged, next, {"message"}, "block");
    case HookMerge::payload: return merge_change(merged, next, {"payload", "result", "reason"}, "cancel");
    case HookMerge::sending: return merge_change(merged, next, {"content", "metadata", "cancelReason"}, "cancel");
    case HookMerge::findings:
      append(merged, next, "findings");
      return merge_change(merged, next, {"blockReason"}, "block");
    case HookMerge::internal:
      append(merged, next, "messages");
      take_last(merged, next, {"context"});
      return false;
  }
  return false;
}

void show_merged(HookMerge how, Json& event, const Json& merged) {
  if (!merged.is_object()) return;
  if (how == HookMerge::gate_tool) take_last(event, merged, {"params"});
  if (how == HookMerge::payload) take_last(event, merged, {"payload", "result"});
  if (how == HookMerge::message) take_last(event, merged, {"message"});
  if (how == HookMerge::sending) take_last(event, merged, {"content"});
}

Json hook_refusal(HookMerge how, std::string reason) {
  if (how == HookMerge::gate_run) return {{"outcome", "block"}, {"reason", std::move(reason)}};
  return {{"block", true}, {"blockReason", std::move(reason)}};
}

}  // namespace chela::runtime
