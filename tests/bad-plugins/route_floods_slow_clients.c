// fails: slow_client_holds_the_answer
// Writes on while its client does not read.
#include "chela/ext/http_route.h"

struct work;
static void answer_in_a_flood(struct work *w);
#define ANSWER_NOW answer_in_a_flood
#include "sound_kinds.h"

static void answer_in_a_flood(work *w) {
  static const char kBlock[16384];
  const chela_route_response *answer = (const chela_route_response *)w->call;
  const chela_str bytes = {kBlock, sizeof kBlock};
  int i;
  answer->head(answer, 200, NULL, 0);
  for (i = 0; i < 256; ++i) answer->write(answer, bytes);
  end_work(w, CHELA_OK);
}
