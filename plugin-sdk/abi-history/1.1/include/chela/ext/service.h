#ifndef CHELA_EXT_SERVICE_H
#define CHELA_EXT_SERVICE_H
/* chela.service/1: work in the background that nobody calls: a bridge, a scheduler, an exporter. State: stable since
 * 1.1. The manifest names the services (provides[].id). Each begins when the gateway has started and ends before it
 * does; one that fails is started again with back-off, until it has failed too often. */

#include "chela/abi.h"

#define CHELA_EXT_SERVICE "chela.service/1"

#ifdef __cplusplus
extern "C" {
#endif

/* The host's ear for one service, host-owned, valid until stop_service() has returned. */
typedef struct chela_service_monitor {
  uint32_t struct_size;
  void *context;
  /* What it is doing now, for the operator: "ok" or "degraded", and a sentence. [any-thread] */
  void (*report)(const struct chela_service_monitor *monitor, chela_str health, chela_str text);
  /* It has failed and does nothing any more; at most once. [any-thread] */
  void (*fail)(const struct chela_service_monitor *monitor, chela_status status, chela_str text);
} chela_service_monitor;

typedef struct chela_plugin_service {
  uint32_t struct_size;
  /* Begins the service `id` and returns at once; it may run threads of its own. When it returns other than CHELA_OK the
   * service does not run and stop_service() is not called. [loop & started] */
  chela_status (*start_service)(const chela_plugin *plugin, chela_str id, const chela_service_monitor *monitor,
                                const chela_error_sink *error);
  /* Ends it; its threads have ended when this returns. Also called after fail(). [worker & started] */
  void (*stop_service)(const chela_plugin *plugin, chela_str id);
} chela_plugin_service;

#ifdef __cplusplus
}
#endif
#endif
