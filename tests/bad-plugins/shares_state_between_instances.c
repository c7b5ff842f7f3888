// fails: instances_are_apart
// All of its instances have one state, and one that ends takes it along.
#include "chela/ext/tool.h"

static chela_status start_noting(const chela_plugin *plugin, const chela_error_sink *error);
static void stop_noting(const chela_plugin *plugin);
static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error);
#define START start_noting
#define STOP stop_noting
#define START_TOOL start_tool_badly
#include "sound.h"

static int ready;

static chela_status start_noting(const chela_plugin *plugin, const chela_error_sink *error) {
  ready = 1;
  return sound_start(plugin, error);
}
static void stop_noting(const chela_plugin *plugin) {
  ready = 0;
  sound_stop(plugin);
}
static chela_status start_tool_badly(const chela_plugin *plugin, const chela_tool_request *request,
                                     const chela_tool_call *call, const chela_error_sink *error) {
  if (!ready) abort();
  return sound_start_tool(plugin, request, call, error);
}
