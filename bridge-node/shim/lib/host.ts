// The runtime of the plugin whose code is running, as the host keeps it; modules of the SDK are shared by all plugins of a process.

import type { Json } from './values.js';

const HOST = Symbol.for('chela.host');

export function hostRuntime(what: string): Json {
  const find = (globalThis as Json)[HOST as unknown as string] as (() => Json | undefined) | undefined;
  const runtime = find?.();
  if (runtime === undefined) throw new Error(`${what}: no plugin is running here; call it from code of a plugin that has been started`);
  return runtime;
}
