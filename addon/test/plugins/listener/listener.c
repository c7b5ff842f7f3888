/* Blocks calls of the tool "exec" and fails at the tool "odd"; the command "repeat" says its arguments again. */
#include <stdlib.h>
#include <string.h>

#include "chela/ext/command.h"
#include "chela/ext/hook.h"

static chela_str str(const char *text) {
  chela_str s = {text, strlen(text)};
  return s;
}
static int is(chela_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }
static int holds(chela_str a, const char *b) {
  size_t size = strlen(b), i;
  for (i = 0; i + size <= a.size; ++i) {
    if (memcmp(a.data + i, b, size) == 0) return 1;
  }
  return 0;
}

static chela_status hook_start(const chela_plugin *plugin, const chela_hook_request *request,
                               const chela_hook_call *call, const chela_error_sink *error) {
  (void)plugin;
  if (holds(request->event, "\"toolName\":\"odd\"")) {
    error->set(error, str("no idea what that is"));
    return CHELA_INTERNAL;
  }
  if (is(request->point, "before_tool_call") && holds(request->event, "\"toolName\":\"exec\"")) {
    call->complete(call, CHELA_OK, str("{\"block\":true,\"blockReason\":\"not here\"}"));
  } else {
    call->complete(call, CHELA_OK, str(""));
  }
  return CHELA_OK;
}
static void no_cancel(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}
static const chela_plugin_hook kHook = {sizeof(chela_plugin_hook), hook_start, no_cancel};

static chela_status command_start(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  call->progress(call, str("thinking"));
  if (request->arguments.size == 0) call->details(call, str("{\"continueAgent\":true}"));
  call->complete(call, CHELA_OK, request->arguments.size == 0 ? request->context : request->arguments);
  return CHELA_OK;
}
static const chela_plugin_command kCommand = {sizeof(chela_plugin_command), command_start, no_cancel};

static const void *get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  if (is(id, CHELA_EXT_HOOK)) return &kHook;
  return is(id, CHELA_EXT_COMMAND) ? &kCommand : NULL;
}
static chela_status configure(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  (void)plugin;
  (void)json;
  (void)error;
  return CHELA_OK;
}
static chela_status start(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  return CHELA_OK;
}
static void stop(const chela_plugin *plugin) { (void)plugin; }
static void destroy(const chela_plugin *plugin) { free(plugin->self); }

static const chela_plugin *create(const chela_host *host, const chela_error_sink *error) {
  chela_plugin *plugin = (chela_plugin *)calloc(1, sizeof(chela_plugin));
  (void)host;
  (void)error;
  *plugin = (chela_plugin){sizeof(chela_plugin), plugin, get_extension, configure, start, stop, destroy};
  return plugin;
}

extern CHELA_EXPORT const chela_entry chela_plugin_entry;
const chela_entry chela_plugin_entry = {sizeof(chela_entry), CHELA_ABI_MAJOR, CHELA_ABI_MINOR, "listener", "1.0.0", create};
