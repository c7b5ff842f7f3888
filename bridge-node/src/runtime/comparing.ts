// The newer half of upstream's asynchronous keyed stores: changes that only happen to what the caller has seen.
// One thread runs all of a store's work, so each is whole by itself.

import { isFunction, isObject, type Json } from '../json.js';

type Sync = Record<string, (...args: any[]) => unknown>;

const KEYS_MAX = 10_000;
const ABSENT = 'absent';

/** `storeOf` opens another namespace of the same plugin. */
export function comparing(store: Sync, storeOf: (options: Json) => Sync): Record<string, (...args: any[]) => unknown> {
  const entries = () => store.entries!() as Json[];
  const observe = (key: string): Json => {
    const entry = entries().find((found) => found.key === key);
    return { value: entry?.value, comparison: entry === undefined ? ABSENT : JSON.stringify([entry.value, entry.createdAt, entry.expiresAt]) };
  };
  return {
    observe,
    compareAndApply: (key: string, comparison: string, intent: Json) => {
      const current = observe(key);
      if (current.comparison !== comparison) return { status: 'conflict', current };
      if (intent.action === 'set') store.register!(key, intent.value, intent);
      else if (intent.action === 'delete') store.delete!(key);
      return { status: intent.action === 'keep' ? 'unchanged' : 'applied' };
    },
    deleteIfEqual: (key: string, expected: unknown) => observe(key).comparison !== ABSENT && store.lookup!(key) === expected && store.delete!(key),
    lookupMany: (keys: string[]) => keys.slice(0, KEYS_MAX).map((key) => ({ ok: true, value: store.lookup!(key) })),
    count: () => entries().length,
    entriesInKeyRange: ({ keyStartInclusive, keyEndExclusive, limit, order }: Json) => {
      const found = entries().filter(({ key }) => key as string >= (keyStartInclusive as string) && key as string < (keyEndExclusive as string))
        .sort((a, b) => ((a.key as string) < (b.key as string) ? -1 : 1));
      return (order === 'desc' ? found.reverse() : found).slice(0, typeof limit === 'number' ? limit : KEYS_MAX);
    },
    moveEntriesFrom: ({ namespace, entries: moved }: Json) => {
      const source = storeOf({ namespace });
      let count = 0;
      for (const { sourceKey, targetKey } of (Array.isArray(moved) ? moved.slice(0, KEYS_MAX) : []) as Json[]) {
        const value = source.consume!(sourceKey);
        if (value !== undefined && store.registerIfAbsent!(targetKey, value)) count += 1;
      }
      return count;
    },
  };
}

/** The same store, whose every use asks first whether the caller still may. */
export function withCurrent(store: Sync, authority: unknown): Sync {
  const check = isObject(authority) && isFunction(authority.assertCurrent) ? authority.assertCurrent.bind(authority) : () => {};
  return Object.fromEntries(Object.entries(store).map(([name, work]) => [name, async (...args: unknown[]) => {
    check();
    return work(...args);
  }]));
}
