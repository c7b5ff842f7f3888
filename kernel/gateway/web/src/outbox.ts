// Messages without a receipt, kept for the tab so that a reload does not lose them. Sending one again is harmless.

import type {UserItem} from './thread.ts';

const kKey = 'chela_outbox';

interface Entry {session: string; id: string; text: string; createdAt: number}

function load(): Entry[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(kKey) ?? '[]');
    return Array.isArray(value) ? value as Entry[] : [];
  } catch {
    return [];
  }
}

export function keepOutbox(session: string, items: readonly UserItem[]): void {
  const others = load().filter(entry => entry.session !== session);
  const own = items.map(({id, text, createdAt}) => ({session, id, text, createdAt}));
  try {
    if (others.length + own.length === 0) sessionStorage.removeItem(kKey);
    else sessionStorage.setItem(kKey, JSON.stringify([...others, ...own]));
  } catch {
    // full or forbidden: the messages still live in the page
  }
}

export function outboxOf(session: string): UserItem[] {
  return load().filter(entry => entry.session === session)
    .map(({id, text, createdAt}) => ({role: 'user', id, text, createdAt, delivery: 'queued'}));
}
