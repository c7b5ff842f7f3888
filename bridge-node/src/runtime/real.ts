// api.runtime of a plugin that runs with upstream's real package: ours where the gateway is meant, upstream's own code for the rest.
// Nothing of the package is loaded before a plugin asks for it: its whole runtime takes as much memory as all plugins without it.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from '../plugin/plugin.js';
import { isObject, type Json } from '../json.js';
import { openIngressQueue } from './ingress_queue.js';

const whole = new Map<string, Json>();

function requireReal(folder: string): NodeJS.Require {
  return createRequire(join(folder, 'package.json'));
}

/** Upstream's runtime, which is no part of the SDK: a line of the package may have it elsewhere, and then there is none. */
function wholeRuntime(plugin: Plugin, folder: string): Json {
  const known = whole.get(folder);
  if (known !== undefined) return known;
  let made: Json = {};
  try {
    const path = join(folder, 'node_modules', 'openclaw', 'dist', 'plugins', 'runtime', 'index.js');
    made = (requireReal(folder)(path) as { createPluginRuntime(options: object): Json }).createPluginRuntime({});
  } catch (error) {
    plugin.log('warn', `the openclaw package in ${folder} has no runtime that can be used: ${(error as Error).message}`);
  }
  whole.set(folder, made);
  return made;
}

/** `own` first, member by member; what it lacks is asked of `base`. */
function over(own: Json, base: () => unknown): Json {
  const parts = new Map<PropertyKey, Json>();
  const lacking = (): Json => {
    const value = base();
    return isObject(value) ? value : {};
  };
  return new Proxy(own, {
    get(target, key) {
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return Reflect.get(target, key) as unknown;
      if (!Object.hasOwn(target, key)) return lacking()[key];
      const value = target[key];
      if (!isObject(value) || key === 'defaults') return value;
      const known = parts.get(key) ?? over(value, () => lacking()[key]);
      parts.set(key, known);
      return known;
    },
    has: (target, key) => Reflect.has(target, key) || key in lacking(),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Reflect.ownKeys(lacking())])],
    getOwnPropertyDescriptor(target, key) {
      const found = Reflect.getOwnPropertyDescriptor(target, key) ?? Reflect.getOwnPropertyDescriptor(lacking(), key);
      return found && { ...found, configurable: true };
    },
  });
}

/** The parts of the SDK that stand behind single members: lighter than the whole runtime. */
function sdkParts(plugin: Plugin, folder: string): { inbound: Json; state: Json } {
  const sdk = (subpath: string) => requireReal(folder)(`openclaw/plugin-sdk/${subpath}`) as Record<string, (...args: unknown[]) => unknown>;
  const member = (subpath: string, name: string) => (...args: unknown[]) => sdk(subpath)[name]!(...args);
  return {
    inbound: {
      buildContext: member('channel-inbound', 'buildChannelInboundEventContext'),
      ingress: {
        createResolver: member('channel-ingress-runtime', 'createChannelIngressResolver'),
        resolve: member('channel-ingress-runtime', 'resolveChannelMessageIngress'),
        resolveStable: member('channel-ingress-runtime', 'resolveStableChannelMessageIngress'),
      },
    },
    state: {
      openChannelIngressDrain: (options: Json) => sdk('channel-outbound').createChannelIngressDrain!({ ...options, queue: options.queue ?? openIngressQueue(plugin, options) }),
    },
  };
}

/** What parts of the SDK keep for the whole process: the configuration. The part that takes it brings 50 MiB of others along. */
function seed(plugin: Plugin, folder: string): void {
  let part: { setRuntimeConfigSnapshot?(config: Json): void };
  try {
    part = requireReal(folder)('openclaw/plugin-sdk/runtime-config-snapshot') as typeof part;
  } catch {
    return; // an older line, whose parts ask the runtime
  }
  const set = () => part.setRuntimeConfigSnapshot?.(plugin.gatewayConfig);
  set();
  plugin.onConfig(set);
}

export function overReal(plugin: Plugin, runtime: Json): Json {
  const folder = plugin.realSdk;
  if (folder === undefined) return runtime;
  plugin.beforeWork(() => seed(plugin, folder));
  const { inbound, state } = sdkParts(plugin, folder);
  const channel = runtime.channel as Json;
  Object.assign(channel.inbound as Json, inbound); // runtime.channel.turn is the same object
  Object.assign(runtime.state as Json, state);
  return over(runtime, () => wholeRuntime(plugin, folder));
}
