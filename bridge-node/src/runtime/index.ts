// api.runtime: one tree per plugin, put together from its parts. What is not here, the plugin does not find.
//
// Parts that need the kernel or the configuration's mirror are in this folder under their subject; pure functions join here.

import type { Plugin } from '../plugin/plugin.js';
import type { Json } from '../json.js';
import { configRuntime } from './config.js';
import { agentRuntime, gatewayRuntime, llmRuntime, loggingRuntime, stateRuntime, systemRuntime } from './kernel.js';
import { inboundRuntime, replyRuntime } from './turns.js';

/** The line of upstream's contract that this runtime follows. */
const CONTRACT = '2026.9.6';

const trees = new WeakMap<Plugin, Json>();

export function createRuntime(plugin: Plugin): Json {
  const inbound = inboundRuntime(plugin);
  const runtime = {
    version: CONTRACT,
    config: configRuntime(plugin),
    logging: loggingRuntime(plugin),
    llm: llmRuntime(plugin),
    gateway: gatewayRuntime(plugin),
    system: systemRuntime(plugin),
    state: stateRuntime(plugin),
    agent: agentRuntime(plugin),
    channel: { reply: replyRuntime(plugin), inbound, turn: inbound },
  };
  trees.set(plugin, runtime);
  return runtime;
}

/** runtime.channel, as accounts get it. */
export function channelRuntime(plugin: Plugin): unknown {
  return trees.get(plugin)?.channel;
}
