// What was said before.

export { CURRENT_MESSAGE_MARKER, DEFAULT_GROUP_HISTORY_LIMIT, HISTORY_CONTEXT_MARKER, buildPendingHistoryContextFromMap, clearHistoryEntries,
  clearHistoryEntriesIfEnabled, recordPendingHistoryEntry, recordPendingHistoryEntryIfEnabled } from '../lib/history.js';
