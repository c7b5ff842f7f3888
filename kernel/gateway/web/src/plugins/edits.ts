// What the person has changed in a settings form, and the settings that come of it. Everything that was not touched stays
// exactly as the gateway gave it, also what no field shows and secrets that were given as a mark. Pure.

import {allFields, nameOf, type Field} from './fields.ts';
import {isObject, type Json, type JsonObject} from './shapes.ts';

/** As the form holds it: the text of a field, a box that is ticked or not, or null for a secret to be removed. */
export type Entry = string | boolean | null;
export type Edits = ReadonlyMap<string, Entry>;
export interface Problem {keys: readonly string[]; reason: string}

export function valueAt(config: JsonObject, keys: readonly string[]): Json | undefined {
  let at: Json | undefined = config;
  for (const key of keys) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

const textOf = (value: Json): string => typeof value === 'string' ? value : JSON.stringify(value);

/** What the field shows before it is touched. Of a secret nothing, whatever the gateway sent. */
export function entryOf(field: Field, config: JsonObject): Entry {
  const value = valueAt(config, field.keys);
  if (field.kind === 'boolean') return (value ?? field.fallback) === true;
  if (field.sensitive || value === undefined || value === null) return '';
  if (field.kind === 'choice') return JSON.stringify(value);
  if (field.kind === 'list') return Array.isArray(value) ? value.map(textOf).join('\n') : textOf(value);
  return field.kind === 'json' ? JSON.stringify(value, null, 2) : textOf(value);
}

export function isSet(field: Field, config: JsonObject): boolean {
  const value = valueAt(config, field.keys);
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** The value of an entry; undefined takes the key away. A text is the reason why it is none. */
function parse(field: Field, entry: Entry): {value: Json | undefined} | string {
  if (typeof entry === 'boolean') return {value: entry};
  if (entry === null || entry.trim() === '') return {value: undefined};
  if (field.kind === 'number') {
    const value = Number(entry);
    if (!Number.isFinite(value)) return 'This has to be a number.';
    return field.integer && !Number.isInteger(value) ? 'This has to be a whole number.' : {value};
  }
  if (field.kind === 'list') {
    const lines = entry.split('\n').map(line => line.trim()).filter(line => line !== '');
    if (field.items === 'text') return {value: lines};
    const numbers = lines.map(Number);
    return numbers.every(Number.isFinite) ? {value: numbers} : 'Every line has to be a number.';
  }
  if (field.kind !== 'json' && field.kind !== 'choice') return {value: entry};
  try {
    return {value: JSON.parse(entry) as Json};
  } catch {
    return 'This has to be JSON.';
  }
}

function put(config: JsonObject, keys: readonly string[], value: Json | undefined): void {
  let at = config;
  for (const key of keys.slice(0, -1)) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    if (isObject(inner)) {
      at = inner;
      continue;
    }
    if (value === undefined) return;
    at = define(at, key, {});
  }
  const last = keys.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else define(at, last, value);
}

/** Also for names that mean something to JavaScript. */
function define<T extends Json>(object: JsonObject, key: string, value: T): T {
  Object.defineProperty(object, key, {value, enumerable: true, configurable: true, writable: true});
  return value;
}

export function applyEdits(config: JsonObject, fields: readonly Field[], edits: Edits): {config: JsonObject; problems: Problem[]} {
  const changed = structuredClone(config);
  const problems: Problem[] = [];
  for (const field of allFields(fields)) {
    const entry = edits.get(nameOf(field.keys));
    if (entry === undefined) continue;
    const parsed = parse(field, entry);
    if (typeof parsed === 'string') problems.push({keys: field.keys, reason: parsed});
    else put(changed, field.keys, parsed.value);
  }
  return {config: changed, problems};
}

/** "$.server.port", "server.port", "/server/port", "plugins.entries.ID.config.hosts[2]": the keys below the settings. */
export function keysOf(path: string, pluginId: string): string[] {
  const prefix = `plugins.entries.${pluginId}.config`;
  const own = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  if (own.startsWith('/')) return own.slice(1).split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return own.replace(/^[$#]/, '').replace(/\[(?:(\d+)|["']([^"']*)["'])\]/g, '.$1$2').split('.').filter(part => part !== '');
}

/** The field that a problem is about: the one with the longest path on the way to it. Null: the form has none. */
export function fieldAt(fields: readonly Field[], keys: readonly string[]): Field | null {
  const on = allFields(fields).filter(field => field.kind !== 'group' && field.keys.length <= keys.length && field.keys.every((key, i) => key === keys[i]));
  return on.sort((a, b) => b.keys.length - a.keys.length)[0] ?? null;
}
