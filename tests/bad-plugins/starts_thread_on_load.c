// fails: loading_changes_nothing
// Starts a thread while it is loaded.
#include <pthread.h>
#include <unistd.h>

#include "sound.h"

static void *wait_for_ever(void *unused) {
  (void)unused;
  for (;;) pause();
  return NULL;
}
__attribute__((constructor)) static void at_load(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) == 0) pthread_detach(thread);
}
