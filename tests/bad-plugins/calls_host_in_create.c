// fails: creates_quietly
// Uses a host service before create() has returned.
#include "chela/abi.h"

static const chela_plugin *create_early(const chela_host *host, const chela_error_sink *error);
#define CREATE create_early
#include "sound.h"

static const chela_plugin *create_early(const chela_host *host, const chela_error_sink *error) {
  host->get_service(host, str(CHELA_EXT_TIMER));
  return sound_create(host, error);
}
