#ifndef CHELA_EXT_LOG_H
#define CHELA_EXT_LOG_H
/* chela.log/1, a host service: the plugin's lines in the gateway's log, under the plugin's id. State: stable since 1.0.
 */

#include "chela/abi.h"

#define CHELA_EXT_LOG "chela.log/1"

#ifdef __cplusplus
extern "C" {
#endif

#define CHELA_LOG_LEVEL_MAP(X) X(DEBUG, 0) X(INFO, 1) X(WARN, 2) X(ERROR, 3)

typedef enum chela_log_level {
#define CHELA_LOG_LEVEL_ENUM(name, value) CHELA_LOG_##name = value,
  CHELA_LOG_LEVEL_MAP(CHELA_LOG_LEVEL_ENUM)
#undef CHELA_LOG_LEVEL_ENUM
  CHELA_LOG_LEVEL_FORCE_INT32 = 0x7fffffff
} chela_log_level;

typedef struct chela_host_log {
  uint32_t struct_size;
  /* One line; control characters are escaped, secrets redacted, 8 KiB kept. [any-thread] */
  void (*write)(const chela_host *host, chela_log_level level, chela_str line);
} chela_host_log;

#ifdef __cplusplus
}
#endif
#endif
