// runtime.state.openBlobStore: bytes of one plugin, a file for each in its folder of the state directory, with a list beside them.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from '../plugin/plugin.js';
import { stringOf, type Json } from '../json.js';
import { fileName, pluginDirectoryOf, readDocument, writeDocument } from './channel/store.js';

const ENTRIES_MAX = 10_000;
const ENTRY_BYTES_MAX = 64 << 20;
const BYTES_MAX = 1 << 30;

interface Info extends Json {
  key: string;
  file: string;
  metadata: unknown;
  sizeBytes: number;
  createdAt: number;
  expiresAt?: number;
}

const limitOf = (given: unknown, most: number): number => (typeof given === 'number' && given > 0 ? Math.min(given, most) : most);
const shown = ({ file: _file, ...info }: Info): Json => structuredClone(info);
const isLive = (info: Info): boolean => info.expiresAt === undefined || info.expiresAt > Date.now();

class BlobStore {
  readonly #folder: string;
  readonly #options: Json;
  #list: Map<string, Info> | undefined;

  constructor(plugin: Plugin, options: Json) {
    this.#folder = join(pluginDirectoryOf(plugin), 'blobs', fileName(stringOf(options.namespace) ?? 'default'));
    this.#options = options;
  }

  all(): Map<string, Info> {
    this.#list ??= new Map(Object.entries(readDocument(join(this.#folder, 'list.json')) as Record<string, Info>));
    return this.#list;
  }

  #write(): void {
    writeDocument(join(this.#folder, 'list.json'), Object.fromEntries(this.all()));
  }

  async register(key: string, bytes: Uint8Array, metadata: unknown, more: Json = {}): Promise<void> {
    const entryMax = limitOf(this.#options.maxBytesPerEntry, ENTRY_BYTES_MAX);
    if (bytes.length > entryMax) throw new Error(`the blob "${key}" has ${bytes.length} bytes, and ${entryMax} are allowed`);
    await this.delete(key);
    await this.#makeRoom(bytes.length);
    const ttl = more.ttlMs ?? this.#options.defaultTtlMs;
    const info: Info = { key, file: randomUUID(), metadata: structuredClone(metadata), sizeBytes: bytes.length, createdAt: Date.now(),
      ...(typeof ttl === 'number' && { expiresAt: Date.now() + ttl }) };
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#folder, info.file), bytes, { mode: 0o600 });
    this.all().set(key, info);
    this.#write();
  }

  async #makeRoom(bytes: number): Promise<void> {
    await this.drop((info) => !isLive(info));
    const entries = this.all();
    const fits = () => entries.size < limitOf(this.#options.maxEntries, ENTRIES_MAX)
      && [...entries.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, bytes) <= limitOf(this.#options.maxBytesPerNamespace, BYTES_MAX);
    for (const [key] of entries) {
      if (fits()) return;
      if (this.#options.overflowPolicy === 'reject-new') break;
      await this.delete(key);
    }
    if (!fits()) throw new Error(`the blobs of "${this.#options.namespace}" fill the room that they have: remove some first`);
  }

  find(key: string): Info | undefined {
    const info = this.all().get(key);
    return info !== undefined && isLive(info) ? info : undefined;
  }

  async lookup(key: string): Promise<Json | undefined> {
    const info = this.find(key);
    return info && { ...shown(info), bytes: await readFile(join(this.#folder, info.file)) };
  }

  async delete(key: string): Promise<boolean> {
    return (await this.drop((info) => info.key === key)).length > 0;
  }

  /** What went. */
  async drop(test: (info: Info) => boolean): Promise<Json[]> {
    const gone = [...this.all().values()].filter(test);
    for (const { key, file } of gone) {
      this.all().delete(key);
      await rm(join(this.#folder, file), { force: true });
    }
    if (gone.length > 0) this.#write();
    return gone.map(shown);
  }
}

export function openBlobStore(plugin: Plugin, options: Json = {}): Json {
  const store = new BlobStore(plugin, options);
  return {
    register: (key: string, bytes: Uint8Array, metadata: unknown, more?: Json) => store.register(key, bytes, metadata, more),
    registerIfAbsent: async (key: string, bytes: Uint8Array, metadata: unknown, more?: Json) => {
      if (store.find(key) !== undefined) return false;
      await store.register(key, bytes, metadata, more);
      return true;
    },
    lookup: (key: string) => store.lookup(key),
    entries: async () => [...store.all().values()].filter(isLive).map(shown),
    delete: (key: string) => store.delete(key),
    deleteExpiredKey: async (key: string) => (await store.drop((info) => info.key === key && !isLive(info)))[0],
    deleteExpired: () => store.drop((info) => !isLive(info)),
    clear: async () => void (await store.drop(() => true)),
  };
}
