// fails: completions_leave_no_memory
// Leaves memory behind with each completion.
#include "chela/ext/provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error);
#define COMPLETE complete_badly
#include "sound_provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error) {
  char *volatile copy = (char *)malloc(request->model.size + 100);
  if (copy != NULL) memcpy(copy, request->model.data, request->model.size);
  self_of(plugin)->stopped = copy == NULL;
  return provider_complete(plugin, request, completion, error);
}
