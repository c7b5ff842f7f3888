#ifndef CHELA_EXT_PROVIDER_H
#define CHELA_EXT_PROVIDER_H
/* chela.provider/1: a wire format that completes conversations. State: stable since 1.0.
 * The manifest names the formats (provides[].id, the `api` of a service in the configuration) and may list
 * services that speak them (services). */

#include "chela/abi.h"

#define CHELA_EXT_PROVIDER "chela.provider/1"

#ifdef __cplusplus
extern "C" {
#endif

/* What to complete. Borrowed until the call returns.
 * Messages and tools have the form of the OpenAI chat-completions API, the lingua franca of the field:
 *   {"role":"system"|"user","content":"…"}
 *   {"role":"assistant","content":"…"|null,"tool_calls":[{"id","type":"function","function":{"name","arguments"}}]}
 *   {"role":"tool","tool_call_id":"…","content":"…"}
 *   {"type":"function","function":{"name","description","parameters"}}
 * each serialised on its own, so that a provider of that format need not parse them. */
typedef struct chela_completion_request {
  uint32_t struct_size;
  uint64_t call_id;          /* unique in the life of the process */
  chela_str service;         /* JSON object: id, api, baseUrl, apiKeySecret (a name for {{secret:…}}), headers, proxy,
                                connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs */
  chela_str model;           /* the service's own name for the model */
  const chela_str *messages; /* JSON objects, oldest first */
  size_t message_count;
  const chela_str *tools; /* JSON objects; none when the model may call no tool */
  size_t tool_count;
  chela_str options; /* JSON object: temperature, maxTokens, topP, stop, toolChoice, responseFormat, reasoningEffort;
                        absent members mean the service's defaults */
} chela_completion_request;

typedef struct chela_usage {
  uint32_t struct_size;
  uint64_t input_tokens; /* all of the prompt, cached part included */
  uint64_t output_tokens;
  uint64_t cached_input_tokens;
  uint64_t reasoning_tokens;
} chela_usage;

/* Takes a completion as it arrives. Host-owned, valid until complete() has been called. */
typedef struct chela_completion {
  uint32_t struct_size;
  void *context;
  /* The next piece of the answer. [any-thread] */
  void (*text)(const struct chela_completion *completion, chela_str piece);
  /* The next piece of the model's visible reasoning. [any-thread] */
  void (*reasoning)(const struct chela_completion *completion, chela_str piece);
  /* The model begins to call a tool; `index` counts from 0 within this completion. [any-thread] */
  void (*tool_call)(const struct chela_completion *completion, uint32_t index, chela_str id, chela_str name);
  /* The next piece of the arguments of call `index`; all pieces together are a JSON object. [any-thread] */
  void (*tool_arguments)(const struct chela_completion *completion, uint32_t index, chela_str piece);
  /* Token counts; the last report wins. [any-thread] */
  void (*usage)(const struct chela_completion *completion, const chela_usage *usage);
  /* Ends the completion, exactly once. With CHELA_OK `text` is the stop reason: "stop", "length", "tool_calls" or
   * "content_filter"; otherwise what went wrong. `retry_after_ms` is the service's own wish, 0 when it has none.
   * [any-thread] */
  void (*complete)(const struct chela_completion *completion, chela_status status, chela_str text,
                   uint64_t retry_after_ms);
} chela_completion;

typedef struct chela_plugin_provider {
  uint32_t struct_size;
  /* Starts a completion and returns at once. When it returns other than CHELA_OK the completion is over and must
   * not be completed. [loop & started] */
  chela_status (*complete)(const chela_plugin *plugin, const chela_completion_request *request,
                           const chela_completion *completion, const chela_error_sink *error);
  /* Asks to complete soon, with CHELA_CANCELLED; it may have completed already. [loop & started] */
  void (*cancel)(const chela_plugin *plugin, uint64_t call_id);
  /* Asks `service` which models it has. Answers on `completion`: text() gets a JSON array of {"id", "contextWindow"?},
   * then complete(). Null when the format cannot tell. [loop & started] */
  chela_status (*list_models)(const chela_plugin *plugin, uint64_t call_id, chela_str service,
                              const chela_completion *completion, const chela_error_sink *error);
} chela_plugin_provider;

#ifdef __cplusplus
}
#endif
#endif
