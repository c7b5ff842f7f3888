// fails: survives_an_odd_service
// Takes it for granted that a service has an id.
#include "chela/ext/provider.h"

static chela_status complete_trusting(const chela_plugin *plugin, const chela_completion_request *request,
                                      const chela_completion *completion, const chela_error_sink *error);
#define COMPLETE complete_trusting
#include "sound_provider.h"

static chela_status complete_trusting(const chela_plugin *plugin, const chela_completion_request *request,
                                      const chela_completion *completion, const chela_error_sink *error) {
  if (request->service.size < 4) abort(); /* where a real one would read beyond the end */
  return provider_complete(plugin, request, completion, error);
}
