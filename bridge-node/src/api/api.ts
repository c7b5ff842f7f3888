// The object that a plugin's register() gets: upstream's 85 members, and the older names that published plugins use.

import type { Plugin } from '../plugin/plugin.js';
import { createRuntime } from '../runtime/index.js';
import { stringOf, type Json } from '../json.js';
import { CAPABILITY_REGISTRARS } from './capabilities.js';
import { registerChannel } from './channels.js';
import { registerCli, registerCommand, registerNodeCliFeature } from './commands.js';
import { on, registerAgentToolResultMiddleware, registerHook, registerTrustedToolPolicy } from './hooks.js';
import { IGNORED_REGISTRARS } from './ignored.js';
import { registerInteractiveHandler } from './interactive.js';
import { RunContexts, enqueueNextTurnInjection, resolvePath, sendSessionAttachment } from './late.js';
import { onConversationBindingResolved, registerAgentEventSubscription, registerReload } from './observers.js';
import { registerModelCatalogProvider, registerProvider } from './providers.js';
import { registerGatewayMethod, registerHttpHandler, registerHttpRoute } from './routes.js';
import { registerGatewayDiscoveryService, registerRuntimeLifecycle, registerService } from './services.js';
import { registerTool } from './tools.js';

type Registrar = (plugin: Plugin, ...args: any[]) => unknown;

/** Everything that only works while register() runs. */
const REGISTRARS: Record<string, Registrar> = {
  ...CAPABILITY_REGISTRARS,
  ...IGNORED_REGISTRARS,
  registerTool, registerHook, registerHttpRoute, registerHttpHandler, registerChannel, registerGatewayMethod, registerReload,
  registerService, registerGatewayDiscoveryService, registerProvider, registerModelCatalogProvider, registerInteractiveHandler,
  onConversationBindingResolved, registerCommand, registerAgentToolResultMiddleware, registerTrustedToolPolicy,
  registerRuntimeLifecycle, registerAgentEventSubscription,
};

/** What describes a command line works in every mode. */
const CLI_REGISTRARS: Record<string, Registrar> = { registerCli, registerNodeCliFeature };

function bind(plugin: Plugin, name: string, registrar: Registrar, always: boolean): (...args: unknown[]) => unknown {
  return (...args) => {
    if (!plugin.open) {
      plugin.log('warn', `api.${name} has no effect after register() has returned`);
      return undefined;
    }
    return always || plugin.mode === 'full' ? registrar(plugin, ...args) : undefined;
  };
}

function lateMembers(plugin: Plugin): Json {
  const runs = new RunContexts();
  return {
    on: (name: unknown, handler: unknown, options: unknown) => {
      if (plugin.mode === 'full' && !plugin.failed) on(plugin, name, handler, options);
    },
    resolvePath: (input: unknown) => resolvePath(plugin, input),
    enqueueNextTurnInjection: (injection: Json) => enqueueNextTurnInjection(plugin, injection),
    sendSessionAttachment: (attachment: Json) => sendSessionAttachment(plugin, attachment),
    scheduleSessionTurn: async () => undefined, // upstream lets only its own plugins
    unscheduleSessionTurnsByTag: async () => ({ removed: 0, failed: 0 }),
    emitAgentEvent: () => ({ emitted: false, reason: "the agent's events cannot be added to" }),
    setRunContext: (patch: Json) => runs.set(patch),
    getRunContext: (params: Json) => runs.get(params),
    clearRunContext: (params: Json) => runs.clear(params),
  };
}

/** Upstream's facades: the same functions, grouped. */
function facades(api: Json, plugin: Plugin): Json {
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, api[name]]));
  return {
    session: {
      state: pick('registerSessionExtension'),
      workflow: pick('enqueueNextTurnInjection', 'registerSessionSchedulerJob', 'sendSessionAttachment', 'scheduleSessionTurn',
        'unscheduleSessionTurnsByTag'),
      controls: pick('registerSessionAction', 'registerControlUiDescriptor'),
    },
    agent: { events: pick('registerAgentEventSubscription', 'emitAgentEvent') },
    runContext: pick('setRunContext', 'getRunContext', 'clearRunContext'),
    lifecycle: { ...pick('registerRuntimeLifecycle'), signal: plugin.signal },
  };
}

export function createApi(plugin: Plugin, definition: Json): Json {
  const text = (name: string) => stringOf(definition[name]) ?? stringOf(plugin.manifest[name]);
  const api: Json = {
    id: plugin.id,
    pluginId: plugin.id,
    name: text('name') ?? plugin.id,
    version: text('version') ?? plugin.version,
    description: text('description'),
    source: plugin.source,
    runtimeSource: plugin.source,
    rootDir: plugin.directory,
    registrationMode: plugin.mode === 'full' ? 'full' : 'cli-metadata',
    logger: plugin.logger,
    runtime: createRuntime(plugin),
    ...lateMembers(plugin),
  };
  Object.defineProperties(api, {
    config: { get: () => plugin.gatewayConfig, enumerable: true },
    pluginConfig: { get: () => plugin.config, enumerable: true },
  });
  for (const [name, registrar] of Object.entries(REGISTRARS)) api[name] = bind(plugin, name, registrar, false);
  for (const [name, registrar] of Object.entries(CLI_REGISTRARS)) api[name] = bind(plugin, name, registrar, true);
  return Object.assign(api, facades(api, plugin));
}
