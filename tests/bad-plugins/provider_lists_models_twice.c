// fails: lists_models_once model_list_is_json
// Completes the list of models twice.
#include "chela/ext/provider.h"

static chela_status list_twice(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                               const chela_completion *completion, const chela_error_sink *error);
#define LIST_MODELS list_twice
#include "sound_provider.h"

static chela_status list_twice(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                               const chela_completion *completion, const chela_error_sink *error) {
  provider_list_models(plugin, call_id, service, completion, error);
  return provider_list_models(plugin, call_id, service, completion, error);
}
