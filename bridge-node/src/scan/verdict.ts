// What a plugin needs of upstream's SDK: nothing (class N), what the shim has (S), or more, so that the real package is needed (R).

import { pathToFileURL } from 'node:url';
import { LoadError, entriesOf, resolveEntry } from '../load/entry.js';
import { realFolder, shimPath, shippedIn } from '../load/sdk.js';
import { walk } from './graph.js';

export interface Missing {
  subpath: string;
  export?: string;
}

export interface Verdict {
  class: 'N' | 'S' | 'R';
  entries: string[];
  files: number;
  imports: { subpath: string; names: string[]; files: string[] }[];
  missing: Missing[];
  realPackage: boolean;
}

async function exportsOf(subpath: string): Promise<Set<string> | undefined> {
  try {
    const module = (await import(pathToFileURL(shimPath(subpath === '' ? undefined : subpath)).href)) as object;
    return new Set([...Object.keys(module), 'default', '__esModule']);
  } catch (error) {
    if (error instanceof LoadError) return undefined;
    throw error;
  }
}

/** `entry`: one entry instead of those of the folder. */
export async function scan(directory: string, entry = ''): Promise<Verdict> {
  const entries = (entry === '' ? entriesOf(directory) : [entry]).map((path) => resolveEntry(directory, path));
  if (entries.length === 0) entries.push(resolveEntry(directory, ''));
  const { files, needs } = walk(directory, entries);
  const missing: Missing[] = [];
  for (const [subpath, { names }] of needs) {
    const known = await exportsOf(subpath);
    if (known === undefined) missing.push({ subpath });
    else missing.push(...[...names].filter((name) => !known.has(name)).map((name) => ({ subpath, export: name })));
  }
  const imports = [...needs].map(([subpath, need]) => ({ subpath, names: [...need.names].sort(), files: [...need.files].sort() }))
    .sort((a, b) => (a.subpath < b.subpath ? -1 : 1));
  const beyond = missing.length > 0 || shippedIn(directory) !== undefined;
  return { class: beyond ? 'R' : needs.size === 0 ? 'N' : 'S', entries, files, imports, missing,
    realPackage: realFolder(directory) !== undefined };
}

/** The sentence for what is lacking. */
export function sentenceOf({ subpath, export: name }: Missing): string {
  const module = subpath === '' ? 'openclaw/plugin-sdk' : `openclaw/plugin-sdk/${subpath}`;
  const what = name === undefined ? module : `"${name}" of ${module}`;
  return `the plugin needs ${what}, which Chela does not provide itself: install the plugin again so that the real openclaw package is fetched`;
}

/**
 * The folder of the real package, for what the shim lacks; none where the shim has everything.
 * Refuses, before any code of the plugin runs, what nobody has.
 */
export async function checkSdk(directory: string, entry: string): Promise<string | undefined> {
  const { missing, entries } = await scan(directory, entry);
  const first = missing[0];
  if (first === undefined) return shippedIn(directory);
  const real = realFolder(directory);
  if (real !== undefined) return real;
  const more = missing.length === 1 ? '' : ` (and ${missing.length - 1} more)`;
  throw new LoadError(first.export === undefined ? 'sdk_subpath_unavailable' : 'sdk_export_unavailable', sentenceOf(first) + more, entries[0]);
}
