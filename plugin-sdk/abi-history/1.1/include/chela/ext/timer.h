#ifndef CHELA_EXT_TIMER_H
#define CHELA_EXT_TIMER_H
/* chela.timer/1, a host service: time and one-shot timers on the host's clock. State: stable since 1.0. */

#include "chela/abi.h"

#define CHELA_EXT_TIMER "chela.timer/1"

#ifdef __cplusplus
extern "C" {
#endif

/* Plugin-owned; must stay valid until it has fired or was cancelled. */
typedef struct chela_timer_listener {
  uint32_t struct_size;
  void *context;
  /* The time has come; at most once per timer. [loop & started] */
  void (*on_expire)(const struct chela_timer_listener *listener);
} chela_timer_listener;

typedef struct chela_host_timer {
  uint32_t struct_size;
  /* Milliseconds since 1970-01-01 UTC, by the host's clock. [any-thread] */
  int64_t (*unix_ms)(const chela_host *host);
  /* Calls back once, `delay_ms` from now. Returns the timer's id, or 0 when the plugin has too many (1,024).
   * [loop & started] */
  uint64_t (*start)(const chela_host *host, uint64_t delay_ms, const chela_timer_listener *listener);
  /* After it the listener is not called. Unknown and expired ids are ignored. [loop] */
  void (*cancel)(const chela_host *host, uint64_t timer_id);
} chela_host_timer;

#ifdef __cplusplus
}
#endif
#endif
