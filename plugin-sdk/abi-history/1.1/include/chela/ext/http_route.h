#ifndef CHELA_EXT_HTTP_ROUTE_H
#define CHELA_EXT_HTTP_ROUTE_H
/* chela.http_route/1: paths of the gateway's own HTTP server that a plugin answers. State: stable since 1.1.
 * The manifest names each route (provides[].routes): path, auth and match. "gateway" asks for the gateway's token before
 * the plugin hears of a request; "plugin" lets everybody in, and the plugin verifies what arrives. "exact" takes one path,
 * "prefix" all below it, too. Paths that the gateway answers itself stay its own. */

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
  chela_str route;  /* the path in the manifest */
  chela_str target; /* as asked for: path and query */
  const chela_http_header *headers; /* names in lower case; without Cookie and what authorises at the gateway */
  size_t header_count;
  chela_str body;
  chela_str client; /* JSON object: address, and of "gateway" routes principal and scopes */
  uint64_t timeout_ms;
} chela_route_request;

/* The answer, host-owned, valid until complete() has been called. */
typedef struct chela_route_response {
  uint32_t struct_size;
  void *context;
  /* Status (200 to 599) and headers, once, before any body. Headers of the connection are the host's. [any-thread] */
  void (*head)(const struct chela_route_response *response, uint32_t status, const chela_http_header *headers,
               size_t header_count);
  /* The next piece of the body, sent at once. CHELA_OK: go on. CHELA_EXHAUSTED: taken, but the client is slow: wait for
   * resume(), since too much that waits ends the answer. CHELA_CANCELLED: not taken, nobody reads it any more.
   * [any-thread] */
  chela_status (*write)(const struct chela_route_response *response, chela_str bytes);
  /* Ends the answer, exactly once. Other than CHELA_OK before head() makes an error answer of the host's (CHELA_NOT_FOUND
   * says that the request was none for this plugin); after it cuts the connection, so that the client never takes a part
   * for the whole. [any-thread] */
  void (*complete)(const struct chela_route_response *response, chela_status status, chela_str text);
} chela_route_response;

typedef struct chela_plugin_http_route {
  uint32_t struct_size;
  /* Answers now or later, and returns at once. When it returns other than CHELA_OK the answer is over and must not be
   * completed. [loop & started] */
  chela_status (*handle)(const chela_plugin *plugin, const chela_route_request *request,
                         const chela_route_response *response, const chela_error_sink *error);
  /* The client has gone, or the time is up; asks to complete soon. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
  /* Optional. After write() returned CHELA_EXHAUSTED: there is room again. [loop & started] */
  void (*resume)(const chela_plugin *plugin, uint64_t call_id);
} chela_plugin_http_route;

#ifdef __cplusplus
}
#endif
#endif
