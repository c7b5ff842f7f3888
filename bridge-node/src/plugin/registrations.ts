// What one plugin has registered: each thing under its key, with the object that stands behind it.

import type { PluginRegistration as Registration } from '../protocol.js';

const REGISTRATIONS_MAX = 4096;
const ID_LENGTH_MAX = 256;

export interface Entry {
  registration: Registration;
  value: unknown;
}

export interface NewRegistration {
  kind: string;
  id: string;
  descriptor?: Record<string, unknown>;
  value: unknown;
}

export class Registrations {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** What stands in the way of a registration; none when it was added. The first of a kind and id stays. */
  add({ kind, id, descriptor, value }: NewRegistration): 'known' | 'too long' | 'too many' | undefined {
    const key = `${kind}:${id}`;
    if (this.#entries.has(key)) return 'known';
    if (id.length > ID_LENGTH_MAX) return 'too long';
    if (this.#entries.size >= REGISTRATIONS_MAX) return 'too many';
    this.#entries.set(key, { registration: descriptor === undefined ? { kind, id, key } : { kind, id, key, descriptor }, value });
    return undefined;
  }

  remove(kind: string, id: string): void {
    this.#entries.delete(`${kind}:${id}`);
  }

  *ofKind(kind: string): Generator<Entry> {
    for (const entry of this.#entries.values()) if (entry.registration.kind === kind) yield entry;
  }

  list(): Registration[] {
    return Array.from(this.#entries.values(), (entry) => entry.registration);
  }

  clear(): void {
    this.#entries.clear();
  }
}
