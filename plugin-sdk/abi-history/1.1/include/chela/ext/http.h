#ifndef CHELA_EXT_HTTP_H
#define CHELA_EXT_HTTP_H
/* chela.http/1, a host service: HTTP requests to the hosts that the manifest's permissions name (permissions.network).
 * State: stable since 1.0.
 * TLS is always verified; redirects are not followed; a response cut short is an error, never a short success. */

#include "chela/abi.h"

#define CHELA_EXT_HTTP "chela.http/1"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct chela_http_header {
  chela_str name;
  chela_str value; /* {{secret:NAME}} is replaced by the host just before sending; the plugin never sees the secret */
} chela_http_header;

/* Borrowed until send() returns. A timeout of 0 means the host's default. */
typedef struct chela_http_request {
  uint32_t struct_size;
  chela_str method;
  chela_str url; /* http or https */
  const chela_http_header *headers;
  size_t header_count;
  chela_str body;
  chela_str proxy;                /* empty: as the environment says; "none"; http://, socks5:// or socks5h:// URL */
  uint64_t connect_timeout_ms;    /* until the connection stands */
  uint64_t first_byte_timeout_ms; /* until the response's head */
  uint64_t idle_timeout_ms;       /* between two pieces of the body */
  uint64_t total_timeout_ms;
  uint64_t response_bytes_max; /* of the decoded body; 0: 16 MiB */
} chela_http_request;

/* Plugin-owned; must stay valid until on_done() was called. */
typedef struct chela_http_listener {
  uint32_t struct_size;
  void *context;
  /* The response's status and headers (names in lower case). [loop] */
  void (*on_head)(const struct chela_http_listener *listener, uint32_t status, const chela_http_header *headers,
                  size_t header_count);
  /* The next piece of the decoded body. [loop] */
  void (*on_body)(const struct chela_http_listener *listener, chela_str bytes);
  /* The end, exactly once. `error` is empty with CHELA_OK (whatever the HTTP status), else names the layer that
   * failed: dns, connect, proxy, tls, send, timeout, cut short, protocol, too large. [loop] */
  void (*on_done)(const struct chela_http_listener *listener, chela_status status, chela_str error);
} chela_http_listener;

typedef struct chela_host_http {
  uint32_t struct_size;
  /* Starts a request. Returns its id, or 0 and an error when it is refused; then on_done() is not called.
   * [loop & started] */
  uint64_t (*send)(const chela_host *host, const chela_http_request *request, const chela_http_listener *listener,
                   const chela_error_sink *error);
  /* Ends the request; on_done() is called with CHELA_CANCELLED before this returns, unless it was called before.
   * [loop] */
  void (*cancel)(const chela_host *host, uint64_t request_id);
} chela_host_http;

#ifdef __cplusplus
}
#endif
#endif
