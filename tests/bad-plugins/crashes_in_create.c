// fails: creates_quietly
// Crashes when it is created.
#include "chela/abi.h"

static const chela_plugin *create_badly(const chela_host *host, const chela_error_sink *error);
#define CREATE create_badly
#include "sound.h"

static const chela_plugin *create_badly(const chela_host *host, const chela_error_sink *error) {
  (void)host;
  (void)error;
  abort();
}
