// What was said in a group before the bot was called, kept per conversation.

import type { Json } from './values.js';

export const DEFAULT_GROUP_HISTORY_LIMIT = 50;
export const HISTORY_CONTEXT_MARKER = '[Chat messages since your last reply - for context]';
export const CURRENT_MESSAGE_MARKER = '[Current message - respond to this]';
const CONVERSATIONS_MAX = 1000;

export type Histories = Map<string, Json[]>;

export function recordPendingHistoryEntryIfEnabled({ historyMap, historyKey, entry, limit }: Json): Json[] {
  if (!entry || !(limit > 0)) return [];
  const map = historyMap as Histories;
  const kept = [...(map.get(historyKey) ?? []), entry].slice(-limit);
  map.delete(historyKey);
  map.set(historyKey, kept);
  for (const key of map.keys()) if (map.size > CONVERSATIONS_MAX) map.delete(key);
  return kept;
}

export const recordPendingHistoryEntry = recordPendingHistoryEntryIfEnabled;

export function buildPendingHistoryContextFromMap({ historyMap, historyKey, limit, currentMessage, formatEntry, lineBreak = '\n' }: Json): string {
  const entries: Json[] = limit > 0 ? ((historyMap as Histories).get(historyKey) ?? []) : [];
  if (entries.length === 0) return currentMessage;
  return [HISTORY_CONTEXT_MARKER, ...entries.map((entry) => formatEntry(entry) as string), '', CURRENT_MESSAGE_MARKER, currentMessage].join(lineBreak);
}

export function clearHistoryEntriesIfEnabled({ historyMap, historyKey, limit }: Json): void {
  if (limit > 0) (historyMap as Histories).set(historyKey, []);
}

export const clearHistoryEntries = ({ historyMap, historyKey }: Json): void => void (historyMap as Histories).set(historyKey, []);
