// fails: survives_odd_command_lines
// Reads the first letter of a line that has none.
#include "chela/ext/command.h"

static chela_status command_badly(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error);
#define COMMAND_START command_badly
#include "sound_kinds.h"

static chela_status command_badly(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error) {
  if (request->arguments.size == 0) abort(); /* where a real one would read beyond its end */
  return sound_command(plugin, request, call, error);
}
