// plugin.start: find the entry, load it, let it register, start its services. A failure leaves nothing behind.

import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { createApi } from '../api/api.js';
import { startServices } from '../api/services.js';
import { CallError, asCallError, textOf } from '../connection/errors.js';
import { Plugin, type Kernel } from '../plugin/plugin.js';
import { isObject, stringOf, type Json } from '../json.js';
import type { PluginStartParams as StartParams } from '../protocol.js';
import { checkSdk } from '../scan/verdict.js';
import { LoadError, directoryOf, readJson, resolveEntry } from './entry.js';
import { findDefinition, type Definition } from './exports.js';
import { loadModule } from './module.js';

function manifestOf(params: StartParams, directory: string): Json {
  if (isObject(params.manifest)) return params.manifest;
  const path = join(directory, 'openclaw.plugin.json');
  return existsSync(path) ? readJson(path, 'invalid_manifest') : {};
}

function definitionOf(plugin: Plugin, module: unknown): Definition {
  const found = findDefinition(module);
  if (found === undefined) {
    throw new LoadError('invalid_plugin_export', 'the entry exports neither a function nor an object with register()', plugin.source);
  }
  if (found.activate) plugin.diagnostics.warn('deprecated_entry', 'the entry exports activate(), which is given up upstream: register() is the name now');
  const id = stringOf(found.definition.id);
  const expected = stringOf(plugin.manifest.id);
  if (id !== undefined && expected !== undefined && id !== expected) {
    throw new LoadError('manifest_mismatch', `the entry says that it is "${id}", the manifest says "${expected}"`, plugin.source);
  }
  return found;
}

async function register(plugin: Plugin, { register: run, definition }: Definition): Promise<void> {
  const api = createApi(plugin, definition);
  const returned = await plugin.run(() => {
    const value = run(api);
    if (value instanceof Promise) {
      plugin.diagnostics.warn('async_register', 'plugin register must be synchronous; it is awaited here');
      value.catch(() => {}); // awaited below
    }
    return value;
  });
  plugin.open = false;
  const older = isObject(returned) && typeof returned.deactivate === 'function' ? returned.deactivate : definition.deactivate;
  if (typeof older === 'function') plugin.onEnd(() => older.call(definition) as unknown);
}

function refusal(plugin: Plugin, error: unknown): CallError {
  const code = error instanceof LoadError ? error.code : 'load_failed';
  const path = error instanceof LoadError ? error.path : plugin.source || undefined;
  if (!(error instanceof CallError) || error instanceof LoadError) plugin.diagnostics.error(code, textOf(error), path);
  const known = asCallError(error);
  return new CallError(known.status === 'internal' ? 'invalid_argument' : known.status, `starting ${plugin.id}: ${known.message}`,
    { ...known.data, diagnostics: plugin.diagnostics.list });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
}

async function begin(plugin: Plugin, entry: string): Promise<void> {
  plugin.source = resolveEntry(plugin.directory, entry);
  plugin.realSdk = await checkSdk(plugin.directory, plugin.source);
  const module: unknown = await plugin.run(() => loadModule(plugin.directory, plugin.source, plugin.realSdk));
  await register(plugin, definitionOf(plugin, module));
  const refused = plugin.diagnostics.list.find((diagnostic) => diagnostic.severity === 'error');
  if (refused !== undefined) throw new CallError('unsupported', refused.message);
  if (!plugin.registrations.ofKind('service').next().done) plugin.prepare();
  if (plugin.mode === 'full') await startServices(plugin);
  if (plugin.failed) throw new CallError('unavailable', plugin.failure);
}

/** What was compiled for this plugin is kept on disk now, since the process may be killed at any time. */
function keepCompiled(): void {
  if (process.env.NODE_COMPILE_CACHE !== undefined) flushCompileCache();
}

/** `keep` is told the plugin before any of its code runs, so that its faults find it. */
export async function startPlugin(params: StartParams, kernel: Kernel, signal: AbortSignal, keep: (plugin: Plugin) => void): Promise<Json> {
  const directory = directoryOf(params.directory, params.entry);
  const plugin = new Plugin({ ...params, directory, manifest: manifestOf(params, directory) }, kernel);
  keep(plugin);
  try {
    await Promise.race([begin(plugin, params.entry), untilAborted(signal), untilAborted(plugin.broken)]);
  } catch (error) {
    const answer = refusal(plugin, plugin.failed ? new CallError('unavailable', plugin.failure) : error);
    await plugin.end(new CallError('unavailable', 'the plugin did not start'));
    throw answer;
  }
  setImmediate(keepCompiled);
  return { registrations: plugin.announce(), diagnostics: plugin.diagnostics.list };
}
