// fails: survives_odd_conversations
// Takes it for granted that there is a message.
#include "chela/ext/provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error);
#define COMPLETE complete_badly
#include "sound_provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error) {
  if (request->message_count == 0) abort(); /* where a real one would read the first */
  return provider_complete(plugin, request, completion, error);
}
