// openclaw/plugin-sdk/* for plugins: the real package where it was installed for the plugin, else the shim.

import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LoadError } from './entry.js';
import { GENERATION, generationOf } from './generation.js';
import { oursOver } from './overrides.js';

const SPECIFIER = /^@?openclaw\/plugin-sdk(?:\/([A-Za-z0-9][A-Za-z0-9_-]*))?(?:\.js)?$/;

interface Root {
  path: string;
  real: string | undefined; // the folder whose node_modules has the real package
}

const hasPackage = (folder: string): boolean => existsSync(join(folder, 'node_modules', 'openclaw', 'package.json'));

const roots = new Map<string, Root>();
let shim: NodeJS.Require | undefined;
let installed = false;

/** The shim is the package `openclaw` that lies beside this program, or where CHELA_BRIDGE_SHIM says. */
function shimRequire(): NodeJS.Require {
  const folder = process.env.CHELA_BRIDGE_SHIM ?? fileURLToPath(new URL('../shim/', import.meta.url));
  shim ??= module.createRequire(join(folder, 'package.json'));
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

/** The folder whose node_modules has the package that a plugin comes in: upstream ships some of its plugins with the gateway. */
export function shippedIn(directory: string): string | undefined {
  const [, folder] = /^(.*)[\\/]node_modules[\\/]openclaw[\\/]dist[\\/]extensions[\\/]/.exec(directory) ?? [];
  return folder;
}

/** The folder whose node_modules has the real package for a plugin: its own, else the one that all such plugins share. */
export function realFolder(directory: string): string | undefined {
  return [shippedIn(directory) ?? directory, process.env.CHELA_OPENCLAW_FOLDER ?? ''].find((folder) => folder !== '' && hasPackage(folder));
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
    if (['ERR_PACKAGE_PATH_NOT_EXPORTED', 'MODULE_NOT_FOUND'].includes(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

type Next = Parameters<module.ResolveHookSync>[2];

/** Older lines handed the package zod on as a part of the SDK: the plugin's own, else the one that the real package brings along. */
function zodOf(root: Root): module.ResolveFnOutput {
  const beside = [root.path, ...(root.real === undefined ? [] : [join(root.real, 'node_modules', 'openclaw', sep)])];
  const found = beside.map((folder) => realSdk(() => module.createRequire(join(folder, 'package.json')).resolve('zod'))).find((path) => path !== undefined);
  return { url: found === undefined ? pathToFileURL(shimPath('zod')).href : pathToFileURL(found).href, shortCircuit: true };
}

/** A part of the SDK; the shim has what this line of the real package gave up. */
function resolveSdk(root: Root, subpath: string | undefined): module.ResolveFnOutput {
  const name = subpath === undefined ? 'openclaw/plugin-sdk' : `openclaw/plugin-sdk/${subpath}`;
  const real = root.real && realSdk(() => module.createRequire(join(root.real!, 'package.json')).resolve(name));
  if (subpath === 'zod' && !real) return zodOf(root);
  const url = real ? oursOver(subpath, pathToFileURL(real).href) : pathToFileURL(shimPath(subpath)).href;
  return { url, shortCircuit: true };
}

/** What a plugin takes for granted beside the SDK: the packages that upstream's gateway brings along. */
function resolveBeside(root: Root, specifier: string, context: module.ResolveHookContext, next: Next): module.ResolveFnOutput {
  try {
    return next(specifier, context);
  } catch (error) {
    if (root.real === undefined || /^[./]|^[a-z]+:/.test(specifier) || (error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    try {
      return next(specifier, { ...context, parentURL: pathToFileURL(join(root.real, 'node_modules', 'openclaw', 'package.json')).href });
    } catch {
      throw error;
    }
  }
}

/** From now on modules of this folder find the SDK: the real package of `real`, else the shim. */
export function serveSdk(directory: string, real: string | undefined): void {
  const path = directory.endsWith(sep) ? directory : directory + sep;
  roots.set(path, { path, real });
  if (installed) return;
  installed = true;
  module.registerHooks({
    resolve(specifier, context, next) {
      const root = rootOf(context.parentURL);
      if (root === undefined) return next(specifier, context);
      const match = SPECIFIER.exec(specifier);
      if (match !== null) return resolveSdk(root, match[1]);
      const found = resolveBeside(root, specifier, context, next);
      const generation = generationOf(context.parentURL);
      const own = generation !== undefined && found.url.startsWith(pathToFileURL(root.path).href) && !found.url.includes('?');
      return own && !found.url.includes('/node_modules/') ? { ...found, url: `${found.url}?${GENERATION}=${generation}` } : found;
    },
  });
}
