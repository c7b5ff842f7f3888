#ifndef CHELA_EXT_HOOK_H
#define CHELA_EXT_HOOK_H
/* chela.hook/1: a look at what passes through, and a say in it. State: stable since 1.1.
 * The manifest names the points (provides[].points) and a priority: the plugin with the higher one is asked first.
 * Names of points, events and results are those of the plugin contract (docs/hooks.md), so that one description serves
 * native plugins and those for Node. Each point is of a kind: what only observes is told beside the work and cannot hold
 * it up; the others are asked one after another, each within its time, and a later one sees what an earlier one has
 * changed. When a plugin fails or is late, the work goes on as if it had said nothing, but at before_agent_run,
 * before_tool_call, trusted_tool_policy and before_install, where it counts as a no. */

#include "chela/abi.h"

#define CHELA_EXT_HOOK "chela.hook/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What passes. Borrowed until the call returns. */
typedef struct chela_hook_request {
  uint32_t struct_size;
  uint64_t call_id;    /* unique in the life of the process */
  chela_str point;     /* one of those that the manifest names */
  chela_str event;     /* JSON object; its members depend on the point */
  chela_str context;   /* JSON object: agentId, sessionKey, sessionId, runId, channel, senderId as far as there are any */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
} chela_hook_request;

/* A point being passed, host-owned, valid until complete() has been called. */
typedef struct chela_hook_call {
  uint32_t struct_size;
  void *context;
  /* Ends it, exactly once. With CHELA_OK `result` is a JSON object as the point has it, or empty: nothing to say. It is
   * ignored where the point only observes. Otherwise it says what went wrong. [any-thread] */
  void (*complete)(const struct chela_hook_call *call, chela_status status, chela_str result);
} chela_hook_call;

typedef struct chela_plugin_hook {
  uint32_t struct_size;
  /* Returns at once; completes `call` now or later. When it returns other than CHELA_OK the call is over and must not
   * be completed. [loop & started] */
  chela_status (*start)(const chela_plugin *plugin, const chela_hook_request *request, const chela_hook_call *call,
                        const chela_error_sink *error);
  /* Asks to complete the call soon; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_hook;

#ifdef __cplusplus
}
#endif
#endif
