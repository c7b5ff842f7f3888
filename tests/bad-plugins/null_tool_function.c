// fails: interfaces_match_manifest
// Offers chela.tool/1 without run().
#define RUN NULL
#include "sound.h"
