#ifndef CHELA_EXT_DRAFT_HTTP_ROUTE_H
#define CHELA_EXT_DRAFT_HTTP_ROUTE_H
/* chela.http_route/1: paths of the gateway's own HTTP server that a plugin answers. State: draft since 1.0. The
 * manifest names each route (provides[].routes): method, path below /plugins/ID/, policy (public, token, operator),
 * body_bytes_max and rate. The host has applied all of them before the code is called; a route without a policy is
 * refused. "public" routes verify what arrives themselves, with chela.secrets/1 hmac_sha256(). */

#include "chela/abi.h"
#include "chela/ext/http.h"

#define CHELA_EXT_HTTP_ROUTE "chela.http_route/1"

#ifdef __cplusplus
extern "C" {
#endif

/* A whole request. Borrowed until the call returns. */
typedef struct chela_route_request {
  uint32_t struct_size;
  uint64_t call_id; /* unique in the life of the process */
  chela_str method;
  chela_str route; /* as in the manifest */
  chela_str path;  /* as asked for, decoded, without the query */
  chela_str query;
  const chela_http_header *headers; /* names in lower case; without Cookie and Authorization of the gateway */
  size_t header_count;
  chela_str body;
  chela_str client; /* JSON object: address (forwarded ones resolved), principal */
  uint64_t timeout_ms;
} chela_route_request;

/* The response, host-owned, valid until complete() has been called. */
typedef struct chela_route_response {
  uint32_t struct_size;
  void *context;
  /* Status and headers, once, before any body. [any-thread] */
  void (*head)(const struct chela_route_response *response, uint32_t status, const chela_http_header *headers,
               size_t header_count);
  /* The next piece of the body, sent at once. False when the client is too slow or gone: stop writing and complete.
   * [any-thread] */
  bool (*write)(const struct chela_route_response *response, chela_str bytes);
  /* Ends the response, exactly once. Other than CHELA_OK before head() makes an error response of the host's, after it
   * cuts the connection, so that the client never takes a part for the whole. [any-thread] */
  void (*complete)(const struct chela_route_response *response, chela_status status, chela_str text);
} chela_route_response;

typedef struct chela_plugin_http_route {
  uint32_t struct_size;
  /* Answers now or later, and returns at once. When it returns other than CHELA_OK the response is over and must not be
   * completed. [loop & started] */
  chela_status (*handle)(const chela_plugin *plugin, const chela_route_request *request,
                         const chela_route_response *response, const chela_error_sink *error);
  /* The client has gone; asks to complete soon. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_http_route;

#ifdef __cplusplus
}
#endif
#endif
