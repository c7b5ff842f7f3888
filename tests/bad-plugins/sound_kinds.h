/* A plugin without a fault that has every interface of ABI 1.1 but tools and providers: each call completes after a
 * second, a service has a thread, and a channel hands over each message that it is to send. A bad plugin defines the part
 * it spoils and includes this. */
#include <pthread.h>

#include "chela/ext/capability.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/http_route.h"
#include "chela/ext/inbound.h"
#include "chela/ext/service.h"

static const void *kinds_get_extension(const chela_plugin *plugin, chela_str id);
static void kinds_stop(const chela_plugin *plugin);
static void kinds_destroy(const chela_plugin *plugin);
#ifndef GET_EXTENSION
#define GET_EXTENSION kinds_get_extension
#endif
#ifndef STOP
#define STOP kinds_stop
#endif
#define DESTROY kinds_destroy
#include "sound.h"

enum { kWorksMax = 64, kPieces = 3 };

typedef enum work_kind { HOOK, COMMAND, METHOD, FUNCTION, ANSWER, CHANNEL } work_kind;

typedef struct work {
  const void *call; /* null: the place is free */
  work_kind kind;
  const char *result;
  const sound *owner;
  uint64_t call_id;
  uint64_t timer_id;
  int pieces;  /* of an answer, still to be written */
  int begun;   /* the head of an answer has been written */
  int waiting; /* for room */
  chela_timer_listener listener;
} work;

static work works[kWorksMax];

static inline void complete_work(work_kind kind, const void *call, chela_status status, chela_str text) {
  const chela_hook_call *hook = (const chela_hook_call *)call;
  const chela_command_call *command = (const chela_command_call *)call;
  const chela_gateway_method_call *method = (const chela_gateway_method_call *)call;
  const chela_capability_call *function = (const chela_capability_call *)call;
  const chela_route_response *answer = (const chela_route_response *)call;
  const chela_channel_call *channel = (const chela_channel_call *)call;
  if (kind == HOOK) hook->complete(hook, status, text);
  if (kind == COMMAND) command->complete(command, status, text);
  if (kind == METHOD) method->complete(method, status, text);
  if (kind == FUNCTION) function->complete(function, status, text);
  if (kind == ANSWER) answer->complete(answer, status, text);
  if (kind == CHANNEL) channel->complete(channel, status, text, 0);
}
static inline void end_work(work *w, chela_status status) {
  const void *call = w->call;
  const chela_host_timer *timer = timers((sound *)w->owner);
  w->call = NULL;
  if (timer != NULL && w->timer_id != 0) timer->cancel(w->owner->host, w->timer_id);
  complete_work(w->kind, call, status, str(status == CHELA_OK ? w->result : "cancelled"));
}

#ifndef HEAD_VALUE
#define HEAD_VALUE "text/plain"
#endif
static inline void write_on(work *w) {
  const chela_route_response *answer = (const chela_route_response *)w->call;
  while (w->pieces > 0) {
    chela_status status;
    --w->pieces;
    status = answer->write(answer, str("a piece\n"));
    w->waiting = status == CHELA_EXHAUSTED;
    if (w->waiting) return;
    if (status != CHELA_OK) return end_work(w, CHELA_CANCELLED);
  }
  end_work(w, CHELA_OK);
}
static inline void answer_now(work *w) {
  const chela_route_response *answer = (const chela_route_response *)w->call;
  const chela_http_header type = {{"content-type", 12}, str(HEAD_VALUE)};
  answer->head(answer, 200, &type, 1);
  w->begun = 1;
  write_on(w);
}
#ifndef ANSWER_NOW
#define ANSWER_NOW answer_now
#endif

static inline void on_work_expire(const chela_timer_listener *listener) {
  work *w = (work *)listener->context;
  w->timer_id = 0;
  if (w->call == NULL) return;
  if (w->kind == ANSWER) return ANSWER_NOW(w);
  end_work(w, CHELA_OK);
}
static inline chela_status refuse(const chela_error_sink *error, chela_status status, const char *why) {
  error->set(error, str(why));
  return status;
}
static inline chela_status begin_work(const chela_plugin *plugin, work_kind kind, const void *call, uint64_t call_id,
                                      const char *result, const chela_error_sink *error) {
  sound *self = self_of(plugin);
  const chela_host_timer *timer = timers(self);
  work *w = works;
  while (w < works + kWorksMax && w->call != NULL) ++w;
  if (w == works + kWorksMax || timer == NULL) return refuse(error, CHELA_UNAVAILABLE, "too much work, or no timer");
  w->kind = kind;
  w->result = result;
  w->owner = self;
  w->call_id = call_id;
  w->pieces = kPieces;
  w->begun = w->waiting = 0;
  w->listener.struct_size = sizeof(chela_timer_listener);
  w->listener.context = w;
  w->listener.on_expire = on_work_expire;
  w->timer_id = timer->start(self->host, 1000, &w->listener);
  if (w->timer_id == 0) return refuse(error, CHELA_EXHAUSTED, "no timer left");
  w->call = call;
  return CHELA_OK;
}
static inline void cancel_work(const chela_plugin *plugin, uint64_t call_id) {
  work *w;
  for (w = works; w < works + kWorksMax; ++w) {
    if (w->call != NULL && w->owner == self_of(plugin) && w->call_id == call_id) end_work(w, CHELA_CANCELLED);
  }
}
static inline void end_all_work(const chela_plugin *plugin) {
  work *w;
  for (w = works; w < works + kWorksMax; ++w) {
    if (w->call != NULL && w->owner == self_of(plugin)) end_work(w, CHELA_CANCELLED);
  }
}

/* chela.hook/1 */
#ifndef HOOK_RESULT
#define HOOK_RESULT "{\"block\":false}"
#endif
static inline chela_status sound_hook(const chela_plugin *plugin, const chela_hook_request *request,
                                      const chela_hook_call *call, const chela_error_sink *error) {
  return begin_work(plugin, HOOK, call, request->call_id, HOOK_RESULT, error);
}
#ifndef HOOK_START
#define HOOK_START sound_hook
#endif
#ifndef HOOK_CANCEL
#define HOOK_CANCEL cancel_work
#endif
static const chela_plugin_hook kHook = {sizeof(chela_plugin_hook), HOOK_START, HOOK_CANCEL};

/* chela.command/1 */
#ifndef COMMAND_DETAILS
#define COMMAND_DETAILS "{\"continueAgent\":false}"
#endif
static inline chela_status sound_command(const chela_plugin *plugin, const chela_command_request *request,
                                         const chela_command_call *call, const chela_error_sink *error) {
  const chela_status status = begin_work(plugin, COMMAND, call, request->call_id, "done", error);
  if (status != CHELA_OK) return status;
  call->progress(call, str("a second"));
  call->details(call, str(COMMAND_DETAILS));
  return CHELA_OK;
}
#ifndef COMMAND_START
#define COMMAND_START sound_command
#endif
#ifndef COMMAND_CANCEL
#define COMMAND_CANCEL cancel_work
#endif
static const chela_plugin_command kCommand = {sizeof(chela_plugin_command), COMMAND_START, COMMAND_CANCEL};

/* chela.gateway_method/1 */
#ifndef METHOD_RESULT
#define METHOD_RESULT "{\"done\":true}"
#endif
static inline chela_status sound_method(const chela_plugin *plugin, const chela_gateway_method_request *request,
                                        const chela_gateway_method_call *call, const chela_error_sink *error) {
  return begin_work(plugin, METHOD, call, request->call_id, METHOD_RESULT, error);
}
#ifndef METHOD_START
#define METHOD_START sound_method
#endif
#ifndef METHOD_CANCEL
#define METHOD_CANCEL cancel_work
#endif
static const chela_plugin_gateway_method kMethod = {sizeof(chela_plugin_gateway_method), METHOD_START, METHOD_CANCEL};

/* chela.capability/1: "search" */
#ifndef FUNCTION_VALUE
#define FUNCTION_VALUE "[]"
#endif
static inline chela_status sound_invoke(const chela_plugin *plugin, const chela_capability_request *request,
                                        const chela_capability_call *call, const chela_error_sink *error) {
  if (!is(request->path, "search")) return refuse(error, CHELA_NOT_FOUND, "no such function");
  return begin_work(plugin, FUNCTION, call, request->call_id, FUNCTION_VALUE, error);
}
#ifndef INVOKE
#define INVOKE sound_invoke
#endif
#ifndef FUNCTION_CANCEL
#define FUNCTION_CANCEL cancel_work
#endif
static const chela_plugin_capability kCapability = {sizeof(chela_plugin_capability), INVOKE, FUNCTION_CANCEL};

/* chela.http_route/1 */
static inline chela_status sound_handle(const chela_plugin *plugin, const chela_route_request *request,
                                        const chela_route_response *response, const chela_error_sink *error) {
  return begin_work(plugin, ANSWER, response, request->call_id, "", error);
}
static inline void sound_resume(const chela_plugin *plugin, uint64_t call_id) {
  work *w;
  for (w = works; w < works + kWorksMax; ++w) {
    if (w->call == NULL || w->owner != self_of(plugin) || w->call_id != call_id || !w->waiting) continue;
    w->waiting = 0;
    return write_on(w);
  }
}
#ifndef HANDLE
#define HANDLE sound_handle
#endif
#ifndef ROUTE_CANCEL
#define ROUTE_CANCEL cancel_work
#endif
#ifndef RESUME
#define RESUME sound_resume
#endif
static const chela_plugin_http_route kRoute = {sizeof(chela_plugin_http_route), HANDLE, ROUTE_CANCEL, RESUME};

/* chela.service/1: one, with a thread that does nothing */
static pthread_mutex_t service_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t service_changed = PTHREAD_COND_INITIALIZER;
static pthread_t service_thread;
static int service_runs; /* guarded by service_mutex */

static inline void *serve(void *argument) {
  pthread_mutex_lock(&service_mutex);
  while (service_runs) pthread_cond_wait(&service_changed, &service_mutex);
  pthread_mutex_unlock(&service_mutex);
  return argument;
}
#ifndef HEALTH
#define HEALTH "ok"
#endif
static inline chela_status sound_start_service(const chela_plugin *plugin, chela_str id,
                                               const chela_service_monitor *monitor, const chela_error_sink *error) {
  (void)plugin;
  if (!is(id, PLUGIN_ID)) return refuse(error, CHELA_NOT_FOUND, "no such service");
  service_runs = 1;
  if (pthread_create(&service_thread, NULL, serve, NULL) != 0) return refuse(error, CHELA_UNAVAILABLE, "no thread");
  monitor->report(monitor, str(HEALTH), str("it runs"));
  return CHELA_OK;
}
static inline void sound_stop_service(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  (void)id;
  pthread_mutex_lock(&service_mutex);
  service_runs = 0;
  pthread_cond_broadcast(&service_changed);
  pthread_mutex_unlock(&service_mutex);
  pthread_join(service_thread, NULL);
}
#ifndef START_SERVICE
#define START_SERVICE sound_start_service
#endif
#ifndef STOP_SERVICE
#define STOP_SERVICE sound_stop_service
#endif
static const chela_plugin_service kService = {sizeof(chela_plugin_service), START_SERVICE, STOP_SERVICE};

/* chela.channel/1 */
static inline const chela_host_inbound *inbound_of(const chela_plugin *plugin) {
  const chela_host *host = self_of(plugin)->host;
  return (const chela_host_inbound *)host->get_service(host, str(CHELA_EXT_INBOUND));
}
static inline chela_status sound_connect(const chela_plugin *plugin, const chela_channel_account *account,
                                         const chela_channel_call *call, const chela_error_sink *error) {
  const chela_host_inbound *inbound = inbound_of(plugin);
  if (inbound != NULL)
    inbound->state(self_of(plugin)->host, account->channel, account->account, str("{\"connected\":true}"));
  return begin_work(plugin, CHANNEL, call, account->call_id, "{\"running\":true}", error);
}
static inline chela_status sound_disconnect(const chela_plugin *plugin, const chela_channel_account *account,
                                            const chela_channel_call *call, const chela_error_sink *error) {
  return begin_work(plugin, CHANNEL, call, account->call_id, "{}", error);
}
static inline void sound_on_stored(const chela_inbound_listener *listener, chela_status status, chela_str text) {
  (void)listener;
  (void)status;
  (void)text;
}
#ifndef ON_STORED
#define ON_STORED sound_on_stored
#endif
static chela_inbound_listener stored = {sizeof(chela_inbound_listener), NULL, ON_STORED};
#ifndef MESSAGE_ID
#define MESSAGE_ID "message-1"
#endif
#ifndef SEND_RESULT
#define SEND_RESULT "{\"messageId\":\"1\"}"
#endif
static inline chela_status sound_send(const chela_plugin *plugin, const chela_channel_message *message,
                                      const chela_channel_call *call, const chela_error_sink *error) {
  const chela_host_inbound *inbound = inbound_of(plugin);
  chela_inbound_message echo;
  memset(&echo, 0, sizeof echo);
  echo.struct_size = sizeof echo;
  echo.channel = message->channel;
  echo.account = message->account;
  echo.message_id = str(MESSAGE_ID);
  echo.peer = message->to;
  echo.thread = message->thread;
  echo.sender = message->to;
  echo.text = message->text;
  echo.details = str("{\"isGroup\":false}");
  if (inbound != NULL) inbound->receive(self_of(plugin)->host, &echo, &stored, error);
  return begin_work(plugin, CHANNEL, call, message->call_id, SEND_RESULT, error);
}
static inline chela_status sound_accounts(const chela_plugin *plugin, const chela_channel_account *channel,
                                          const chela_channel_call *call, const chela_error_sink *error) {
  return begin_work(plugin, CHANNEL, call, channel->call_id,
                    "[{\"accountId\":\"default\",\"enabled\":true,\"configured\":true}]", error);
}
static inline void sound_typing(const chela_plugin *plugin, const chela_channel_message *message, bool on) {
  (void)plugin;
  (void)message;
  (void)on;
}
#ifndef CONNECT
#define CONNECT sound_connect
#endif
#ifndef DISCONNECT
#define DISCONNECT sound_disconnect
#endif
#ifndef SEND
#define SEND sound_send
#endif
#ifndef CHANNEL_CANCEL
#define CHANNEL_CANCEL cancel_work
#endif
static const chela_plugin_channel kChannel = {
    sizeof(chela_plugin_channel), CONNECT, DISCONNECT, SEND, CHANNEL_CANCEL, sound_accounts, sound_typing};

static const void *kinds_get_extension(const chela_plugin *plugin, chela_str id) {
  (void)plugin;
  if (is(id, CHELA_EXT_HOOK)) return &kHook;
  if (is(id, CHELA_EXT_COMMAND)) return &kCommand;
  if (is(id, CHELA_EXT_GATEWAY_METHOD)) return &kMethod;
  if (is(id, CHELA_EXT_CAPABILITY)) return &kCapability;
  if (is(id, CHELA_EXT_HTTP_ROUTE)) return &kRoute;
  if (is(id, CHELA_EXT_SERVICE)) return &kService;
  return is(id, CHELA_EXT_CHANNEL) ? &kChannel : NULL;
}
static inline void kinds_stop(const chela_plugin *plugin) {
  end_all_work(plugin);
  sound_stop(plugin);
}
static void kinds_destroy(const chela_plugin *plugin) {
  end_all_work(plugin);
  sound_destroy(plugin);
}
