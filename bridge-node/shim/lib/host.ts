// The runtime of the plugin whose code is running, as the host keeps it; modules of the SDK are shared by all plugins of a process.

import type { Json } from './values.js';

const HOST = Symbol.for('chela.host');

/** A function that the host keeps beside the runtimes of its plugins. */
export function hostPart(name: string): (given: Json) => unknown {
  const host = (globalThis as Json)[HOST as unknown as string] as Record<string, (given: Json) => unknown> | undefined;
  const part = host?.[name];
  if (part === undefined) throw new Error(`${name}: no plugin has been started here`);
  return part;
}

export function hostRuntime(what: string): Json {
  const find = (globalThis as Json)[HOST as unknown as string] as (() => Json | undefined) | undefined;
  const runtime = find?.();
  if (runtime === undefined) throw new Error(`${what}: no plugin is running here; call it from code of a plugin that has been started`);
  return runtime;
}
