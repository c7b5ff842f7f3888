// fails: command_completes_once
// Shows progress after it has completed.
#include "chela/ext/command.h"

static chela_status command_badly(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error);
#define COMMAND_START command_badly
#include "sound_kinds.h"

static chela_status command_badly(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error) {
  (void)plugin;
  (void)request;
  (void)error;
  call->complete(call, CHELA_OK, str("done"));
  call->progress(call, str("nearly done"));
  return CHELA_OK;
}
