// fails: completion_cancels stop_ends_open_completions
// Completes a cancelled completion and leaves its request running, with a listener whose place is reused.
#include "chela/abi.h"

static void cancel_completion_only(const chela_plugin *plugin, uint64_t call_id);
static void stop_completions_only(const chela_plugin *plugin);
#define PROVIDER_CANCEL cancel_completion_only
#define STOP stop_completions_only
#include "sound_provider.h"

static void cancel_completion_only(const chela_plugin *plugin, uint64_t call_id) {
  (void)plugin;
  for (open_completion *open = open_completions; open < open_completions + kOpenMax; ++open) {
    if (open->completion != NULL && open->call_id == call_id) end_completion(open, CHELA_CANCELLED, "cancelled");
  }
}
static void stop_completions_only(const chela_plugin *plugin) {
  (void)plugin;
  for (open_completion *open = open_completions; open < open_completions + kOpenMax; ++open) {
    end_completion(open, CHELA_CANCELLED, "stopped");
  }
}
