/* A provider without a fault, in C: posts to the service and passes on what comes. One completion at a time. */
#include "chela/ext/http.h"
#include "chela/ext/provider.h"

static const void *provider_get_extension(const chela_plugin *plugin, chela_str id);
static void provider_stop(const chela_plugin *plugin);
static void provider_destroy(const chela_plugin *plugin);
#define GET_EXTENSION provider_get_extension
#ifndef STOP
#define STOP provider_stop
#endif
#define DESTROY provider_destroy
#include "sound.h"

enum { kOpenMax = 8 };

typedef struct open_completion {
  const chela_completion *completion; /* null: the place is free */
  const chela_host *host;
  uint64_t call_id;
  uint64_t request_id;
  uint32_t http_status;
  chela_http_listener listener;
} open_completion;

static open_completion open_completions[kOpenMax]; /* the tests make one instance that completes */

static inline const chela_host_http *http_of(const chela_host *host) {
  return (const chela_host_http *)host->get_service(host, str(CHELA_EXT_HTTP));
}
static inline void end_completion(open_completion *open, chela_status status, const char *text) {
  const chela_completion *completion = open->completion;
  open->completion = NULL;
  if (completion != NULL) completion->complete(completion, status, str(text), 0);
}
static inline void on_head(const chela_http_listener *listener, uint32_t status, const chela_http_header *headers,
                           size_t header_count) {
  (void)headers;
  (void)header_count;
  ((open_completion *)listener->context)->http_status = status;
}
#ifndef SERVICE_URL
#define SERVICE_URL "https://service.invalid/"
#endif
static inline void on_body(const chela_http_listener *listener, chela_str bytes) {
  open_completion *open = (open_completion *)listener->context;
  if (open->completion != NULL && open->http_status == 200) open->completion->text(open->completion, bytes);
}
static inline void provider_on_done(const chela_http_listener *listener, chela_status status, chela_str error) {
  open_completion *open = (open_completion *)listener->context;
  (void)error;
  if (status != CHELA_OK) return end_completion(open, status, "the request failed");
  if (open->http_status != 200) return end_completion(open, CHELA_UNAVAILABLE, "the service refused");
  end_completion(open, CHELA_OK, "stop");
}
#ifndef ON_BODY
#define ON_BODY on_body
#endif
#ifndef ON_DONE
#define ON_DONE provider_on_done
#endif

static inline chela_status provider_complete(const chela_plugin *plugin, const chela_completion_request *request,
                                             const chela_completion *completion, const chela_error_sink *error) {
  const chela_host *host = self_of(plugin)->host;
  const chela_host_http *service = http_of(host);
  chela_http_request http = {sizeof(chela_http_request)};
  open_completion *open = open_completions;
  while (open < open_completions + kOpenMax && open->completion != NULL) ++open;
  if (open == open_completions + kOpenMax) {
    error->set(error, str("too many at once"));
    return CHELA_EXHAUSTED;
  }
  http.method = str("POST");
  http.url = str(SERVICE_URL);
#ifdef EXTRA_HEADER
  http.headers = &EXTRA_HEADER;
  http.header_count = 1;
#endif
  open->completion = completion;
  open->host = host;
  open->call_id = request->call_id;
  open->http_status = 0;
  open->listener.struct_size = sizeof(chela_http_listener);
  open->listener.context = open;
  open->listener.on_head = on_head;
  open->listener.on_body = ON_BODY;
  open->listener.on_done = ON_DONE;
  if (service == NULL) {
    open->completion = NULL;
    error->set(error, str("no requests"));
    return CHELA_UNAVAILABLE;
  }
  open->request_id = service->send(host, &http, &open->listener, error);
  if (open->request_id != 0) return CHELA_OK;
  open->completion = NULL;
  return CHELA_DENIED;
}
static inline void provider_cancel(const chela_plugin *plugin, uint64_t call_id) {
  for (open_completion *open = open_completions; open < open_completions + kOpenMax; ++open) {
    if (open->completion == NULL || open->call_id != call_id) continue;
    http_of(open->host)->cancel(self_of(plugin)->host, open->request_id);
  }
}
static inline chela_status provider_list_models(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                                                const chela_completion *completion, const chela_error_sink *error) {
  (void)plugin;
  (void)call_id;
  (void)service;
  (void)error;
  completion->text(completion, str("[]"));
  completion->complete(completion, CHELA_OK, str("stop"), 0);
  return CHELA_OK;
}

#ifndef COMPLETE
#define COMPLETE provider_complete
#endif
#ifndef PROVIDER_CANCEL
#define PROVIDER_CANCEL provider_cancel
#endif
#ifndef LIST_MODELS
#define LIST_MODELS provider_list_models
#endif
static const chela_plugin_provider kProvider = {sizeof(chela_plugin_provider), COMPLETE, PROVIDER_CANCEL, LIST_MODELS};

static const void *provider_get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  return is(id, CHELA_EXT_PROVIDER) ? &kProvider : NULL;
}
static void provider_stop(const chela_plugin *plugin) {
  for (open_completion *open = open_completions; open < open_completions + kOpenMax; ++open) {
    if (open->completion != NULL && open->host == self_of(plugin)->host) provider_cancel(plugin, open->call_id);
  }
}
static void provider_destroy(const chela_plugin *plugin) {
  provider_stop(plugin);
  free(self_of(plugin));
}
