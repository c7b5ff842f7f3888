// openclaw/plugin-sdk/* for plugins: the real package where it was installed for the plugin, else the shim.

import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LoadError } from './entry.js';
import { GENERATION, generationOf } from './generation.js';

const SPECIFIER = /^@?openclaw\/plugin-sdk(?:\/([A-Za-z0-9][A-Za-z0-9_-]*))?(?:\.js)?$/;

interface Root {
  path: string;
  hasSdk: boolean;
}

const roots = new Map<string, Root>();
let shim: NodeJS.Require | undefined;
let installed = false;

/** The shim is the package `openclaw` that lies beside this program, or where CHELA_BRIDGE_SHIM says. */
function shimRequire(): NodeJS.Require {
  const folder = process.env.CHELA_BRIDGE_SHIM ?? fileURLToPath(new URL('../shim/', import.meta.url));
  shim ??= createRequire(join(folder, 'package.json'));
  return shim;
}

/** The file of the shim that serves a subpath (none: the old root barrel). */
export function shimPath(subpath: string | undefined): string {
  const name = subpath === undefined ? 'openclaw/plugin-sdk' : `openclaw/plugin-sdk/${subpath}`;
  try {
    return shimRequire().resolve(name);
  } catch {
    throw new LoadError('sdk_subpath_unavailable',
      `the plugin needs ${name}, which Chela does not provide itself: install the plugin again so that the real openclaw package is fetched`);
  }
}

function rootOf(parent: string | undefined): Root | undefined {
  if (parent === undefined || !parent.startsWith('file:')) return undefined;
  const path = fileURLToPath(parent.split('?', 1)[0]!);
  for (const root of roots.values()) if (path.startsWith(root.path)) return root;
  return undefined;
}

/** None for a part that this line of the real package does not have (any more); the shim may have kept it. */
function realSdk<T>(resolve: () => T): T | undefined {
  try {
    return resolve();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

/** From now on modules of this folder find the SDK. */
export function serveSdk(directory: string): void {
  const path = directory.endsWith(sep) ? directory : directory + sep;
  roots.set(path, { path, hasSdk: existsSync(join(directory, 'node_modules', 'openclaw', 'package.json')) });
  if (installed) return;
  installed = true;
  registerHooks({
    resolve(specifier, context, next) {
      const root = rootOf(context.parentURL);
      if (root === undefined) return next(specifier, context);
      const match = SPECIFIER.exec(specifier);
      if (match !== null) {
        const real = root.hasSdk ? realSdk(() => next(specifier, context)) : undefined;
        return real ?? { url: pathToFileURL(shimPath(match[1])).href, shortCircuit: true };
      }
      const found = next(specifier, context);
      const generation = generationOf(context.parentURL);
      const own = generation !== undefined && found.url.startsWith(pathToFileURL(root.path).href) && !found.url.includes('?');
      return own && !found.url.includes('/node_modules/') ? { ...found, url: `${found.url}?${GENERATION}=${generation}` } : found;
    },
  });
}
