// TypeScript entries: types are taken out as the file is read. Loaded with the first plugin that needs it (14 MB).

import { existsSync, readFileSync } from 'node:fs';
import * as module from 'node:module';
import { isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const TYPESCRIPT = /\.[cm]?tsx?$/;
const SOURCES: Record<string, string[]> = { '.js': ['.ts', '.tsx'], '.mjs': ['.mts'], '.cjs': ['.cts'] };
let installed = false;

export const isTypeScript = (path: string): boolean => TYPESCRIPT.test(path);

function formatOf(path: string, source: string): 'module' | 'commonjs' {
  if (path.endsWith('.cts')) return 'commonjs';
  if (path.endsWith('.mts')) return 'module';
  return /^\s*(?:import\s*[\w{*'"]|export\s)/m.test(source) || !/\b(?:module\.exports|exports\.\w|require\s*\()/.test(source)
    ? 'module' : 'commonjs';
}

/** Names of CommonJS that upstream's loader gives ES modules, too; on the first line, so that lines stay. */
function prelude(source: string): string {
  const missing = (name: string) => new RegExp(`(?<![.\\w$])${name}\\b`).test(source) && !new RegExp(`\\b(?:const|let|var|function|import)\\s+\\{?[^;\\n]*\\b${name}\\b`).test(source);
  let text = '';
  if (missing('__dirname')) text += 'const __dirname = import.meta.dirname;';
  if (missing('__filename')) text += 'const __filename = import.meta.filename;';
  if (missing('require')) text += 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);';
  return text;
}

/** The source that a specifier such as ./x.js or ./x means where no such file was built; the path or the address of a file, too. */
function sourceOf(specifier: string, parent: string): string | undefined {
  if (!/^(?:\.|\/|file:)/.test(specifier)) return undefined;
  const address = isAbsolute(specifier) ? pathToFileURL(specifier).href : specifier;
  const suffix = /\.[cm]?js$/.exec(address)?.[0] ?? '';
  const stem = address.slice(0, address.length - suffix.length);
  const endings = SOURCES[suffix] ?? ['.ts', '.tsx', '/index.ts'];
  const found = endings.map((ending) => new URL(stem + ending, parent)).find((url) => existsSync(fileURLToPath(url)));
  return found?.href;
}

export function readTypeScript(): void {
  if (installed) return;
  installed = true;
  const options = { mode: 'transform', sourceMap: false } as const;
  const warn = process.emitWarning;
  process.emitWarning = (() => {}) as typeof process.emitWarning; // that stripTypeScriptTypes may still change
  module.stripTypeScriptTypes('');
  process.emitWarning = warn;
  module.registerHooks({
    resolve(specifier, context, next) {
      if (context.parentURL === undefined || !isTypeScript(context.parentURL.split('?', 1)[0]!)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        const url = sourceOf(specifier, context.parentURL.split('?', 1)[0]!);
        if (url === undefined) throw error;
        return { url, shortCircuit: true };
      }
    },
    load(url, context, next) {
      const path = url.split('?', 1)[0]!;
      if (!path.startsWith('file:') || !isTypeScript(path)) return next(url, context);
      const source = readFileSync(fileURLToPath(path), 'utf8');
      const format = formatOf(path, source);
      const stripped = module.stripTypeScriptTypes(source, options);
      return { format, source: format === 'module' ? prelude(stripped) + stripped : stripped, shortCircuit: true };
    },
  });
}
