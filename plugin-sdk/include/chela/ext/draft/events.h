#ifndef CHELA_EXT_DRAFT_EVENTS_H
#define CHELA_EXT_DRAFT_EVENTS_H
/* chela.events/1, a host service: what happens in the gateway, told and heard. State: draft since 1.0. Topics are
 * dotted names. A plugin tells those below its own id and the ones of its kinds (channel.state); it hears those that
 * permissions.events names. Nothing is kept: who was not listening has missed it, and a slow listener loses the oldest
 * (256 wait at most) and is told how many. */

#include "chela/abi.h"

#define CHELA_EXT_EVENTS "chela.events/1"

#ifdef __cplusplus
extern "C" {
#endif

/* Plugin-owned; must stay valid until unsubscribe() has returned. */
typedef struct chela_event_listener {
  uint32_t struct_size;
  void *context;
  /* `payload` is a JSON object; `lost` counts events that were dropped since the last one. [loop & started] */
  void (*on_event)(const struct chela_event_listener *listener, chela_str topic, chela_str payload, uint32_t lost);
} chela_event_listener;

typedef struct chela_host_events {
  uint32_t struct_size;
  /* Tells an event; `payload` is a JSON object of at most 64 KiB. CHELA_DENIED for a topic that is not the plugin's.
   * [any-thread] */
  chela_status (*emit)(const chela_host *host, chela_str topic, chela_str payload, const chela_error_sink *error);
  /* Hears a topic, or all below it with ".*" at the end. Returns an id, or 0 and an error. [loop & started] */
  uint64_t (*subscribe)(const chela_host *host, chela_str topic, const chela_event_listener *listener,
                        const chela_error_sink *error);
  /* After it the listener is not called. [loop] */
  void (*unsubscribe)(const chela_host *host, uint64_t subscription_id);
} chela_host_events;

#ifdef __cplusplus
}
#endif
#endif
