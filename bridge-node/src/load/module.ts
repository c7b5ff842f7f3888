// Loads a plugin's module: require() as upstream does, jiti for what Node cannot read.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { textOf } from '../connection/errors.js';
import { LoadError } from './entry.js';
import { GENERATION, nextGeneration } from './generation.js';
import { serveSdk, shimPath } from './sdk.js';
import { isTypeScript, readTypeScript } from './typescript.js';

const requireHere = createRequire(import.meta.url);

/** Failures of the loader, not of the plugin: jiti may still read it. */
const LOADER_FAILURES = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_REQUIRE_ESM_RACE_CONDITION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_DIR_IMPORT', 'ERR_MODULE_NOT_FOUND', 'ERR_AMBIGUOUS_MODULE_SYNTAX']);

interface Jiti {
  createJiti(from: string, options: object): (path: string) => unknown;
}

/** CommonJS and ES syntax in one file, which only jiti takes. */
const isMixed = (error: unknown): boolean =>
  error instanceof ReferenceError && /\b(exports|module|require|__dirname|__filename) is not defined in ES module scope/.test(error.message);

const isLoaderFailure = (error: unknown): boolean =>
  LOADER_FAILURES.has(String((error as { code?: unknown } | null)?.code)) || error instanceof SyntaxError || isMixed(error);

function findJiti(entry: string): Jiti | undefined {
  for (const require of [createRequire(entry), requireHere]) {
    try {
      return require('jiti') as Jiti;
    } catch {
      // Not there; the next place.
    }
  }
  return undefined;
}

function loadByJiti(entry: string, reason: unknown): unknown {
  const jiti = findJiti(entry);
  if (jiti === undefined) {
    const what = isTypeScript(entry) ? 'TypeScript plugin' : 'plugin';
    throw new LoadError('jiti_required',
      `${what} "${entry}" requires the 'jiti' package (${textOf(reason)}): run 'npm install jiti' in the plugin's folder`, entry);
  }
  const alias: Record<string, string> = {};
  try {
    alias['openclaw/plugin-sdk/status-helpers'] = shimPath('status-helpers'); // under another name there
    alias['openclaw/plugin-sdk'] = dirname(shimPath('plugin-entry'));
  } catch {
    // No shim; jiti looks for the real package by itself.
  }
  return jiti.createJiti(entry, { interopDefault: true, moduleCache: true, fsCache: false, alias })(entry);
}

function dropFromCache(directory: string): void {
  for (const path of Object.keys(requireHere.cache)) if (path.startsWith(join(directory, '/'))) delete requireHere.cache[path];
}

/** The module of an entry. A folder that was loaded before is read again. */
export async function loadModule(directory: string, entry: string, real: string | undefined): Promise<unknown> {
  serveSdk(directory, real);
  if (isTypeScript(entry)) readTypeScript();
  const generation = nextGeneration(entry);
  try {
    if (generation === 1) return createRequire(entry)(entry);
    dropFromCache(directory);
    return await import(`${pathToFileURL(entry).href}?${GENERATION}=${generation}`);
  } catch (error) {
    if (error instanceof LoadError || !isLoaderFailure(error)) throw error;
    if ((error as { code?: unknown }).code === 'ERR_REQUIRE_ASYNC_MODULE') return import(pathToFileURL(entry).href);
    try {
      return loadByJiti(entry, error);
    } catch (second) {
      // A module that is missing is missing for jiti, too, and Node says it more clearly.
      throw (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND' ? error : second;
    }
  }
}
