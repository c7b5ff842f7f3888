// fails: service_reports_are_words
// Reports a health that there is not.
#define HEALTH "splendid"
#include "sound_kinds.h"
