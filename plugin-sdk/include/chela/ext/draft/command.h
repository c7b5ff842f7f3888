#ifndef CHELA_EXT_DRAFT_COMMAND_H
#define CHELA_EXT_DRAFT_COMMAND_H
/* chela.command/1: what a person asks of the gateway itself, as "/status". State: draft since 1.0. The manifest names
 * each command, its help, its arguments and who may use it (provides[].commands); the host has checked the sender
 * before the code is called. */

#include "chela/abi.h"

#define CHELA_EXT_COMMAND "chela.command/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What is asked for. Borrowed until the call returns. */
typedef struct chela_command_request {
  uint32_t struct_size;
  uint64_t call_id;    /* unique in the life of the process */
  chela_str command;   /* its name, without the slash */
  chela_str arguments; /* JSON object of the declared arguments; "rest" holds what follows them */
  chela_str context;   /* JSON object: sessionId, agentId, channel, peer, principal, locale */
  uint64_t timeout_ms;
} chela_command_request;

/* A running command, host-owned, valid until complete() has been called. */
typedef struct chela_command_call {
  uint32_t struct_size;
  void *context;
  /* Shown to the person while the command runs. [any-thread] */
  void (*progress)(const struct chela_command_call *call, chela_str text);
  /* Ends the command, exactly once, with the answer for the person in Markdown, or with what went wrong.
   * [any-thread] */
  void (*complete)(const struct chela_command_call *call, chela_status status, chela_str text);
} chela_command_call;

typedef struct chela_plugin_command {
  uint32_t struct_size;
  /* Returns at once; completes `call` now or later. When it returns other than CHELA_OK the call is over and must not
   * be completed. [loop & started] */
  chela_status (*start)(const chela_plugin *plugin, const chela_command_request *request,
                        const chela_command_call *call, const chela_error_sink *error);
  /* Asks to complete the call soon; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_command;

#ifdef __cplusplus
}
#endif
#endif
