// What one plugin has registered: each thing under its key, with the object that stands behind it.

import type { Registration } from '../wire.js';

const REGISTRATIONS_MAX = 4096;

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

  /** False when there is one of that kind and id already, or too many of all. */
  add({ kind, id, descriptor, value }: NewRegistration): boolean {
    const key = `${kind}:${id}`;
    if (this.#entries.has(key) || this.#entries.size >= REGISTRATIONS_MAX) return false;
    this.#entries.set(key, { registration: descriptor === undefined ? { kind, id, key } : { kind, id, key, descriptor }, value });
    return true;
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
