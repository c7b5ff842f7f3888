#ifndef CHELA_EXT_COMMAND_H
#define CHELA_EXT_COMMAND_H
/* chela.command/1: what a person asks of the gateway itself, as "/status". State: stable since 1.1. The manifest says
 * what each command is called, what it does and who may use it: a provides[] entry of kind "command" is one command
 * (its id the name; description, acceptsArgs, requireAuth, channels), or lists several as "commands". The host has
 * checked the sender before the code is called.
 * A registration "interactive/CHANNEL/NAMESPACE" of this kind is called by that name when a person presses a button
 * or picks from a menu that the plugin has sent. */

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
  chela_str arguments; /* the text after the name; of an interactive call what was pressed, a JSON object */
  chela_str context;   /* JSON object: sessionId, sessionKey, agentId, channel, senderId, isAuthorizedSender,
                        * commandBody (the whole message) */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
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
  /* What is to be done with the answer, before complete(); the last one counts. A JSON object, each member optional:
   * continueAgent (true: the agent answers the message, too), suppressReply (true: nothing is said), mediaUrls (list
   * of texts: shown with the answer). [any-thread] */
  void (*details)(const struct chela_command_call *call, chela_str json);
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
