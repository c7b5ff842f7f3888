// runtime.state: stores of one plugin, kept as JSON documents in its folder of the state directory.
// They answer at once, as upstream's synchronous ones do, and write the whole document a moment later.

import { join } from 'node:path';
import type { Plugin } from '../plugin/plugin.js';
import { stringOf, type Json } from '../json.js';
import { openBlobStore } from './blobs.js';
import { comparing, withCurrent } from './comparing.js';
import { openIngressQueue } from './ingress_queue.js';
import { fileName, pluginDirectoryOf, readDocument, stateDirectoryOf, writeDocument } from './channel/store.js';

const ENTRIES_MAX = 10_000;
const WRITE_MS = 200;

interface Entry {
  value: unknown;
  createdAt: number;
  expiresAt?: number | undefined;
}

class KeyedStore {
  readonly #path: string;
  readonly #max: number;
  readonly #ttl: number | undefined;
  #entries: Map<string, Entry> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(plugin: Plugin, options: Json) {
    this.#path = join(pluginDirectoryOf(plugin), `${fileName(stringOf(options.namespace) ?? 'default')}.json`);
    this.#max = Math.min(typeof options.maxEntries === 'number' ? options.maxEntries : ENTRIES_MAX, ENTRIES_MAX);
    this.#ttl = typeof options.defaultTtlMs === 'number' ? options.defaultTtlMs : undefined;
    plugin.onEnd(() => this.#write());
  }

  live(): Map<string, Entry> {
    this.#entries ??= new Map(Object.entries(readDocument(this.#path) as Record<string, Entry>));
    const now = Date.now();
    for (const [key, entry] of this.#entries) if (entry.expiresAt !== undefined && entry.expiresAt <= now) this.#entries.delete(key);
    return this.#entries;
  }

  register(key: string, value: unknown, options: Json = {}): void {
    const entries = this.live();
    const ttl = typeof options?.ttlMs === 'number' ? options.ttlMs : this.#ttl;
    entries.delete(key);
    entries.set(key, { value: structuredClone(value), createdAt: Date.now(), ...(ttl !== undefined && { expiresAt: Date.now() + ttl }) });
    for (const old of entries.keys()) if (entries.size > this.#max) entries.delete(old);
    this.#changed();
  }

  lookup(key: string): unknown {
    return structuredClone(this.live().get(key)?.value);
  }

  drop(key: string): boolean {
    const dropped = this.live().delete(key);
    if (dropped) this.#changed();
    return dropped;
  }

  clear(): void {
    this.live().clear();
    this.#changed();
  }

  list(): Json[] {
    return [...this.live()].map(([key, entry]) => ({ key, ...structuredClone(entry) }));
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => this.#write(), WRITE_MS).unref();
  }

  #write(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    writeDocument(this.#path, Object.fromEntries(this.live()));
  }
}

function syncStore(store: KeyedStore): Record<string, (...args: any[]) => unknown> {
  return {
    register: (key: string, value: unknown, options?: Json) => store.register(key, value, options),
    registerIfAbsent: (key: string, value: unknown, options?: Json) => {
      const absent = !store.live().has(key);
      if (absent) store.register(key, value, options);
      return absent;
    },
    update: (key: string, change: (value: unknown) => unknown, options?: Json) => {
      const next = change(store.lookup(key));
      if (next !== undefined) store.register(key, next, options);
      return next !== undefined;
    },
    lookup: (key: string) => store.lookup(key),
    consume: (key: string) => {
      const value = store.lookup(key);
      store.drop(key);
      return value;
    },
    delete: (key: string) => store.drop(key),
    deleteIf: (key: string, test: (value: unknown) => boolean) => store.live().has(key) && test(store.lookup(key)) && store.drop(key),
    entries: () => store.list(),
    clear: () => store.clear(),
  };
}

export function stateRuntime(plugin: Plugin): Json {
  const open = new Map<string, KeyedStore>();
  const storeOf = (options: Json = {}) => {
    const name = fileName(stringOf(options.namespace) ?? 'default');
    const store = open.get(name) ?? new KeyedStore(plugin, options);
    open.set(name, store);
    return syncStore(store);
  };
  const asynchronous = (options: Json) => {
    const store = storeOf(options);
    const made = Object.fromEntries(Object.entries({ ...store, ...comparing(store, storeOf) }).map(([name, work]) => [name, async (...args: unknown[]) => work(...args)]));
    return { ...made, withCurrent: (authority: unknown) => withCurrent(made, authority) };
  };
  return { resolveStateDir: () => stateDirectoryOf(plugin), openSyncKeyedStore: storeOf, openKeyedStore: asynchronous,
    openBlobStore: (options: Json) => openBlobStore(plugin, options),
    openChannelIngressQueue: (options?: Json) => openIngressQueue(plugin, options) };
}
