/* The layout of ABI 1.1 on 64-bit machines, frozen: compiled against today's headers with every build. A line here is
 * never changed or removed; what later versions append is in their own folder. */
#include "chela/abi.h"
#include "chela/ext/capability.h"
#include "chela/ext/channel.h"
#include "chela/ext/command.h"
#include "chela/ext/gateway_method.h"
#include "chela/ext/hook.h"
#include "chela/ext/http.h"
#include "chela/ext/http_route.h"
#include "chela/ext/inbound.h"
#include "chela/ext/log.h"
#include "chela/ext/provider.h"
#include "chela/ext/service.h"
#include "chela/ext/timer.h"
#include "chela/ext/tool.h"

#if defined(__cplusplus)
#define FROZEN(condition) static_assert(condition, "the layout of ABI 1.1 has changed: " #condition)
#else
#define FROZEN(condition) _Static_assert(condition, "the layout of ABI 1.1 has changed: " #condition)
#endif
#if CHELA_ABI_MINOR == 1 /* a new member needs a new minor version, with a folder of its own here */
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

SIZE_AT_LEAST(chela_capability_request, 88);
MEMBER(chela_capability_request, struct_size, 0);
MEMBER(chela_capability_request, call_id, 8);
MEMBER(chela_capability_request, kind, 16);
MEMBER(chela_capability_request, id, 32);
MEMBER(chela_capability_request, path, 48);
MEMBER(chela_capability_request, arguments, 64);
MEMBER(chela_capability_request, timeout_ms, 80);

SIZE_AT_LEAST(chela_capability_call, 32);
MEMBER(chela_capability_call, struct_size, 0);
MEMBER(chela_capability_call, context, 8);
MEMBER(chela_capability_call, complete, 16);
MEMBER(chela_capability_call, is_cancelled, 24);

SIZE_AT_LEAST(chela_plugin_capability, 24);
MEMBER(chela_plugin_capability, struct_size, 0);
MEMBER(chela_plugin_capability, invoke, 8);
MEMBER(chela_plugin_capability, cancel, 16);

SIZE_AT_LEAST(chela_channel_account, 72);
MEMBER(chela_channel_account, struct_size, 0);
MEMBER(chela_channel_account, call_id, 8);
MEMBER(chela_channel_account, channel, 16);
MEMBER(chela_channel_account, account, 32);
MEMBER(chela_channel_account, settings, 48);
MEMBER(chela_channel_account, timeout_ms, 64);

SIZE_AT_LEAST(chela_channel_message, 136);
MEMBER(chela_channel_message, struct_size, 0);
MEMBER(chela_channel_message, call_id, 8);
MEMBER(chela_channel_message, channel, 16);
MEMBER(chela_channel_message, account, 32);
MEMBER(chela_channel_message, to, 48);
MEMBER(chela_channel_message, thread, 64);
MEMBER(chela_channel_message, text, 80);
MEMBER(chela_channel_message, details, 96);
MEMBER(chela_channel_message, idempotency_key, 112);
MEMBER(chela_channel_message, timeout_ms, 128);

SIZE_AT_LEAST(chela_channel_call, 24);
MEMBER(chela_channel_call, struct_size, 0);
MEMBER(chela_channel_call, context, 8);
MEMBER(chela_channel_call, complete, 16);

SIZE_AT_LEAST(chela_plugin_channel, 56);
MEMBER(chela_plugin_channel, struct_size, 0);
MEMBER(chela_plugin_channel, connect, 8);
MEMBER(chela_plugin_channel, disconnect, 16);
MEMBER(chela_plugin_channel, send, 24);
MEMBER(chela_plugin_channel, cancel, 32);
MEMBER(chela_plugin_channel, accounts, 40);
MEMBER(chela_plugin_channel, typing, 48);

SIZE_AT_LEAST(chela_command_request, 72);
MEMBER(chela_command_request, struct_size, 0);
MEMBER(chela_command_request, call_id, 8);
MEMBER(chela_command_request, command, 16);
MEMBER(chela_command_request, arguments, 32);
MEMBER(chela_command_request, context, 48);
MEMBER(chela_command_request, timeout_ms, 64);

SIZE_AT_LEAST(chela_command_call, 40);
MEMBER(chela_command_call, struct_size, 0);
MEMBER(chela_command_call, context, 8);
MEMBER(chela_command_call, progress, 16);
MEMBER(chela_command_call, complete, 24);
MEMBER(chela_command_call, details, 32);

SIZE_AT_LEAST(chela_plugin_command, 24);
MEMBER(chela_plugin_command, struct_size, 0);
MEMBER(chela_plugin_command, start, 8);
MEMBER(chela_plugin_command, cancel, 16);

SIZE_AT_LEAST(chela_gateway_method_request, 72);
MEMBER(chela_gateway_method_request, struct_size, 0);
MEMBER(chela_gateway_method_request, call_id, 8);
MEMBER(chela_gateway_method_request, method, 16);
MEMBER(chela_gateway_method_request, params, 32);
MEMBER(chela_gateway_method_request, context, 48);
MEMBER(chela_gateway_method_request, timeout_ms, 64);

SIZE_AT_LEAST(chela_gateway_method_call, 24);
MEMBER(chela_gateway_method_call, struct_size, 0);
MEMBER(chela_gateway_method_call, context, 8);
MEMBER(chela_gateway_method_call, complete, 16);

SIZE_AT_LEAST(chela_plugin_gateway_method, 24);
MEMBER(chela_plugin_gateway_method, struct_size, 0);
MEMBER(chela_plugin_gateway_method, start, 8);
MEMBER(chela_plugin_gateway_method, cancel, 16);

SIZE_AT_LEAST(chela_hook_request, 72);
MEMBER(chela_hook_request, struct_size, 0);
MEMBER(chela_hook_request, call_id, 8);
MEMBER(chela_hook_request, point, 16);
MEMBER(chela_hook_request, event, 32);
MEMBER(chela_hook_request, context, 48);
MEMBER(chela_hook_request, timeout_ms, 64);

SIZE_AT_LEAST(chela_hook_call, 24);
MEMBER(chela_hook_call, struct_size, 0);
MEMBER(chela_hook_call, context, 8);
MEMBER(chela_hook_call, complete, 16);

SIZE_AT_LEAST(chela_plugin_hook, 24);
MEMBER(chela_plugin_hook, struct_size, 0);
MEMBER(chela_plugin_hook, start, 8);
MEMBER(chela_plugin_hook, cancel, 16);

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

SIZE_AT_LEAST(chela_route_request, 120);
MEMBER(chela_route_request, struct_size, 0);
MEMBER(chela_route_request, call_id, 8);
MEMBER(chela_route_request, method, 16);
MEMBER(chela_route_request, route, 32);
MEMBER(chela_route_request, target, 48);
MEMBER(chela_route_request, headers, 64);
MEMBER(chela_route_request, header_count, 72);
MEMBER(chela_route_request, body, 80);
MEMBER(chela_route_request, client, 96);
MEMBER(chela_route_request, timeout_ms, 112);

SIZE_AT_LEAST(chela_route_response, 40);
MEMBER(chela_route_response, struct_size, 0);
MEMBER(chela_route_response, context, 8);
MEMBER(chela_route_response, head, 16);
MEMBER(chela_route_response, write, 24);
MEMBER(chela_route_response, complete, 32);

SIZE_AT_LEAST(chela_plugin_http_route, 32);
MEMBER(chela_plugin_http_route, struct_size, 0);
MEMBER(chela_plugin_http_route, handle, 8);
MEMBER(chela_plugin_http_route, cancel, 16);
MEMBER(chela_plugin_http_route, resume, 24);

SIZE_AT_LEAST(chela_inbound_message, 136);
MEMBER(chela_inbound_message, struct_size, 0);
MEMBER(chela_inbound_message, channel, 8);
MEMBER(chela_inbound_message, account, 24);
MEMBER(chela_inbound_message, message_id, 40);
MEMBER(chela_inbound_message, peer, 56);
MEMBER(chela_inbound_message, thread, 72);
MEMBER(chela_inbound_message, sender, 88);
MEMBER(chela_inbound_message, text, 104);
MEMBER(chela_inbound_message, details, 120);

SIZE_AT_LEAST(chela_inbound_listener, 24);
MEMBER(chela_inbound_listener, struct_size, 0);
MEMBER(chela_inbound_listener, context, 8);
MEMBER(chela_inbound_listener, on_stored, 16);

SIZE_AT_LEAST(chela_host_inbound, 24);
MEMBER(chela_host_inbound, struct_size, 0);
MEMBER(chela_host_inbound, receive, 8);
MEMBER(chela_host_inbound, state, 16);

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

SIZE_AT_LEAST(chela_service_monitor, 32);
MEMBER(chela_service_monitor, struct_size, 0);
MEMBER(chela_service_monitor, context, 8);
MEMBER(chela_service_monitor, report, 16);
MEMBER(chela_service_monitor, fail, 24);

SIZE_AT_LEAST(chela_plugin_service, 24);
MEMBER(chela_plugin_service, struct_size, 0);
MEMBER(chela_plugin_service, start_service, 8);
MEMBER(chela_plugin_service, stop_service, 16);

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

SIZE_AT_LEAST(chela_plugin_tool, 48);
MEMBER(chela_plugin_tool, struct_size, 0);
MEMBER(chela_plugin_tool, names, 8);
MEMBER(chela_plugin_tool, start, 16);
MEMBER(chela_plugin_tool, cancel, 24);
MEMBER(chela_plugin_tool, run, 32);
MEMBER(chela_plugin_tool, resolve, 40);

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
