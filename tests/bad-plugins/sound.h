/* A plugin without a fault, in C, as short as it can be. A bad plugin defines the part it spoils and includes this.
 * Tools: "echo" (asynchronous, at once), "later" (asynchronous, after a second, one at a time), "shout" (blocking). */
#include <stdlib.h>
#include <string.h>

#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function" /* of the parts that are replaced */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

typedef struct sound {
  chela_plugin plugin;
  const chela_host *host;
  const chela_tool_call *open; /* of "later" */
  uint64_t open_id;
  uint64_t timer_id;
  chela_timer_listener listener;
  int stopped;
} sound;

static inline sound *self_of(const chela_plugin *plugin) { return (sound *)plugin->self; }
static inline chela_str str(const char *text) {
  chela_str s = {text, strlen(text)};
  return s;
}
static inline int is(chela_str a, const char *b) { return a.size == strlen(b) && memcmp(a.data, b, a.size) == 0; }
static inline const chela_host_timer *timers(sound *self) {
  return (const chela_host_timer *)self->host->get_service(self->host, str(CHELA_EXT_TIMER));
}

static inline void end_later(sound *self, chela_status status, const char *text) {
  const chela_tool_call *call = self->open;
  self->open = NULL;
  if (call != NULL) call->complete(call, status, str(text));
}
static inline void on_expire(const chela_timer_listener *listener) {
  end_later((sound *)listener->context, CHELA_OK, "later");
}

static inline chela_status sound_names(const chela_plugin *plugin, const chela_sink *out) {
  (void)plugin;
  out->write(out, str("echo\nlater\nshout\n"));
  return CHELA_OK;
}
static inline chela_status sound_start_tool(const chela_plugin *plugin, const chela_tool_request *request,
                                            const chela_tool_call *call, const chela_error_sink *error) {
  sound *self = self_of(plugin);
  const chela_host_timer *timer;
  if (is(request->tool, "echo")) {
    call->complete(call, CHELA_OK, request->arguments);
    return CHELA_OK;
  }
  timer = timers(self);
  if (!is(request->tool, "later") || self->open != NULL) {
    error->set(error, str(self->open != NULL ? "one at a time" : "no such tool"));
    return self->open != NULL ? CHELA_EXHAUSTED : CHELA_NOT_FOUND;
  }
  self->open = call;
  self->open_id = request->call_id;
  self->timer_id = timer == NULL ? 0 : timer->start(self->host, 1000, &self->listener);
  if (self->timer_id != 0) return CHELA_OK;
  self->open = NULL;
  error->set(error, str("no timer"));
  return CHELA_UNAVAILABLE;
}
static inline void sound_cancel(const chela_plugin *plugin, uint64_t call_id) {
  sound *self = self_of(plugin);
  const chela_host_timer *timer;
  if (self->open == NULL || self->open_id != call_id) return;
  timer = timers(self);
  if (timer != NULL) timer->cancel(self->host, self->timer_id);
  end_later(self, CHELA_CANCELLED, "cancelled");
}
static inline chela_status sound_run(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  (void)plugin;
  if (!is(request->tool, "shout")) {
    error->set(error, str("no such tool"));
    return CHELA_NOT_FOUND;
  }
  call->complete(call, CHELA_OK, request->arguments);
  return CHELA_OK;
}

#ifndef NAMES
#define NAMES sound_names
#endif
#ifndef START_TOOL
#define START_TOOL sound_start_tool
#endif
#ifndef CANCEL
#define CANCEL sound_cancel
#endif
#ifndef RUN
#define RUN sound_run
#endif
static const chela_plugin_tool kTool = {sizeof(chela_plugin_tool), NAMES, START_TOOL, CANCEL, RUN, NULL};

static inline const void *sound_get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  return is(id, CHELA_EXT_TOOL) ? &kTool : NULL;
}
static inline chela_status sound_configure(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  (void)plugin;
  if (memchr(json.data, '"', json.size) == NULL) return CHELA_OK;
  error->set(error, str("configuration: no keys are known"));
  return CHELA_INVALID_ARGUMENT;
}
static inline chela_status sound_start(const chela_plugin *plugin, const chela_error_sink *error) {
  (void)plugin;
  (void)error;
  return CHELA_OK;
}
static inline void sound_stop(const chela_plugin *plugin) {
  sound *self = self_of(plugin);
  if (self->open != NULL) sound_cancel(plugin, self->open_id);
  self->stopped = 1;
}
static inline void sound_destroy(const chela_plugin *plugin) {
  sound *self = self_of(plugin);
  if (self->open != NULL) sound_cancel(plugin, self->open_id);
  free(self);
}

#ifndef GET_EXTENSION
#define GET_EXTENSION sound_get_extension
#endif
#ifndef CONFIGURE
#define CONFIGURE sound_configure
#endif
#ifndef START
#define START sound_start
#endif
#ifndef STOP
#define STOP sound_stop
#endif
#ifndef DESTROY
#define DESTROY sound_destroy
#endif
#ifndef PLUGIN_STRUCT_SIZE
#define PLUGIN_STRUCT_SIZE sizeof(chela_plugin)
#endif

static inline const chela_plugin *sound_create(const chela_host *host, const chela_error_sink *error) {
  sound *self = (sound *)calloc(1, sizeof(sound));
  (void)error;
  self->host = host;
  self->plugin.struct_size = PLUGIN_STRUCT_SIZE;
  self->plugin.self = self;
  self->plugin.get_extension = GET_EXTENSION;
  self->plugin.configure = CONFIGURE;
  self->plugin.start = START;
  self->plugin.stop = STOP;
  self->plugin.destroy = DESTROY;
  self->listener.struct_size = sizeof(chela_timer_listener);
  self->listener.context = self;
  self->listener.on_expire = on_expire;
  return &self->plugin;
}

#ifndef CREATE
#define CREATE sound_create
#endif
#ifndef ENTRY_STRUCT_SIZE
#define ENTRY_STRUCT_SIZE sizeof(chela_entry)
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR CHELA_ABI_MAJOR
#endif
#ifndef ABI_MINOR
#define ABI_MINOR CHELA_ABI_MINOR
#endif
#ifndef ENTRY_ID
#define ENTRY_ID PLUGIN_ID /* given by the build, as in the manifest */
#endif
#ifndef ENTRY_VERSION
#define ENTRY_VERSION "1.0.0"
#endif
#ifndef ENTRY_SYMBOL
#define ENTRY_SYMBOL CHELA_ENTRY_NAME
#endif

#ifdef __cplusplus
extern "C" {
#endif
extern CHELA_EXPORT const chela_entry ENTRY_SYMBOL;
const chela_entry ENTRY_SYMBOL = {ENTRY_STRUCT_SIZE, ABI_MAJOR, ABI_MINOR, ENTRY_ID, ENTRY_VERSION, CREATE};
#ifdef __cplusplus
}
#endif
