// fails: model_list_is_json
// Lets an exception out of list_models() when it is asked again.
#include <stdexcept>

#include "chela/ext/provider.h"

static chela_status list_models_throwing(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                                         const chela_completion *completion, const chela_error_sink *error);
#define LIST_MODELS list_models_throwing
#include "sound_provider.h"

static chela_status list_models_throwing(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                                         const chela_completion *completion, const chela_error_sink *error) {
  static int asked;
  if (++asked > 1) throw std::runtime_error("thrown in list_models");
  return provider_list_models(plugin, call_id, service, completion, error);
}
