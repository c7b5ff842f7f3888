#pragma once

// The points at which plugins may listen, with upstream's names, kinds and times. Any thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "kernel/core/base/clock.hpp"

namespace chela::runtime {

enum class HookKind : std::uint8_t {
  observe,   // told side by side; nobody waits, results are ignored
  modify,    // one after another; results are merged
  claim,     // one after another; the first that says `handled` wins
};

// How the results of several plugins become one (merge.hpp).
enum class HookMerge : std::uint8_t {
  none, model, context, prompt, gate_run, finalize, gate_tool, environment, message, payload, sending, findings, internal,
};

// One row per point: identifier, name, kind, time in seconds (0: the general one), merge, who may listen, what a failure is.
#define CHELA_HOOK_POINT_MAP(X)                                                                          \
  X(before_model_resolve, "before_model_resolve", modify, 0, model, kConversation)                       \
  X(agent_turn_prepare, "agent_turn_prepare", modify, 0, context, kConversation | kPrompt)               \
  X(before_prompt_build, "before_prompt_build", modify, 15, prompt, kConversation | kPrompt)             \
  X(before_agent_reply, "before_agent_reply", claim, 0, none, kConversation)                             \
  X(before_agent_run, "before_agent_run", modify, 15, gate_run, kConversation | kGate)                   \
  X(before_agent_finalize, "before_agent_finalize", modify, 15, finalize, kConversation)                 \
  X(agent_end, "agent_end", observe, 30, none, kConversation)                                            \
  X(llm_input, "llm_input", observe, 0, none, kConversation)                                             \
  X(llm_output, "llm_output", observe, 0, none, kConversation)                                           \
  X(model_call_started, "model_call_started", observe, 0, none, 0)                                       \
  X(model_call_ended, "model_call_ended", observe, 0, none, 0)                                           \
  X(before_tool_call, "before_tool_call", modify, 15, gate_tool, kGate)                                  \
  X(trusted_tool_policy, "trusted_tool_policy", modify, 15, gate_tool, kGate)                            \
  X(after_tool_call, "after_tool_call", observe, 0, none, 0)                                             \
  X(tool_result_middleware, "tool_result_middleware", modify, 15, payload, 0)                            \
  X(tool_result_persist, "tool_result_persist", modify, 0, message, 0)                                   \
  X(before_message_write, "before_message_write", modify, 0, message, 0)                                 \
  X(resolve_exec_env, "resolve_exec_env", modify, 15, environment, 0)                                    \
  X(before_compaction, "before_compaction", observe, 30, none, 0)                                        \
  X(after_compaction, "after_compaction", observe, 30, none, 0)                                          \
  X(before_reset, "before_reset", observe, 0, none, 0)                                                   \
  X(session_start, "session_start", observe, 0, none, 0)                                                 \
  X(session_end, "session_end", observe, 0, none, 0)                                                     \
  X(before_dispatch, "before_dispatch", claim, 0, none, 0)                                               \
  X(message_received, "message_received", observe, 0, none, 0)                                           \
  X(message_sending, "message_sending", modify, 15, sending, 0)                                          \
  X(reply_payload_sending, "reply_payload_sending", modify, 15, payload, 0)                              \
  X(message_sent, "message_sent", observe, 0, none, 0)                                                   \
  X(channel_pairing_requested, "channel_pairing_requested", observe, 2, none, 0)                         \
  X(gateway_start, "gateway_start", observe, 0, none, 0)                                                 \
  X(gateway_stop, "gateway_stop", observe, 5, none, 0)                                                   \
  X(before_install, "before_install", modify, 15, findings, kGate)                                       \
  X(internal_gateway_startup, "internal:gateway:startup", modify, 30, internal, 0)                       \
  X(internal_gateway_shutdown, "internal:gateway:shutdown", modify, 30, internal, 0)                     \
  X(internal_message_received, "internal:message:received", modify, 30, internal, 0)                     \
  X(internal_message_sent, "internal:message:sent", modify, 30, internal, 0)                             \
  X(internal_command_new, "internal:command:new", modify, 30, internal, 0)                               \
  X(internal_command_reset, "internal:command:reset", modify, 30, internal, 0)                           \
  X(internal_command_stop, "internal:command:stop", modify, 30, internal, 0)

enum class HookPoint : std::uint8_t {
#define CHELA_HOOK_POINT_ENUM(id, ...) id,
  CHELA_HOOK_POINT_MAP(CHELA_HOOK_POINT_ENUM)
#undef CHELA_HOOK_POINT_ENUM
};

#define CHELA_HOOK_POINT_COUNT(...) +1
constexpr std::size_t kHookPoints = CHELA_HOOK_POINT_MAP(CHELA_HOOK_POINT_COUNT);
#undef CHELA_HOOK_POINT_COUNT

struct HookRow {
  static constexpr unsigned kConversation = 1;  // shows conversations: the operator has to allow it
  static constexpr unsigned kPrompt = 2;        // changes prompts: the operator may forbid it
  static constexpr unsigned kGate = 4;          // a plugin that fails here has said no

  std::string_view name;
  HookKind kind;
  Duration timeout;  // of one handler
  HookMerge merge;
  unsigned flags;
};

const HookRow& row_of(HookPoint point);
inline std::string_view name_of(HookPoint point) { return row_of(point).name; }
// None for a name that has no place in this gateway's work.
std::optional<HookPoint> find_hook_point(std::string_view name);
// The points that a registration under this name hears: itself, or all of a family (`internal:message`).
bool hears_point(std::string_view registered, HookPoint point);

}  // namespace chela::runtime
