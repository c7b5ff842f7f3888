#ifndef CHELA_ABI_H
#define CHELA_ABI_H
/* The plugin ABI of Chela: two objects and a door. Everything else is an extension (ext/).
 *
 * Rules, for the whole ABI:
 * 1. Structs start with their size as the writer was built, and only ever grow at the end. Read a member that
 *    was added later through CHELA_HAS. Same major; the host's minor is at least the plugin's.
 * 2. Inputs are borrowed: valid until the call returns. Outputs and errors go into sinks of the caller.
 *    No allocator, exception or ownership crosses.
 * 3. Each function pointer ends its comment with a thread tag:
 *      [loop]        never two at once for one plugin instance; must return within a few milliseconds
 *      [worker]      on a thread of the host's pool, several at once; may block
 *      [any-thread]  any thread, any time in the object's life
 *    optionally `& state`, the state of the plugin in which the host calls it.
 * 4. Long work returns at once and completes exactly once, after a cancel too.
 * Text is UTF-8. JSON is RFC 8259. Times are milliseconds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHELA_ABI_MAJOR 1
#define CHELA_ABI_MINOR 1

#ifdef __cplusplus
extern "C" {
#endif

/* Borrowed bytes, not NUL-terminated; `data` may be null when `size` is 0. */
typedef struct chela_str {
  const char *data;
  size_t size;
} chela_str;

/* One row per status: the enum, the name table and the documentation are made from this list. */
#define CHELA_STATUS_MAP(X)                                                                        \
  X(OK, 0) X(INVALID_ARGUMENT, 1) X(NOT_FOUND, 2) X(DENIED, 3) X(CANCELLED, 4) X(TIMED_OUT, 5)     \
  X(UNAVAILABLE, 6) X(INTERNAL, 7) X(UNAUTHENTICATED, 8) X(EXHAUSTED, 9) X(TOO_LARGE, 10)          \
  X(PROTOCOL, 11) X(UNSUPPORTED, 12) X(ALREADY_EXISTS, 13) X(CORRUPT, 14)

typedef enum chela_status {
#define CHELA_STATUS_ENUM(name, value) CHELA_##name = value,
  CHELA_STATUS_MAP(CHELA_STATUS_ENUM)
#undef CHELA_STATUS_ENUM
  CHELA_STATUS_FORCE_INT32 = 0x7fffffff
} chela_status;

/* True when `ptr`, written by the other side, is long enough to hold `field` of `type`. */
#define CHELA_HAS(ptr, type, field) \
  ((ptr)->struct_size >= offsetof(type, field) + sizeof(((type *)0)->field))

/* Takes the bytes a call produces. Owned by the caller, valid until that call returns. */
typedef struct chela_sink {
  uint32_t struct_size;
  void *context;
  /* Appends; may be called several times. [any-thread] */
  void (*write)(const struct chela_sink *sink, chela_str bytes);
} chela_sink;

/* Takes the text of an error: what was being done and what went wrong. Owned by the caller, valid until that
 * call returns; the last text wins. A call that returns other than CHELA_OK should set it. */
typedef struct chela_error_sink {
  uint32_t struct_size;
  void *context;
  /* Copies `message`. [any-thread] */
  void (*set)(const struct chela_error_sink *sink, chela_str message);
} chela_error_sink;

/* The host as one plugin instance sees it; valid until destroy() has returned. */
typedef struct chela_host {
  uint32_t struct_size;
  void *context; /* host-owned; the plugin never looks inside */
  /* The host's side of a service such as "chela.log/1", or null when the host or the plugin's permissions do
   * not offer it. Host-owned, valid as long as the host. Not to be called before create() has returned. [any-thread] */
  const void *(*get_service)(const struct chela_host *host, chela_str id);
} chela_host;

/* A plugin instance, made by create(). States: created -> configured -> started -> stopped -> destroyed. */
typedef struct chela_plugin {
  uint32_t struct_size;
  void *self; /* plugin-owned; the host never looks inside */
  /* The plugin's side of an interface such as "chela.tool/1", or null when it does not offer `id`; ids are
   * compared whole. Plugin-owned, valid until destroy(). [any-thread] */
  const void *(*get_extension)(const struct chela_plugin *plugin, chela_str id);
  /* Reads the plugin's own slice of the configuration, a JSON object that its schema has accepted.
   * [loop & created] */
  chela_status (*configure)(const struct chela_plugin *plugin, chela_str json, const chela_error_sink *error);
  /* Makes the plugin ready for calls on its interfaces. [loop & configured] */
  chela_status (*start)(const struct chela_plugin *plugin, const chela_error_sink *error);
  /* Completes or cancels open work; after it no call reaches the plugin but destroy(). [loop & started] */
  void (*stop)(const struct chela_plugin *plugin);
  /* Frees everything, in any state; the pointer is dead afterwards. [loop] */
  void (*destroy)(const struct chela_plugin *plugin);
} chela_plugin;

/* The door: the one symbol that a plugin exports, constant data named CHELA_ENTRY_NAME. Loading it runs no code. */
typedef struct chela_entry {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char *plugin_id;      /* NUL-terminated; equals "id" of the manifest */
  const char *plugin_version; /* NUL-terminated; equals "version" of the manifest */
  /* Makes an instance, or returns null and says why. Must not call the host yet. [loop] */
  const chela_plugin *(*create)(const chela_host *host, const chela_error_sink *error);
} chela_entry;

/* A statically linked plugin uses the same entry under a name of its own, given by the build. */
#ifndef CHELA_ENTRY_NAME
#define CHELA_ENTRY_NAME chela_plugin_entry
#endif

#if defined(_WIN32)
#define CHELA_EXPORT __declspec(dllexport)
#else
#define CHELA_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
}
#endif
#endif
