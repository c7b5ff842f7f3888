// fails: creates_quietly
// Creates nothing and does not say why.
#include "chela/abi.h"

static const chela_plugin *create_nothing(const chela_host *host, const chela_error_sink *error) {
  (void)host;
  (void)error;
  return NULL;
}
#define CREATE create_nothing
#include "sound.h"
