// fails: requests_are_well_formed
// Puts the name of the model into a header as it came.
#include "chela/ext/provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error);
#define COMPLETE complete_badly
#define EXTRA_HEADER own_header
#include "chela/ext/http.h"

static chela_http_header own_header;
static char kept_model[100];
#include "sound_provider.h"

static chela_status complete_badly(const chela_plugin *plugin, const chela_completion_request *request,
                                   const chela_completion *completion, const chela_error_sink *error) {
  chela_str *value = &own_header.value;
  own_header.name = str("x-model");
  value->data = kept_model;
  value->size = request->model.size < sizeof kept_model ? request->model.size : sizeof kept_model;
  memcpy(kept_model, request->model.data, value->size);
  return provider_complete(plugin, request, completion, error);
}
