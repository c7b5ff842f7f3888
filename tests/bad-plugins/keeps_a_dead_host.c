// fails: lets_go_of_its_host
// Calls the host of an instance that was destroyed.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
static void destroy_noting(const chela_plugin *plugin);
#define START start_badly
#define DESTROY destroy_noting
#include "sound.h"

static const chela_host *first_host;
static int first_is_gone;

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  if (first_host == NULL) first_host = self_of(plugin)->host;
  if (first_is_gone) first_host->get_service(first_host, str(CHELA_EXT_TIMER));
  return sound_start(plugin, error);
}
static void destroy_noting(const chela_plugin *plugin) {
  first_is_gone = first_is_gone || self_of(plugin)->host == first_host;
  sound_destroy(plugin);
}
