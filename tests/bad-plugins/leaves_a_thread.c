// fails: leaves_no_threads
// Its thread runs on when it is destroyed.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <pthread.h>
#include <unistd.h>

#include "sound.h"

static void *wait_for_ever(void *unused) {
  for (;;) pause();
  return unused;
}

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  static int started;
  pthread_t thread;
  if (!started && pthread_create(&thread, NULL, wait_for_ever, NULL) == 0) pthread_detach(thread);
  started = 1;
  return sound_start(plugin, error);
}
