#ifndef CHELA_EXT_CHANNEL_H
#define CHELA_EXT_CHANNEL_H
/* chela.channel/1: a way for people to reach the gateway and for its replies to reach them. State: stable since 1.1.
 * The manifest names the channels (provides[].id) and the longest text (provides[].textChunkLimit). What arrives goes to
 * chela.inbound/1, where changes of an account's state are told, too. */

#include "chela/abi.h"

#define CHELA_EXT_CHANNEL "chela.channel/1"

#ifdef __cplusplus
extern "C" {
#endif

/* An account of a channel. Borrowed until the call returns. */
typedef struct chela_channel_account {
  uint32_t struct_size;
  uint64_t call_id;    /* unique in the life of the process */
  chela_str channel;   /* one that the manifest names */
  chela_str account;   /* its key in the configuration, "default" when there is one only; empty for accounts() */
  chela_str settings;  /* JSON object: the channel's section of the configuration, secrets filled in */
  uint64_t timeout_ms; /* from now; the host answers for the plugin when it has passed */
} chela_channel_account;

/* What to send. Borrowed until the call returns. */
typedef struct chela_channel_message {
  uint32_t struct_size;
  uint64_t call_id;
  chela_str channel;
  chela_str account;
  chela_str to;              /* the person or group, as the channel itself names it */
  chela_str thread;          /* empty when there is none */
  chela_str text;            /* Markdown */
  chela_str details;         /* JSON object: replyToId, mediaUrl, payload (a reply in upstream's form); each may be absent */
  chela_str idempotency_key; /* the same for each attempt; hand it on where the service takes one; may be empty */
  uint64_t timeout_ms;
} chela_channel_message;

/* A running call, host-owned, valid until complete() has been called. */
typedef struct chela_channel_call {
  uint32_t struct_size;
  void *context;
  /* Ends the call, exactly once. With CHELA_OK `text` is a JSON value, as stands with the function; otherwise it says
   * what went wrong. UNAVAILABLE, TIMED_OUT and EXHAUSTED may be tried again, not before `retry_after_ms`; every other
   * status is final. [any-thread] */
  void (*complete)(const struct chela_channel_call *call, chela_status status, chela_str text, uint64_t retry_after_ms);
} chela_channel_call;

typedef struct chela_plugin_channel {
  uint32_t struct_size;
  /* Begins to receive for an account. Result: JSON object with the account's state (running, connected, …); it counts as
   * running from then on. Returns at once; when it returns other than CHELA_OK the call is over and must not be
   * completed. [loop & started] */
  chela_status (*connect)(const chela_plugin *plugin, const chela_channel_account *account,
                          const chela_channel_call *call, const chela_error_sink *error);
  /* Ends it; what is being sent for the account is completed first. Result: {}. Otherwise as connect. [loop & started] */
  chela_status (*disconnect)(const chela_plugin *plugin, const chela_channel_account *account,
                             const chela_channel_call *call, const chela_error_sink *error);
  /* Sends once, without trying again. Result: JSON object, {"messageId": …} where the service gives one. Otherwise as
   * connect. [loop & started] */
  chela_status (*send)(const chela_plugin *plugin, const chela_channel_message *message, const chela_channel_call *call,
                       const chela_error_sink *error);
  /* Asks to complete a call soon; a message may have been sent already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
  /* Which accounts there are. Result: JSON array of {"accountId", "enabled", "configured"}. Null when the keys of
   * "accounts" in the channel's section are the accounts, or "default" when it has none. Otherwise as connect.
   * [loop & started] */
  chela_status (*accounts)(const chela_plugin *plugin, const chela_channel_account *channel,
                           const chela_channel_call *call, const chela_error_sink *error);
  /* Shows that a reply is being written, or no longer. Null when the channel cannot. [loop & started] */
  void (*typing)(const chela_plugin *plugin, const chela_channel_message *message, bool on);
} chela_plugin_channel;

#ifdef __cplusplus
}
#endif
#endif
