// fails: leaves_locale_and_rounding
// Changes how the whole process writes numbers and texts.
#include "chela/abi.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error);
#define START start_badly
#include <locale.h>

#include "sound.h"

static chela_status start_badly(const chela_plugin *plugin, const chela_error_sink *error) {
  setlocale(LC_ALL, "C.UTF-8");
  return sound_start(plugin, error);
}
