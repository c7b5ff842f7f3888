#ifndef CHELA_EXT_TOOL_H
#define CHELA_EXT_TOOL_H
/* chela.tool/1: functions that a model may call. State: stable since 1.0.
 * What each tool is called, does and takes stands in the manifest (provides[].tools), so that it can be shown
 * to a model and to the operator before the plugin is loaded. The code only runs them. */

#include "chela/abi.h"

#define CHELA_EXT_TOOL "chela.tool/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked for. Borrowed until the call returns. */
typedef struct chela_tool_request {
  uint32_t struct_size;
  uint64_t call_id;    /* unique in the life of the process */
  chela_str tool;      /* its name, one that names() listed */
  chela_str arguments; /* JSON object, already valid against the tool's parameter schema */
  chela_str context;   /* JSON object: workspace (absolute path), agentId, timeZone, sessionKey, channel, senderId */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
} chela_tool_request;

/* A running call, host-owned, valid until complete() has been called. */
typedef struct chela_tool_call {
  uint32_t struct_size;
  void *context;
  /* A piece of output, shown while the call runs. [any-thread] */
  void (*progress)(const struct chela_tool_call *call, chela_str text);
  /* Ends the call, exactly once. With CHELA_OK `text` is the result for the model; otherwise it says what went
   * wrong, and what to try instead. [any-thread] */
  void (*complete)(const struct chela_tool_call *call, chela_status status, chela_str text);
  /* True once nobody waits for the result any more. [any-thread] */
  bool (*is_cancelled)(const struct chela_tool_call *call);
} chela_tool_call;

typedef struct chela_plugin_tool {
  uint32_t struct_size;
  /* Writes the names of the tools that this code can run, one per line. [loop & started] */
  chela_status (*names)(const chela_plugin *plugin, const chela_sink *out);
  /* Runs a tool whose manifest entry does not say "blocking". Returns at once; completes `call` now or later.
   * When it returns other than CHELA_OK the call is over and must not be completed. [loop & started] */
  chela_status (*start)(const chela_plugin *plugin, const chela_tool_request *request, const chela_tool_call *call,
                        const chela_error_sink *error);
  /* Asks to complete the call soon; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
  /* Runs a tool whose manifest entry says "blocking": must have completed `call` when it returns. [worker & started] */
  chela_status (*run)(const chela_plugin *plugin, const chela_tool_request *request, const chela_tool_call *call,
                      const chela_error_sink *error);
  /* Since 1.1, may be null: makes tools for one run of the agent that the manifest cannot list. `tool` holds the keys of
   * the factories, one per line, `arguments` is empty; completes `call` with a JSON array of {"key", "name",
   * "description", "parameters", "parallel"}. A made tool is called by its key. [loop & started] */
  chela_status (*resolve)(const chela_plugin *plugin, const chela_tool_request *request, const chela_tool_call *call,
                          const chela_error_sink *error);
} chela_plugin_tool;

#ifdef __cplusplus
}
#endif
#endif
