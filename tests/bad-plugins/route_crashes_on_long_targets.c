// fails: survives_odd_requests
// Reads a target into a buffer of fixed size.
#include "chela/ext/http_route.h"

static chela_status handle_badly(const chela_plugin *plugin, const chela_route_request *request,
                                 const chela_route_response *response, const chela_error_sink *error);
#define HANDLE handle_badly
#include "sound_kinds.h"

static chela_status handle_badly(const chela_plugin *plugin, const chela_route_request *request,
                                 const chela_route_response *response, const chela_error_sink *error) {
  if (request->target.size > 10000) abort(); /* where a real one would overflow */
  return sound_handle(plugin, request, response, error);
}
