#ifndef CHELA_EXT_DRAFT_CHANNEL_H
#define CHELA_EXT_DRAFT_CHANNEL_H
/* chela.channel/1: a way for people to reach the gateway and for its replies to reach them. State: draft since 1.0. The
 * manifest names the channels (provides[].id), what they can do (text, attachments, typing, edits, threads, groups) and
 * the longest text. What arrives goes to chela.inbound/1, by a route of chela.http_route/1 or from a socket's thread;
 * changes of state (connecting, connected, login needed, failed) are told by chela.events/1 "channel.state". */

#include "chela/abi.h"

#define CHELA_EXT_CHANNEL "chela.channel/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What to send. Borrowed until the call returns. */
typedef struct chela_send_request {
  uint32_t struct_size;
  uint64_t call_id;          /* unique in the life of the process */
  chela_str account;         /* the account's key in the configuration */
  chela_str peer;            /* the person or group, as the channel itself names it */
  chela_str thread;          /* empty when there is none */
  chela_str text;            /* Markdown, at most as long as the manifest says */
  chela_str details;         /* JSON object: replyTo, edits (a message's id), attachments [{path, mime, name}] */
  chela_str idempotency_key; /* the same for each attempt; hand it on where the service takes one */
  uint64_t timeout_ms;
} chela_send_request;

/* An attempt to send, host-owned, valid until complete() has been called. */
typedef struct chela_send {
  uint32_t struct_size;
  void *context;
  /* Ends the attempt, exactly once. With CHELA_OK `text` is a JSON array of the ids that the service gave the messages;
   * otherwise what went wrong. UNAVAILABLE, TIMED_OUT and EXHAUSTED are tried again, not before `retry_after_ms`;
   * every other status is final. [any-thread] */
  void (*complete)(const struct chela_send *send, chela_status status, chela_str text, uint64_t retry_after_ms);
} chela_send;

typedef struct chela_plugin_channel {
  uint32_t struct_size;
  /* Begins to receive for an account: `settings` is its JSON object in the configuration. Returns at once; whether the
   * connection stands is an event. [loop & started] */
  chela_status (*connect)(const chela_plugin *plugin, chela_str account, chela_str settings,
                          const chela_error_sink *error);
  /* Ends it; what is being sent for the account is completed first. [loop & started] */
  void (*disconnect)(const chela_plugin *plugin, chela_str account);
  /* Sends once, without trying again: the host's outbox does. Returns at once; when it returns other than CHELA_OK the
   * attempt is over and must not be completed. [loop & started] */
  chela_status (*send)(const chela_plugin *plugin, const chela_send_request *request, const chela_send *send,
                       const chela_error_sink *error);
  /* Asks to complete soon; the message may have been sent already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
  /* Shows that a reply is being written, or no longer. Null when the channel cannot. [loop & started] */
  void (*typing)(const chela_plugin *plugin, chela_str account, chela_str peer, chela_str thread, bool on);
} chela_plugin_channel;

#ifdef __cplusplus
}
#endif
#endif
