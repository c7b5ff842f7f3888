// runtime.state.openChannelIngressQueue: what came from a chat network and is not answered yet, in one document per account.
// An event is on disk before enqueue() answers, so that a channel may tell its network that it has it.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Plugin } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';
import { fileName, pluginDirectoryOf, readDocument, writeDocument } from './channel/store.js';

const ENTRIES_MAX = 5000;
const STALE_MS = 600_000;

type State = 'pending' | 'claimed' | 'completed' | 'failed';

interface Entry extends Json {
  id: string;
  state: State;
  receivedAt: number;
  updatedAt: number;
  attempts: number;
  laneKey?: string | undefined;
  claim?: { token: string; ownerId: string; claimedAt: number };
}

type Ref = string | { id: string; claim?: { token: string } };

/** What callers see of an entry: each state has its own members. */
function view(entry: Entry, queue: Json): Json {
  const { state, claim, endedAt, ended, reason, message, ...record } = entry;
  const { id } = entry;
  if (state === 'completed') return { id, ...queue, completedAt: endedAt, ...(ended !== undefined && { metadata: ended }) };
  if (state === 'failed') return structuredClone({ ...record, ...queue, failedAt: endedAt, reason, ...(message !== undefined && { message }) });
  return structuredClone({ ...record, ...queue, ...(claim !== undefined && { claim }) });
}

class IngressQueue {
  readonly #path: string;
  readonly #names: Json;
  readonly #entries: Map<string, Entry>;
  #saving: Promise<void> | undefined;

  constructor(plugin: Plugin, account: string) {
    this.#path = join(pluginDirectoryOf(plugin), `ingress-${fileName(account)}.json`);
    this.#names = { channelId: plugin.id, accountId: account, queueName: `${plugin.id}:${account}` };
    this.#entries = new Map(Object.entries(readDocument(this.#path) as Record<string, Entry>).filter(([, entry]) => isObject(entry)));
    // Nobody of this process has claimed them: the process that did is gone.
    for (const entry of this.#entries.values()) if (entry.state === 'claimed') this.#back(entry);
  }

  /** All changes of one turn of the loop are one write. */
  #saved(): Promise<void> {
    this.#saving ??= Promise.resolve().then(() => {
      this.#saving = undefined;
      writeDocument(this.#path, Object.fromEntries(this.#entries));
    });
    return this.#saving;
  }

  #back(entry: Entry): void {
    entry.state = 'pending';
    delete entry.claim;
  }

  #of(state: State): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.state === state);
  }

  #held(ref: Ref, states: State[] = ['pending', 'claimed']): Entry | undefined {
    const entry = this.#entries.get(typeof ref === 'string' ? ref : ref.id);
    if (entry === undefined || !states.includes(entry.state)) return undefined;
    const token = typeof ref === 'string' ? undefined : ref.claim?.token;
    return token === undefined || token === entry.claim?.token ? entry : undefined;
  }

  async enqueue(id: string, payload: unknown, options: Json = {}): Promise<Json> {
    const known = this.#entries.get(id);
    if (known !== undefined) return { kind: known.state, duplicate: true, record: view(known, this.#names) };
    const waiting = this.#of('pending').length;
    if (waiting >= ENTRIES_MAX) throw new Error(`${ENTRIES_MAX} messages wait already: the channel has to try again later`);
    const now = Date.now();
    const entry: Entry = { id, state: 'pending', payload: structuredClone(payload), metadata: options.metadata,
      receivedAt: typeof options.receivedAt === 'number' ? options.receivedAt : now, updatedAt: now, attempts: 0, laneKey: stringOf(options.laneKey) };
    this.#entries.set(id, entry);
    this.#forgetEnded();
    await this.#saved();
    return { kind: 'accepted', duplicate: false, record: view(entry, this.#names) };
  }

  #forgetEnded(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= ENTRIES_MAX) return;
      if (entry.state === 'completed' || entry.state === 'failed') this.#entries.delete(id);
    }
  }

  async list(state: State, options: Json = {}): Promise<Json[]> {
    const order = options.orderBy === 'id' ? (a: Entry, b: Entry) => (a.id < b.id ? -1 : 1) : (a: Entry, b: Entry) => a.receivedAt - b.receivedAt;
    const found = this.#of(state).sort(order).map((entry) => view(entry, this.#names));
    return typeof options.limit === 'number' ? found.slice(0, options.limit) : found;
  }

  async #take(entry: Entry, ownerId: unknown): Promise<Json> {
    entry.state = 'claimed';
    entry.claim = { token: randomUUID(), ownerId: stringOf(ownerId) ?? 'host', claimedAt: Date.now() };
    await this.#saved();
    return view(entry, this.#names);
  }

  async claim(id: string, options: Json = {}): Promise<Json | null> {
    const entry = this.#held(id, ['pending']);
    return entry === undefined ? null : this.#take(entry, options.ownerId);
  }

  async claimNext(options: Json = {}): Promise<Json | null> {
    const busy = new Set(options.blockedLaneKeys as Iterable<string> | undefined);
    for (const { laneKey } of this.#of('claimed')) if (laneKey !== undefined) busy.add(laneKey);
    const candidates = options.candidateIds === undefined ? undefined : new Set(options.candidateIds as Iterable<string>);
    const derive = options.deriveLaneKey;
    for (const { id } of (await this.list('pending', { orderBy: options.orderBy })) as unknown as Entry[]) {
      const entry = this.#held(id, ['pending']);
      if (entry === undefined || candidates?.has(id) === false) continue;
      entry.laneKey ??= isFunction(derive) ? stringOf(derive(view(entry, this.#names))) : undefined;
      if (entry.laneKey === undefined || !busy.has(entry.laneKey)) return this.#take(entry, options.ownerId);
    }
    return null;
  }

  async refreshClaim(ref: Ref): Promise<boolean> {
    const entry = this.#held(ref, ['claimed']);
    if (entry?.claim === undefined) return false;
    entry.claim.claimedAt = Date.now();
    return true;
  }

  async release(ref: Ref, options: Json = {}): Promise<boolean> {
    const entry = this.#held(ref, ['claimed']);
    if (entry === undefined) return false;
    this.#back(entry);
    Object.assign(entry, { updatedAt: Date.now(), ...(options.lastError !== undefined && { lastError: options.lastError }) });
    if (options.recordAttempt !== false) Object.assign(entry, { attempts: entry.attempts + 1, lastAttemptAt: Date.now() });
    await this.#saved();
    return true;
  }

  async finish(ref: Ref, state: 'completed' | 'failed', members: Json): Promise<boolean> {
    const entry = this.#held(ref);
    if (entry === undefined) return false;
    delete entry.claim;
    Object.assign(entry, { state, endedAt: Date.now(), ...members });
    if (state === 'completed') delete entry.payload; // only the id is needed, to know it again
    await this.#saved();
    return true;
  }

  async drop(ref: Ref): Promise<boolean> {
    const dropped = this.#entries.delete(typeof ref === 'string' ? ref : ref.id);
    if (dropped) await this.#saved();
    return dropped;
  }

  async recoverStaleClaims(options: Json = {}): Promise<number> {
    const before = Date.now() - (typeof options.staleMs === 'number' ? options.staleMs : STALE_MS);
    let count = 0;
    for (const entry of this.#of('claimed')) {
      const asked = options.shouldRecover;
      const stale = isFunction(asked) ? Boolean(await asked(view(entry, this.#names))) : entry.claim!.claimedAt < before;
      if (!stale || entry.state !== 'claimed') continue;
      this.#back(entry);
      count += 1;
    }
    if (count > 0) await this.#saved();
    return count;
  }

  async prune(options: Json = {}): Promise<number> {
    const kept = new Set(options.protectIds as Iterable<string> | undefined);
    const size = this.#entries.size;
    for (const state of ['pending', 'completed', 'failed'] as const) {
      const ttl = options[`${state}TtlMs`];
      const most = options[`${state}MaxEntries`];
      const entries = this.#of(state).filter(({ id }) => !kept.has(id));
      const tooMany = typeof most === 'number' ? entries.length - most : 0;
      entries.forEach((entry, index) => {
        const since = Number(entry.endedAt ?? entry.receivedAt);
        if (index < tooMany || (typeof ttl === 'number' && since < Date.now() - ttl)) this.#entries.delete(entry.id);
      });
    }
    if (this.#entries.size !== size) await this.#saved();
    return size - this.#entries.size;
  }
}

const queues = new WeakMap<Plugin, Map<string, Json>>();

/** One queue per account, however often it is opened. */
export function openIngressQueue(plugin: Plugin, options: Json = {}): Json {
  const account = stringOf(options?.accountId) ?? 'default';
  const known = queues.get(plugin) ?? new Map<string, Json>();
  queues.set(plugin, known);
  const found = known.get(account);
  if (found !== undefined) return found;
  const queue = new IngressQueue(plugin, account);
  const made = {
    enqueue: (id: string, payload: unknown, more?: Json) => queue.enqueue(id, payload, more),
    listPending: (more?: Json) => queue.list('pending', more),
    listClaims: () => queue.list('claimed'),
    listFailed: (more?: Json) => queue.list('failed', more),
    claim: (id: string, more?: Json) => queue.claim(id, more),
    claimNext: (more?: Json) => queue.claimNext(more),
    refreshClaim: (ref: Ref) => queue.refreshClaim(ref),
    complete: (ref: Ref, more: Json = {}) => queue.finish(ref, 'completed', { ended: more.metadata }),
    fail: (ref: Ref, more: Json = {}) => queue.finish(ref, 'failed', { reason: more.reason, message: more.message }),
    release: (ref: Ref, more?: Json) => queue.release(ref, more),
    delete: (ref: Ref) => queue.drop(ref),
    recoverStaleClaims: (more?: Json) => queue.recoverStaleClaims(more),
    prune: (more?: Json) => queue.prune(more),
  };
  known.set(account, made);
  return made;
}
