// fails: rests_when_idle
// A thread of it asks again and again whether there is work.
#include <pthread.h>

#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
static void stop_badly(const chela_plugin *plugin);
#define START start_badly
#define STOP stop_badly
#include "sound.h"

static pthread_t thread;
static int running;

static void *spin(void *unused) {
  while (__atomic_load_n(&running, __ATOMIC_SEQ_CST) > 0) {
  }
  return unused;
}
static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  if (__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST) == 1) pthread_create(&thread, NULL, spin, NULL);
  return sound_start(plugin, error);
}
static void stop_badly(const chela_plugin *plugin) {
  if (__atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST) == 0) pthread_join(thread, NULL);
  sound_stop(plugin);
}
