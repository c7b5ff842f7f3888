// Which file of a plugin's folder is its entry: package.json#openclaw, else the usual names. Nothing outside the folder.

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { CallError } from '../connection/errors.js';
import type { Code } from '../plugin/diagnostics.js';
import { isObject, stringOf, type Json } from '../json.js';

const JSON_BYTES_MAX = 1 << 20;
const USUAL = ['index.ts', 'index.js', 'index.mjs', 'index.cjs', 'src/index.ts', 'src/index.js', 'src/index.mjs',
  'dist/index.js', 'dist/index.mjs'];
const SOURCES: Record<string, string[]> = { '.js': ['.ts', '.tsx', '.mts'], '.mjs': ['.mts', '.ts'], '.cjs': ['.cts', '.ts'] };
const BUILT: Record<string, string[]> = {
  '.ts': ['.js', '.mjs', '.cjs'], '.tsx': ['.js', '.mjs', '.cjs'], '.mts': ['.mjs'], '.cts': ['.cjs'],
};

/** A refusal before any code runs: the diagnostic's code, and a sentence. */
export class LoadError extends CallError {
  readonly code: Code;
  readonly path: string | undefined;

  constructor(code: Code, message: string, path?: string) {
    super('invalid_argument', message, { diagnostics: [{ severity: 'error', code, message, ...(path !== undefined && { path }) }] });
    this.code = code;
    this.path = path;
  }
}

export function readJson(path: string, code: Code): Json {
  try {
    if (statSync(path).size > JSON_BYTES_MAX) throw new Error(`more than ${JSON_BYTES_MAX} bytes`);
    const value: unknown = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
    if (!isObject(value)) throw new Error('no object');
    return value;
  } catch (error) {
    throw new LoadError(code, `reading ${path}: ${(error as Error).message}`, path);
  }
}

/** The real path of an existing file of the folder. */
export function fileWithin(directory: string, path: string): string {
  let real: string;
  try {
    real = realpathSync(isAbsolute(path) ? path : resolve(directory, path));
  } catch {
    throw new LoadError('entry_not_found', `the entry ${path} does not exist: the package is incomplete, or not built`, path);
  }
  const away = relative(realpathSync(directory), real);
  if (away === '' || away.startsWith('..') || isAbsolute(away)) {
    throw new LoadError('entry_outside_root', `the entry ${path} lies outside of the plugin's folder ${directory}`, path);
  }
  return real;
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((item) => stringOf(item) ?? []) : []);

/** The built file of a source: under dist/, then beside it. */
function builtOf(directory: string, source: string): string | undefined {
  const suffix = extname(source);
  const stem = source.slice(0, source.length - suffix.length).replace(/^\.\//, '');
  const flat = stem.replace(/^src\//, '');
  const places = [join('dist', flat), join('dist', stem), stem];
  return places.flatMap((place) => (BUILT[suffix] ?? []).map((ending) => place + ending)).find((path) => existsSync(join(directory, path)));
}

/** The source of a built file that is not there: a repository has the one, a package the other. */
function unbuilt(directory: string, path: string): string | undefined {
  const built = path.replace(/^\.\//, '');
  const suffix = extname(built);
  const stem = built.slice(0, built.length - suffix.length).replace(/^dist\//, '').replace(/^src\//, '');
  const endings = SOURCES[suffix] ?? [];
  if (!built.startsWith('dist/')) return undefined;
  return [join('src', stem), stem].flatMap((place) => endings.map((ending) => place + ending)).find((found) => existsSync(join(directory, found)));
}

/** The entries of a plugin's folder as paths within it, in the order of its package. */
export function entriesOf(directory: string): string[] {
  const packagePath = join(directory, 'package.json');
  let main: string | undefined;
  if (existsSync(packagePath)) {
    const { openclaw: declared, ...described } = readJson(packagePath, 'invalid_package_json');
    main = stringOf(described.main);
    const sources = strings((declared as Json | undefined)?.extensions);
    const built = strings((declared as Json | undefined)?.runtimeExtensions);
    const count = Math.max(sources.length, built.length);
    if (count > 0) {
      return Array.from({ length: count }, (_, index) => {
        const source = sources[index];
        const [made] = [built[index]].filter((path) => path !== undefined && (source === undefined || existsSync(join(directory, path))));
        const given = made ?? (source !== undefined ? (builtOf(directory, source) ?? source) : (built[index] ?? ''));
        if (given === '' || existsSync(join(directory, given))) return given;
        return unbuilt(directory, given) ?? unbuilt(directory, built[index] ?? '') ?? given;
      }).filter((path) => path !== '');
    }
  }
  const usual = [...USUAL, ...(main === undefined ? [] : [main])].find((path) => existsSync(join(directory, path)));
  return usual === undefined ? [] : [usual];
}

/** The absolute, real path of the entry: the given one, else the folder's first. */
export function resolveEntry(directory: string, entry: string): string {
  if (entry !== '' && resolve(entry) !== resolve(directory)) return fileWithin(directory, entry);
  const found = entriesOf(directory)[0];
  if (found === undefined) {
    throw new LoadError('entry_not_found',
      `${directory} has no entry: package.json#openclaw.extensions names none, and there is no index file`, directory);
  }
  return fileWithin(directory, found);
}

/** The plugin's folder: what was given, or where the given entry lies. */
export function directoryOf(directory: string, entry: string): string {
  const folder = directory !== '' ? directory : dirname(entry);
  try {
    return realpathSync(folder);
  } catch {
    throw new LoadError('entry_not_found', `the plugin's folder ${folder} does not exist`, folder);
  }
}
