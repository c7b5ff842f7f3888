// The list of conversations, and deleting one with a moment to change one's mind.

import {signal} from '@preact/signals';
import {ApiError, deleteSession, getSessions} from './api.ts';
import {oneLine} from './format.ts';
import {say, unauthorized} from './notices.ts';
import type {SessionSummary} from './protocol.ts';

export const sessions = signal<readonly SessionSummary[]>([]);

const hidden = new Set<string>(); // deleted here, not yet on the gateway
let refreshing = false;
let again = false;

export async function refreshSessions(): Promise<void> {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    const all = await getSessions();
    sessions.value = all.filter(session => !hidden.has(session.id));
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) unauthorized();
  } finally {
    refreshing = false;
  }
  if (again) {
    again = false;
    await refreshSessions();
  }
}

/** Hides the conversation at once; the gateway deletes it when the notice goes away without Undo. */
export function removeSession(summary: SessionSummary): void {
  hidden.add(summary.id);
  sessions.value = sessions.value.filter(session => session.id !== summary.id);
  say(`Deleted “${oneLine(summary.title)}”`, {label: 'Undo', run: () => {
    hidden.delete(summary.id);
    void refreshSessions();
  }}, () => void commit(summary.id));
}

async function commit(id: string): Promise<void> {
  try {
    await deleteSession(id);
  } catch (error) {
    const gone = error instanceof ApiError && error.status === 404;
    if (!gone) say('The conversation could not be deleted: ' + (error instanceof Error ? error.message : String(error)));
  }
  hidden.delete(id);
  await refreshSessions();
}

addEventListener('pagehide', () => {
  for (const id of hidden) void deleteSession(id, true).catch(() => undefined);
  hidden.clear();
});
