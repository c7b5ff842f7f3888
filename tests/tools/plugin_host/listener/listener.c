/* A sound plugin that listens: it blocks what is called "forbidden", answers with no JSON to "odd", refuses "refused", and
 * leaves "late" open until it is cancelled. */
#include "chela/abi.h"
#include "chela/ext/hook.h"
static const void *listener_get_extension(const chela_plugin *plugin, chela_str id);
#define GET_EXTENSION listener_get_extension
#include "tests/bad-plugins/sound.h"

static const chela_hook_call *late;

static int names(chela_str event, const char *word) {
  size_t i, size = strlen(word);
  for (i = 0; i + size <= event.size; ++i) {
    if (memcmp(event.data + i, word, size) == 0) return 1;
  }
  return 0;
}
static chela_status start_hook(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error) {
  (void)plugin;
  if (names(request->event, "refused")) {
    error->set(error, str("not now"));
    return CHELA_UNAVAILABLE;
  }
  if (names(request->event, "late")) {
    late = call;
    return CHELA_OK;
  }
  call->complete(call, CHELA_OK,
                 str(names(request->event, "odd")         ? "odd"
                     : names(request->event, "forbidden") ? "{\"block\":true,\"blockReason\":\"no\"}"
                                                          : ""));
  return CHELA_OK;
}
static void cancel_hook(const chela_plugin *plugin, uint64_t call_id) {
  const chela_hook_call *call = late;
  (void)plugin;
  (void)call_id;
  late = NULL;
  if (call != NULL) call->complete(call, CHELA_CANCELLED, str("cancelled"));
}
static const chela_plugin_hook kHook = {sizeof(chela_plugin_hook), start_hook, cancel_hook};

static const void *listener_get_extension(const chela_plugin *plugin, chela_str id) {
  return is(id, CHELA_EXT_HOOK) ? (const void *)&kHook : sound_get_extension(plugin, id);
}
