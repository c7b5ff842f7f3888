// What Node before 24 does otherwise than plugins expect that were written for 24: its SQLite stores an empty view of bytes as NULL when no
// memory is behind it, as behind the bytes of an empty Float32Array. Vectors of memories are such bytes, in columns that refuse NULL.
// Nothing is loaded for it before a plugin imports the module; threads of plugins get the same by PRELOAD.

import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const requireHere = module.createRequire(import.meta.url);
const PRELOAD = fileURLToPath(new URL('older_node_preload.js', import.meta.url));
const BINDING = ['run', 'get', 'all', 'iterate'] as const;
/** Of the whole process; a thread's own options may not name them. */
const V8_FLAG = /^--(?:optimize-for-size|max-|lite-mode)/;

type Bind = (this: unknown, ...given: unknown[]) => unknown;

const isEmptyView = (value: unknown): boolean => ArrayBuffer.isView(value) && value.byteLength === 0;

function mendSqlite(): void {
  const { StatementSync } = requireHere('node:sqlite') as { StatementSync: { prototype: Record<string, Bind> } };
  const nothing = new Uint8Array(1).subarray(0, 0); // empty, with memory behind it
  const bound = (value: unknown): unknown => {
    if (isEmptyView(value)) return nothing;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || !Object.values(value).some(isEmptyView)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isEmptyView(one) ? nothing : one]));
  };
  for (const name of BINDING) {
    const own = StatementSync.prototype[name]!;
    StatementSync.prototype[name] = function (...given) {
      return own.apply(this, given.map(bound));
    };
  }
}

function mendThreads(): void {
  const threads = requireHere('node:worker_threads') as { Worker: new (file: string | URL, options?: { execArgv?: string[] }) => object };
  threads.Worker = class Worker extends threads.Worker {
    constructor(file: string | URL, options: { execArgv?: string[] } = {}) {
      const own = options.execArgv ?? process.execArgv.filter((flag) => !V8_FLAG.test(flag));
      super(file, { ...options, execArgv: [...own, '--require', PRELOAD] });
    }
  };
  module.syncBuiltinESMExports();
}

const MENDS: Record<string, () => void> = { sqlite: mendSqlite, worker_threads: mendThreads };

export function mendOlderNode(version = process.versions.node): void {
  if (Number.parseInt(version, 10) >= 24) return;
  const left = new Map(Object.entries(MENDS));
  module.registerHooks({
    resolve(specifier, context, next) {
      const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier;
      const mend = left.get(name);
      left.delete(name);
      mend?.();
      return next(specifier, context);
    },
  });
}
