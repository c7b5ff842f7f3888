// The files that an entry leads to within its folder, and what they import of openclaw/plugin-sdk.

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { LoadError } from '../load/entry.js';
import { importsOf } from './source.js';

const FILES_MAX = 4000;
const FILE_BYTES_MAX = 16 << 20;
const BYTES_MAX = 64 << 20;
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '/index.js', '/index.mjs', '/index.cjs', '/index.ts'];
const SDK = /^@?openclaw\/plugin-sdk(?:\/(.+?))?(?:\.js)?$/;
const SOURCE = /\.[cm]?[jt]sx?$/;

/** What is needed of one subpath ("" is the old root barrel). */
export interface Need {
  names: Set<string>;
  files: Set<string>;
}

export interface Graph {
  files: number;
  needs: Map<string, Need>;
}

/** The file that a relative specifier means; `.js` may stand for the `.ts` beside it. */
function fileOf(from: string, specifier: string): string | undefined {
  const base = resolve(dirname(from), specifier);
  const bases = [base, base.replace(/\.js$/, '.ts'), base.replace(/\.mjs$/, '.mts'), base.replace(/\.cjs$/, '.cts')];
  for (const path of new Set(bases.flatMap((stem) => ENDINGS.map((ending) => stem + ending)))) {
    try {
      if (statSync(path).isFile()) return realpathSync(path);
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function note(graph: Graph, subpath: string, names: string[], file: string): void {
  const need = graph.needs.get(subpath) ?? { names: new Set(), files: new Set() };
  graph.needs.set(subpath, need);
  for (const name of names) need.names.add(name);
  need.files.add(file);
}

/** Follows relative imports only: packages that a plugin brings along are not the plugin's use of the SDK. */
export function walk(directory: string, entries: string[]): Graph {
  const root = realpathSync(directory);
  const graph: Graph = { files: 0, needs: new Map() };
  const seen = new Set<string>();
  const waiting = [...entries];
  let bytes = 0;
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || !SOURCE.test(path) || !path.startsWith(join(root, '/'))) continue;
    seen.add(path);
    const { size } = statSync(path);
    bytes += size;
    if (seen.size > FILES_MAX || size > FILE_BYTES_MAX || bytes > BYTES_MAX) {
      throw new LoadError('plugin_too_large', `the plugin's code is too large to be looked through: more than ${FILES_MAX} files, `
        + `${FILE_BYTES_MAX >> 20} MiB in a file or ${BYTES_MAX >> 20} MiB in all; let its author bundle only what it runs`, path);
    }
    graph.files += 1;
    for (const { specifier, names } of importsOf(readFileSync(path, 'utf8'))) {
      const match = SDK.exec(specifier);
      if (match !== null) note(graph, match[1] ?? '', names, relative(root, path));
      if (!specifier.startsWith('.')) continue;
      const next = fileOf(path, specifier);
      if (next !== undefined) waiting.push(next);
    }
  }
  return graph;
}
