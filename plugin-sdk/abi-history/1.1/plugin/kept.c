/* The plugin that is kept for ABI 1.1: its binaries were built when the version was released, and today's gateway
 * loads and drives them. It uses every interface and every service of that version, and no C library, so that one
 * file runs on every Linux of its processor. Tools: "echo" (at once), "later" (after a second), "shout" (blocking);
 * provider: posts to the service and passes on what comes. */
#include "chela/abi.h"
#include "chela/ext/http.h"
#include "chela/ext/log.h"
#include "chela/ext/provider.h"
#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

enum { kInstancesMax = 8, kOpenMax = 16 };

typedef struct instance instance;

typedef struct waiting_call {
  const chela_tool_call *call; /* null: the place is free */
  instance *owner;
  uint64_t call_id;
  uint64_t timer_id;
  chela_timer_listener listener;
} waiting_call;

typedef struct open_completion {
  const chela_completion *completion; /* null: the place is free */
  instance *owner;
  uint64_t call_id;
  uint64_t request_id;
  uint32_t http_status;
  chela_http_listener listener;
} open_completion;

struct instance {
  chela_plugin plugin;
  const chela_host *host; /* null: the place is free */
  waiting_call calls[kOpenMax];
  open_completion completions[kOpenMax];
};

static instance instances[kInstancesMax];

static chela_str str(const char *text) {
  chela_str s = {text, 0};
  while (text[s.size] != 0) ++s.size;
  return s;
}
static bool is(chela_str a, const char *text) {
  size_t i = 0;
  while (i < a.size && text[i] != 0 && a.data[i] == text[i]) ++i;
  return i == a.size && text[i] == 0;
}
static instance *self_of(const chela_plugin *plugin) { return (instance *)plugin->self; }
static const void *service(instance *self, const char *id) { return self->host->get_service(self->host, str(id)); }

static void end_call(waiting_call *waiting, chela_status status, const char *text) {
  const chela_tool_call *call = waiting->call;
  waiting->call = NULL;
  if (call != NULL) call->complete(call, status, str(text));
}
static void on_expire(const chela_timer_listener *listener) {
  end_call((waiting_call *)listener->context, CHELA_OK, "later");
}

static chela_status names(const chela_plugin *plugin, const chela_sink *out) {
  (void)plugin;
  out->write(out, str("echo\nlater\n"));
  out->write(out, str("shout\n"));
  return CHELA_OK;
}
static chela_status start_later(instance *self, const chela_tool_request *request, const chela_tool_call *call,
                                const chela_error_sink *error) {
  const chela_host_timer *timer = (const chela_host_timer *)service(self, CHELA_EXT_TIMER);
  waiting_call *waiting = self->calls;
  while (waiting < self->calls + kOpenMax && waiting->call != NULL) ++waiting;
  if (timer == NULL || waiting == self->calls + kOpenMax) {
    error->set(error, str("no timer, or too many calls at once"));
    return CHELA_UNAVAILABLE;
  }
  waiting->owner = self;
  waiting->call_id = request->call_id;
  waiting->listener.struct_size = sizeof(chela_timer_listener);
  waiting->listener.context = waiting;
  waiting->listener.on_expire = on_expire;
  waiting->timer_id = timer->start(self->host, 1000, &waiting->listener);
  if (waiting->timer_id == 0) {
    error->set(error, str("the host has no timer left"));
    return CHELA_EXHAUSTED;
  }
  waiting->call = call;
  call->progress(call, str("waiting"));
  return CHELA_OK;
}
static chela_status start_tool(const chela_plugin *plugin, const chela_tool_request *request,
                               const chela_tool_call *call, const chela_error_sink *error) {
  if (is(request->tool, "later")) return start_later(self_of(plugin), request, call, error);
  if (is(request->tool, "echo")) {
    call->complete(call, CHELA_OK, request->arguments);
    return CHELA_OK;
  }
  error->set(error, str("no such tool"));
  return CHELA_NOT_FOUND;
}
static void cancel_tool(const chela_plugin *plugin, uint64_t call_id) {
  instance *self = self_of(plugin);
  const chela_host_timer *timer = (const chela_host_timer *)service(self, CHELA_EXT_TIMER);
  for (waiting_call *waiting = self->calls; waiting < self->calls + kOpenMax; ++waiting) {
    if (waiting->call == NULL || waiting->call_id != call_id) continue;
    if (timer != NULL) timer->cancel(self->host, waiting->timer_id);
    end_call(waiting, CHELA_CANCELLED, "cancelled");
  }
}
static chela_status run_tool(const chela_plugin *plugin, const chela_tool_request *request, const chela_tool_call *call,
                             const chela_error_sink *error) {
  (void)plugin;
  if (!is(request->tool, "shout")) {
    error->set(error, str("no such tool"));
    return CHELA_NOT_FOUND;
  }
  if (call->is_cancelled(call)) {
    call->complete(call, CHELA_CANCELLED, str("cancelled"));
  } else {
    call->complete(call, CHELA_OK, request->arguments);
  }
  return CHELA_OK;
}
static const chela_plugin_tool kTool = {sizeof(chela_plugin_tool), names, start_tool, cancel_tool, run_tool};

static void end_completion(open_completion *open, chela_status status, const char *text) {
  const chela_completion *completion = open->completion;
  open->completion = NULL;
  if (completion != NULL) completion->complete(completion, status, str(text), 0);
}
static void on_head(const chela_http_listener *listener, uint32_t status, const chela_http_header *headers,
                    size_t header_count) {
  (void)headers;
  (void)header_count;
  ((open_completion *)listener->context)->http_status = status;
}
static void on_body(const chela_http_listener *listener, chela_str bytes) {
  open_completion *open = (open_completion *)listener->context;
  if (open->completion != NULL && open->http_status == 200) open->completion->text(open->completion, bytes);
}
static void on_done(const chela_http_listener *listener, chela_status status, chela_str error) {
  open_completion *open = (open_completion *)listener->context;
  chela_usage usage = {sizeof(chela_usage), 1, 1, 0, 0};
  (void)error;
  if (status != CHELA_OK) return end_completion(open, status, "the request failed");
  if (open->http_status != 200) return end_completion(open, CHELA_UNAVAILABLE, "the service refused");
  if (open->completion != NULL) open->completion->usage(open->completion, &usage);
  end_completion(open, CHELA_OK, "stop");
}
static chela_status complete(const chela_plugin *plugin, const chela_completion_request *request,
                             const chela_completion *completion, const chela_error_sink *error) {
  instance *self = self_of(plugin);
  const chela_host_http *http = (const chela_host_http *)service(self, CHELA_EXT_HTTP);
  static const chela_http_header kKey = {{"authorization", 13}, {"Bearer {{secret:KEPT_KEY}}", 26}};
  chela_http_request request_out = {0};
  open_completion *open = self->completions;
  while (open < self->completions + kOpenMax && open->completion != NULL) ++open;
  if (http == NULL || open == self->completions + kOpenMax) {
    error->set(error, str("no requests, or too many at once"));
    return CHELA_UNAVAILABLE;
  }
  request_out.struct_size = sizeof request_out;
  request_out.method = str("POST");
  request_out.url = str("https://service.invalid/v1");
  request_out.headers = &kKey;
  request_out.header_count = 1;
  request_out.body = request->options;
  open->owner = self;
  open->call_id = request->call_id;
  open->http_status = 0;
  open->listener.struct_size = sizeof(chela_http_listener);
  open->listener.context = open;
  open->listener.on_head = on_head;
  open->listener.on_body = on_body;
  open->listener.on_done = on_done;
  open->completion = completion;
  open->request_id = http->send(self->host, &request_out, &open->listener, error);
  if (open->request_id != 0) return CHELA_OK;
  open->completion = NULL;
  return CHELA_DENIED;
}
static void cancel_completion(const chela_plugin *plugin, uint64_t call_id) {
  instance *self = self_of(plugin);
  const chela_host_http *http = (const chela_host_http *)service(self, CHELA_EXT_HTTP);
  for (open_completion *open = self->completions; open < self->completions + kOpenMax; ++open) {
    if (open->completion != NULL && open->call_id == call_id && http != NULL)
      http->cancel(self->host, open->request_id);
  }
}
static chela_status list_models(const chela_plugin *plugin, uint64_t call_id, chela_str service_json,
                                const chela_completion *completion, const chela_error_sink *error) {
  (void)plugin;
  (void)call_id;
  (void)service_json;
  (void)error;
  completion->text(completion, str("[{\"id\":\"kept\"}]"));
  completion->complete(completion, CHELA_OK, str("stop"), 0);
  return CHELA_OK;
}
static const chela_plugin_provider kProvider = {sizeof(chela_plugin_provider), complete, cancel_completion,
                                                list_models};

static const void *get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  if (is(id, CHELA_EXT_TOOL)) return &kTool;
  return is(id, CHELA_EXT_PROVIDER) ? &kProvider : NULL;
}
static chela_status configure(const chela_plugin *plugin, chela_str json, const chela_error_sink *error) {
  (void)plugin;
  for (size_t i = 0; i < json.size; ++i) {
    if (json.data[i] != '"') continue;
    error->set(error, str("configuration: no keys are known"));
    return CHELA_INVALID_ARGUMENT;
  }
  return CHELA_OK;
}
static chela_status start(const chela_plugin *plugin, const chela_error_sink *error) {
  instance *self = self_of(plugin);
  const chela_host_log *log = (const chela_host_log *)service(self, CHELA_EXT_LOG);
  const chela_host_timer *timer = (const chela_host_timer *)service(self, CHELA_EXT_TIMER);
  (void)error;
  if (log == NULL) return CHELA_OK;
  log->write(self->host, timer != NULL && timer->unix_ms(self->host) > 0 ? CHELA_LOG_INFO : CHELA_LOG_WARN,
             str("kept plugin started"));
  return CHELA_OK;
}
static void stop(const chela_plugin *plugin) {
  instance *self = self_of(plugin);
  for (int i = 0; i < kOpenMax; ++i) {
    if (self->calls[i].call != NULL) cancel_tool(plugin, self->calls[i].call_id);
    if (self->completions[i].completion != NULL) cancel_completion(plugin, self->completions[i].call_id);
  }
}
static void destroy(const chela_plugin *plugin) {
  stop(plugin);
  self_of(plugin)->host = NULL;
}

static const chela_plugin *create(const chela_host *host, const chela_error_sink *error) {
  instance *self = instances;
  while (self < instances + kInstancesMax && self->host != NULL) ++self;
  if (self == instances + kInstancesMax) {
    error->set(error, str("creating the kept plugin: too many instances"));
    return NULL;
  }
  self->host = host;
  self->plugin.struct_size = sizeof(chela_plugin);
  self->plugin.self = self;
  self->plugin.get_extension = get_extension;
  self->plugin.configure = configure;
  self->plugin.start = start;
  self->plugin.stop = stop;
  self->plugin.destroy = destroy;
  return &self->plugin;
}

extern CHELA_EXPORT const chela_entry CHELA_ENTRY_NAME;
const chela_entry CHELA_ENTRY_NAME = {sizeof(chela_entry), 1, 1, "kept", "1.1.0", create};
