#ifndef CHELA_EXT_INBOUND_H
#define CHELA_EXT_INBOUND_H
/* chela.inbound/1, a host service: hands over a message that a channel received, and tells how its accounts are. State:
 * stable since 1.1. Offered to plugins whose manifest provides a channel. A message is acknowledged to the sender's service
 * only after on_stored(): then it is on disk. The same (channel, account, message_id) again is taken and dropped, so
 * repeating is harmless. The answer leaves by chela.channel/1. */

#include "chela/abi.h"

#define CHELA_EXT_INBOUND "chela.inbound/1"

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed until the call returns. Everything in it is untrusted and stays marked as such. */
typedef struct chela_inbound_message {
  uint32_t struct_size;
  chela_str channel;    /* one that the manifest names */
  chela_str account;
  chela_str message_id; /* the service's own; required */
  chela_str peer;       /* where a reply goes: the person or group */
  chela_str thread;     /* empty when there is none */
  chela_str sender;     /* who wrote it; the operator's allow-list decides on this */
  chela_str text;
  chela_str details;    /* JSON object: senderName, isGroup; each may be absent */
} chela_inbound_message;

/* Plugin-owned; must stay valid until on_stored() was called. */
typedef struct chela_inbound_listener {
  uint32_t struct_size;
  void *context;
  /* Exactly once. CHELA_OK: stored, or known before. CHELA_DENIED: the sender is not allowed, acknowledge it all the
   * same. CHELA_EXHAUSTED and CHELA_UNAVAILABLE: do not acknowledge, let the service send it again. [loop] */
  void (*on_stored)(const struct chela_inbound_listener *listener, chela_status status, chela_str text);
} chela_inbound_listener;

typedef struct chela_host_inbound {
  uint32_t struct_size;
  /* Returns at once. When it returns other than CHELA_OK the message was not taken and on_stored() is not called.
   * [any-thread & started] */
  chela_status (*receive)(const chela_host *host, const chela_inbound_message *message,
                          const chela_inbound_listener *listener, const chela_error_sink *error);
  /* An account's state has changed: `state` is a JSON object (running, connected, lastError, …). What does not run any
   * more is connected again by the host. [any-thread & started] */
  void (*state)(const chela_host *host, chela_str channel, chela_str account, chela_str state);
} chela_host_inbound;

#ifdef __cplusplus
}
#endif
#endif
