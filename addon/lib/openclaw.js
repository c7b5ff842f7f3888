// A native plugin as a plugin of upstream OpenClaw: what its index.js exports.

import { readManifest, toolsOf } from './manifest.js';
import { registerCommands, registerHooks } from './openclaw_events.js';
import { openclawId, providersOf } from './openclaw_manifest.js';
import { nativeProvider } from './openclaw_provider.js';
import { NativePlugin } from './plugin.js';

const PROGRESS_LENGTH_MAX = 65_536;

/** The plugin behind its registrations: opened by the first use, closed when upstream's service stops. */
class Holder {
  #options;
  #plugin;

  constructor(options) {
    this.#options = options;
  }

  open() {
    this.#plugin ??= new NativePlugin(this.#options);
    return this.#plugin;
  }

  async close() {
    const plugin = this.#plugin;
    this.#plugin = undefined;
    await plugin?.close();
  }
}

const textsOf = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => typeof value === 'string'));
const textContent = (text) => ({ content: [{ type: 'text', text }], details: {} });

/** What the tool may know of the agent that calls it (context of chela/ext/tool.h). */
function contextOf(given, api) {
  const timeZone = (given?.config ?? api.config)?.agents?.defaults?.userTimezone;
  return {
    ...(typeof given?.workspaceDir === 'string' && { workspace: given.workspaceDir }),
    ...textsOf({ agentId: given?.agentId, sessionKey: given?.sessionKey, channel: given?.messageChannel, senderId: given?.requesterSenderId }),
    ...(typeof timeZone === 'string' && { timeZone }),
  };
}

function nativeTool(holder, declared, context) {
  return {
    name: declared.name,
    label: declared.name,
    description: declared.description ?? '',
    parameters: declared.parameters,
    executionMode: declared.parallel === true ? 'parallel' : 'sequential',
    async execute(_callId, parameters, signal, onUpdate) {
      let shown = '';
      const onProgress = (piece) => {
        shown = (shown + piece).slice(-PROGRESS_LENGTH_MAX);
        onUpdate?.(textContent(shown));
      };
      return textContent(await holder.open().callTool(declared.name, parameters, { context, signal, onProgress, timeoutMs: declared.timeoutMs }));
    },
  };
}

function registerTools(api, holder, manifest) {
  const declared = toolsOf(manifest);
  if (declared.length === 0) return;
  api.registerTool((given) => declared.map((tool) => nativeTool(holder, tool, contextOf(given, api))), { names: declared.map((tool) => tool.name) });
}

/** The entry of upstream's plugin for the native plugin in `directory`. */
export function nativeEntry(directory) {
  const manifest = readManifest(directory);
  const id = openclawId(manifest);
  return {
    id,
    name: manifest.name ?? manifest.id,
    description: manifest.description ?? '',
    register(api) {
      const holder = new Holder({ directory, config: api.pluginConfig ?? {}, logger: api.logger });
      // What cannot run is told now, where upstream shows it; looking for what there is runs nothing.
      if ((api.registrationMode ?? 'full') === 'full') holder.open();
      registerTools(api, holder, manifest);
      for (const provider of providersOf(manifest)) api.registerProvider(nativeProvider(holder, provider));
      registerHooks(api, holder, manifest);
      registerCommands(api, holder, manifest);
      api.registerService({ id, start() {}, stop: () => holder.close() });
    },
  };
}

