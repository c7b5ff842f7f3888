// What the runtime of a plugin keeps on disk: JSON documents in the state directory, written as a whole or not at all.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plugin } from '../../plugin/plugin.js';
import { isObject, type Json } from '../../json.js';

const BYTES_MAX = 16 << 20;

export const stateDirectoryOf = (plugin: Plugin): string => plugin.kernel.stateDirectory || join(homedir(), '.openclaw');

/** The folder of one plugin's own state. */
export const pluginDirectoryOf = (plugin: Plugin): string => join(stateDirectoryOf(plugin), 'plugin-state', plugin.id.replace(/[^A-Za-z0-9_.-]/g, '_'));

/** A part of a file name; what could lead elsewhere is replaced. */
export const fileName = (value: unknown): string => String(value).trim().toLowerCase().replace(/[^\p{L}\p{N}_.@-]/gu, '_').replace(/^\.+/, '_').slice(0, 120) || '_';

/** The document; an empty one when it is not there or is none. */
export function readDocument(path: string): Json {
  try {
    if (statSync(path).size > BYTES_MAX) return {};
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function writeDocument(path: string, document: Json): void {
  const body = JSON.stringify(document, undefined, 1);
  if (body.length > BYTES_MAX) throw new Error(`writing ${path}: more than ${BYTES_MAX} bytes; remove old entries first`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, body, { mode: 0o600 });
  renameSync(fresh, path);
}
