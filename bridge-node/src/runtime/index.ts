// api.runtime: one tree per plugin, put together from its parts. What is not here, the plugin does not find.
//
// Parts that need the kernel or the configuration's mirror are in this folder under their subject; pure functions join here.

import { addRoute } from '../api/routes.js';
import { currentPlugin } from '../plugin/context.js';
import type { Plugin } from '../plugin/plugin.js';
import type { Json } from '../json.js';
import { channelTree } from './channel/index.js';
import { mediaRuntime } from './channel/media.js';
import { configRuntime } from './config.js';
import { dispatchInteractive, interactiveDispatcher } from './interactive.js';
import { agentRuntime, eventsRuntime, gatewayRuntime, llmRuntime, loggingRuntime, systemRuntime } from './kernel.js';
import { overReal } from './real.js';
import type { SessionIndex } from './sessions.js';
import { stateRuntime } from './stores.js';

/** The line of upstream's contract that this runtime follows. */
const CONTRACT = '2026.9.6';

/** Where the shim's modules, which all plugins share, find the runtime of the plugin that calls them. */
const SDK_HOST = Symbol.for('chela.host');

const trees = new WeakMap<Plugin, Json>();

export function createRuntime(plugin: Plugin): Json {
  const channel = channelTree(plugin);
  const runtime = overReal(plugin, {
    version: CONTRACT,
    config: configRuntime(plugin),
    logging: loggingRuntime(plugin),
    llm: llmRuntime(plugin),
    gateway: gatewayRuntime(plugin),
    system: systemRuntime(plugin),
    events: eventsRuntime(plugin),
    tools: { createMemorySearchTool: () => null, createMemoryGetTool: () => null }, // given up upstream; none means that there is no such memory
    state: stateRuntime(plugin),
    agent: agentRuntime(plugin, channel.session as unknown as SessionIndex),
    media: mediaRuntime(plugin),
    channel,
  });
  trees.set(plugin, runtime);
  (globalThis as unknown as Record<symbol, unknown>)[SDK_HOST] ??= Object.assign(() => runtimeHere(), { addRoute, dispatchInteractive, interactiveDispatcher });
  return runtime;
}

function runtimeHere(): Json | undefined {
  const plugin = currentPlugin();
  return plugin && trees.get(plugin);
}

/** runtime.channel, as accounts get it. */
export function channelRuntime(plugin: Plugin): unknown {
  return trees.get(plugin)?.channel;
}
