/* A native plugin with commands and a method, some of which behave badly. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chela/abi.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"

enum { kFloodBytes = 3 << 20 };

static chela_str text(const char *words) { return (chela_str){words, strlen(words)}; }

static bool is(chela_str given, const char *word) {
  return given.size == strlen(word) && memcmp(given.data, word, given.size) == 0;
}

static void flood(const chela_command_call *call) {
  char *much = malloc(kFloodBytes);
  if (!much) abort();
  memset(much, 'x', kFloodBytes);
  call->complete(call, CHELA_OK, (chela_str){much, kFloodBytes});
  free(much);
}

static chela_status start_command(const chela_plugin *plugin, const chela_command_request *request,
                                  const chela_command_call *call, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  if (is(request->command, "native-hang")) return CHELA_OK; /* and says nothing, ever */
  if (is(request->command, "native-crash")) abort();
  if (is(request->command, "native-flood")) return flood(call), CHELA_OK;
  char answer[256];
  snprintf(answer, sizeof answer, "native heard: %.*s", (int)request->arguments.size, request->arguments.data);
  call->progress(call, text("listening"));
  call->details(call, text("{\"mediaUrls\":[\"https://example.invalid/echo.png\"]}"));
  call->complete(call, CHELA_OK, text(answer));
  return CHELA_OK;
}

static void cancel(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  (void)call_id;
}

static chela_status start_method(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                 const chela_gateway_method_call *call, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  call->complete(call, CHELA_OK, request->params);
  return CHELA_OK;
}

static const chela_plugin_command kCommands = {sizeof kCommands, start_command, cancel};
static const chela_plugin_gateway_method kMethods = {sizeof kMethods, start_method, cancel};

static const void *get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  if (is(id, CHELA_EXT_COMMAND)) return &kCommands;
  if (is(id, CHELA_EXT_GATEWAY_METHOD)) return &kMethods;
  return NULL;
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
static void nothing(const chela_plugin *plugin) { (void)plugin; }

static const chela_plugin kPlugin = {sizeof kPlugin, NULL, get_extension, configure, start, nothing, nothing};

static const chela_plugin *create(const chela_host *host, const chela_error_sink *error) {
  (void)host;
  (void)error;
  return &kPlugin;
}

CHELA_EXPORT const chela_entry CHELA_ENTRY_NAME = {sizeof(chela_entry), CHELA_ABI_MAJOR, CHELA_ABI_MINOR,
                                                   "native-commands",   "1.0.0",         create};
