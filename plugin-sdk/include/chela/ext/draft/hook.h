#ifndef CHELA_EXT_DRAFT_HOOK_H
#define CHELA_EXT_DRAFT_HOOK_H
/* chela.hook/1: a look at what passes through, and a say in it. State: draft since 1.0.
 * The manifest names the points (provides[].points) with a priority: message.received, prompt.built, tool.before,
 * tool.after, reply.before, session.started, session.ended; and whether it observes or decides. Observers are called
 * beside the work and cannot hold it up; deciders one after the other, each within its time, or the work goes on (or
 * stops, where the manifest says "onFailure":"block"). */

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
  chela_str payload;   /* JSON object; its schema depends on the point */
  chela_str context;   /* JSON object: sessionId, agentId, channel, peer, principal */
  uint64_t timeout_ms; /* 0 for an observer */
} chela_hook_request;

/* A decision being made, host-owned, valid until complete() has been called. */
typedef struct chela_hook_call {
  uint32_t struct_size;
  void *context;
  /* Ends it, exactly once. With CHELA_OK `text` is a JSON object, {"action":"continue"},
   * {"action":"replace","payload":{...}} or {"action":"block","reason":"..."}; ignored for an observer. Otherwise what
   * went wrong. [any-thread] */
  void (*complete)(const struct chela_hook_call *call, chela_status status, chela_str text);
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
