// fails: answer_completes_once
// Writes a body before the head.
#include "chela/ext/http_route.h"

static chela_status handle_badly(const chela_plugin *plugin, const chela_route_request *request,
                                 const chela_route_response *response, const chela_error_sink *error);
#define HANDLE handle_badly
#include "sound_kinds.h"

static chela_status handle_badly(const chela_plugin *plugin, const chela_route_request *request,
                                 const chela_route_response *response, const chela_error_sink *error) {
  response->write(response, str("first"));
  return sound_handle(plugin, request, response, error);
}
