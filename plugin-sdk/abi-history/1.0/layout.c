/* The layout of ABI 1.0 on 64-bit machines, frozen: compiled against today's headers with every build. A line here is
 * never changed or removed; what later versions append is in their own folder. */
#include "chela/abi.h"
#include "chela/ext/http.h"
#include "chela/ext/log.h"
#include "chela/ext/provider.h"
#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

#if defined(__cplusplus)
#define FROZEN(condition) static_assert(condition, "the layout of ABI 1.0 has changed: " #condition)
#else
#define FROZEN(condition) _Static_assert(condition, "the layout of ABI 1.0 has changed: " #condition)
#endif
#if CHELA_ABI_MINOR == 0 /* a new member needs a new minor version, with a folder of its own here */
#define SIZE_AT_LEAST(type, size) FROZEN(sizeof(type) == (size))
#else
#define SIZE_AT_LEAST(type, size) FROZEN(sizeof(type) >= (size))
#endif
#define MEMBER(type, member, offset) FROZEN(offsetof(type, member) == (offset))
#define VALUE(name, value) FROZEN((int)(name) == (value))

FROZEN(sizeof(void *) == 8);
/* Passed by value: these can never grow. */
FROZEN(sizeof(chela_str) == 16);
FROZEN(sizeof(chela_http_header) == 32);
FROZEN(sizeof(chela_status) == 4);
FROZEN(sizeof(chela_log_level) == 4);

SIZE_AT_LEAST(chela_str, 16);
MEMBER(chela_str, data, 0);
MEMBER(chela_str, size, 8);

SIZE_AT_LEAST(chela_sink, 24);
MEMBER(chela_sink, struct_size, 0);
MEMBER(chela_sink, context, 8);
MEMBER(chela_sink, write, 16);

SIZE_AT_LEAST(chela_error_sink, 24);
MEMBER(chela_error_sink, struct_size, 0);
MEMBER(chela_error_sink, context, 8);
MEMBER(chela_error_sink, set, 16);

SIZE_AT_LEAST(chela_host, 24);
MEMBER(chela_host, struct_size, 0);
MEMBER(chela_host, context, 8);
MEMBER(chela_host, get_service, 16);

SIZE_AT_LEAST(chela_plugin, 56);
MEMBER(chela_plugin, struct_size, 0);
MEMBER(chela_plugin, self, 8);
MEMBER(chela_plugin, get_extension, 16);
MEMBER(chela_plugin, configure, 24);
MEMBER(chela_plugin, start, 32);
MEMBER(chela_plugin, stop, 40);
MEMBER(chela_plugin, destroy, 48);

SIZE_AT_LEAST(chela_entry, 32);
MEMBER(chela_entry, struct_size, 0);
MEMBER(chela_entry, abi_major, 4);
MEMBER(chela_entry, abi_minor, 6);
MEMBER(chela_entry, plugin_id, 8);
MEMBER(chela_entry, plugin_version, 16);
MEMBER(chela_entry, create, 24);

SIZE_AT_LEAST(chela_http_header, 32);
MEMBER(chela_http_header, name, 0);
MEMBER(chela_http_header, value, 16);

SIZE_AT_LEAST(chela_http_request, 128);
MEMBER(chela_http_request, struct_size, 0);
MEMBER(chela_http_request, method, 8);
MEMBER(chela_http_request, url, 24);
MEMBER(chela_http_request, headers, 40);
MEMBER(chela_http_request, header_count, 48);
MEMBER(chela_http_request, body, 56);
MEMBER(chela_http_request, proxy, 72);
MEMBER(chela_http_request, connect_timeout_ms, 88);
MEMBER(chela_http_request, first_byte_timeout_ms, 96);
MEMBER(chela_http_request, idle_timeout_ms, 104);
MEMBER(chela_http_request, total_timeout_ms, 112);
MEMBER(chela_http_request, response_bytes_max, 120);

SIZE_AT_LEAST(chela_http_listener, 40);
MEMBER(chela_http_listener, struct_size, 0);
MEMBER(chela_http_listener, context, 8);
MEMBER(chela_http_listener, on_head, 16);
MEMBER(chela_http_listener, on_body, 24);
MEMBER(chela_http_listener, on_done, 32);

SIZE_AT_LEAST(chela_host_http, 24);
MEMBER(chela_host_http, struct_size, 0);
MEMBER(chela_host_http, send, 8);
MEMBER(chela_host_http, cancel, 16);

SIZE_AT_LEAST(chela_host_log, 16);
MEMBER(chela_host_log, struct_size, 0);
MEMBER(chela_host_log, write, 8);

SIZE_AT_LEAST(chela_completion_request, 96);
MEMBER(chela_completion_request, struct_size, 0);
MEMBER(chela_completion_request, call_id, 8);
MEMBER(chela_completion_request, service, 16);
MEMBER(chela_completion_request, model, 32);
MEMBER(chela_completion_request, messages, 48);
MEMBER(chela_completion_request, message_count, 56);
MEMBER(chela_completion_request, tools, 64);
MEMBER(chela_completion_request, tool_count, 72);
MEMBER(chela_completion_request, options, 80);

SIZE_AT_LEAST(chela_usage, 40);
MEMBER(chela_usage, struct_size, 0);
MEMBER(chela_usage, input_tokens, 8);
MEMBER(chela_usage, output_tokens, 16);
MEMBER(chela_usage, cached_input_tokens, 24);
MEMBER(chela_usage, reasoning_tokens, 32);

SIZE_AT_LEAST(chela_completion, 64);
MEMBER(chela_completion, struct_size, 0);
MEMBER(chela_completion, context, 8);
MEMBER(chela_completion, text, 16);
MEMBER(chela_completion, reasoning, 24);
MEMBER(chela_completion, tool_call, 32);
MEMBER(chela_completion, tool_arguments, 40);
MEMBER(chela_completion, usage, 48);
MEMBER(chela_completion, complete, 56);

SIZE_AT_LEAST(chela_plugin_provider, 32);
MEMBER(chela_plugin_provider, struct_size, 0);
MEMBER(chela_plugin_provider, complete, 8);
MEMBER(chela_plugin_provider, cancel, 16);
MEMBER(chela_plugin_provider, list_models, 24);

SIZE_AT_LEAST(chela_timer_listener, 24);
MEMBER(chela_timer_listener, struct_size, 0);
MEMBER(chela_timer_listener, context, 8);
MEMBER(chela_timer_listener, on_expire, 16);

SIZE_AT_LEAST(chela_host_timer, 32);
MEMBER(chela_host_timer, struct_size, 0);
MEMBER(chela_host_timer, unix_ms, 8);
MEMBER(chela_host_timer, start, 16);
MEMBER(chela_host_timer, cancel, 24);

SIZE_AT_LEAST(chela_tool_request, 72);
MEMBER(chela_tool_request, struct_size, 0);
MEMBER(chela_tool_request, call_id, 8);
MEMBER(chela_tool_request, tool, 16);
MEMBER(chela_tool_request, arguments, 32);
MEMBER(chela_tool_request, context, 48);
MEMBER(chela_tool_request, timeout_ms, 64);

SIZE_AT_LEAST(chela_tool_call, 40);
MEMBER(chela_tool_call, struct_size, 0);
MEMBER(chela_tool_call, context, 8);
MEMBER(chela_tool_call, progress, 16);
MEMBER(chela_tool_call, complete, 24);
MEMBER(chela_tool_call, is_cancelled, 32);

SIZE_AT_LEAST(chela_plugin_tool, 40);
MEMBER(chela_plugin_tool, struct_size, 0);
MEMBER(chela_plugin_tool, names, 8);
MEMBER(chela_plugin_tool, start, 16);
MEMBER(chela_plugin_tool, cancel, 24);
MEMBER(chela_plugin_tool, run, 32);

VALUE(CHELA_OK, 0);
VALUE(CHELA_INVALID_ARGUMENT, 1);
VALUE(CHELA_NOT_FOUND, 2);
VALUE(CHELA_DENIED, 3);
VALUE(CHELA_CANCELLED, 4);
VALUE(CHELA_TIMED_OUT, 5);
VALUE(CHELA_UNAVAILABLE, 6);
VALUE(CHELA_INTERNAL, 7);
VALUE(CHELA_UNAUTHENTICATED, 8);
VALUE(CHELA_EXHAUSTED, 9);
VALUE(CHELA_TOO_LARGE, 10);
VALUE(CHELA_PROTOCOL, 11);
VALUE(CHELA_UNSUPPORTED, 12);
VALUE(CHELA_ALREADY_EXISTS, 13);
VALUE(CHELA_CORRUPT, 14);
VALUE(CHELA_LOG_DEBUG, 0);
VALUE(CHELA_LOG_INFO, 1);
VALUE(CHELA_LOG_WARN, 2);
VALUE(CHELA_LOG_ERROR, 3);
