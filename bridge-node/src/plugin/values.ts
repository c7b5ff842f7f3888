// Values of plugins as JSON, and back. Bytes become {"$bytes": base64}. An object with functions becomes its data and
// {"$handle": name, "$functions": [names]}: the kernel calls these by the handle.

import { isFunction } from '../json.js';
import type { Handles } from './handles.js';

const DEPTH_MAX = 24;
const MEMBERS_MAX = 200_000;

class Encoder {
  readonly #handles: Handles | undefined;
  readonly #above = new Set<object>();
  #left = MEMBERS_MAX;

  constructor(handles: Handles | undefined) {
    this.#handles = handles;
  }

  encode(value: unknown): unknown {
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) {
      return isFunction(value) || typeof value === 'symbol' ? undefined : value;
    }
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
    if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64') };
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof URL || value instanceof RegExp) return String(value);
    if (value instanceof Error) return { name: value.name, message: value.message };
    if (this.#above.has(value) || this.#above.size >= DEPTH_MAX || this.#left <= 0) return undefined;
    this.#above.add(value);
    const encoded = this.#compound(value);
    this.#above.delete(value);
    return encoded;
  }

  #compound(value: object): unknown {
    if (Array.isArray(value)) return value.map((item: unknown) => this.#count(item) ?? null);
    if (value instanceof Set) return Array.from(value, (item) => this.#count(item) ?? null);
    if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), this.#count(item)]));
    if (isFunction((value as { toJSON?: unknown }).toJSON)) return this.encode((value as { toJSON(): unknown }).toJSON());
    const result: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) {
      const encoded = this.#count(item);
      if (encoded !== undefined) result[name] = encoded;
    }
    const functions = this.#handles === undefined ? [] : functionsOf(value);
    if (functions.length > 0) Object.assign(result, { $handle: this.#handles!.add(value), $functions: functions });
    return result;
  }

  #count(value: unknown): unknown {
    this.#left -= 1;
    return this.encode(value);
  }
}

/** Names of an object's functions, its class's included. */
export function functionsOf(value: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && isFunction(property.value)) names.add(name);
    }
  }
  return [...names];
}

/** Without `handles`, functions are left out. */
export function encodeValue(handles: Handles | undefined, value: unknown): unknown {
  return new Encoder(handles).encode(value);
}

/** Bytes again where there were bytes. Changes and returns the given value, which came from JSON. */
export function decodeValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const bytes = (value as { $bytes?: unknown }).$bytes;
  if (typeof bytes === 'string' && Object.keys(value).length === 1) return Buffer.from(bytes, 'base64');
  const members = value as Record<string, unknown>;
  for (const name of Object.keys(members)) {
    if (typeof members[name] === 'object') members[name] = decodeValue(members[name]);
  }
  return value;
}

const SURVEY_DEPTH_MAX = 5;

/** What an object of functions looks like from outside: its data, and the paths of all its functions. */
export function survey(value: unknown): Record<string, unknown> {
  const functions: string[] = [];
  const visit = (at: object, path: string, depth: number, above: Set<object>) => {
    for (const name of functionsOf(at)) functions.push(path + name);
    if (depth >= SURVEY_DEPTH_MAX) return;
    for (const [name, item] of Object.entries(at)) {
      if (typeof item !== 'object' || item === null || Array.isArray(item) || above.has(item as object)) continue;
      visit(item as object, `${path}${name}.`, depth + 1, new Set([...above, item as object]));
    }
  };
  if (typeof value === 'function') return { functions: [''] };
  if (typeof value !== 'object' || value === null) return {};
  visit(value, '', 0, new Set([value]));
  const data = encodeValue(undefined, value);
  return { ...(typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {}), functions };
}
