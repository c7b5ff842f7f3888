// fails: model_list_is_json
// Lists models as lines of text.
#include "chela/ext/provider.h"

static chela_status list_models_badly(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                                      const chela_completion *completion, const chela_error_sink *error);
#define LIST_MODELS list_models_badly
#include "sound_provider.h"

static chela_status list_models_badly(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                                      const chela_completion *completion, const chela_error_sink *error) {
  (void)plugin;
  (void)call_id;
  (void)service;
  (void)error;
  completion->text(completion, str("one\ntwo\n"));
  completion->complete(completion, CHELA_OK, str("stop"), 0);
  return CHELA_OK;
}
