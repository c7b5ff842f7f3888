// openclaw.plugin.json, made from chela.plugin.json.

import { commandsOf, formatsOf, hooksOf, servicesOf, toolsOf } from './manifest.js';

/** Upstream bundles plugins and providers of the same names: ours stand beside them, never in their place. */
const PREFIX = 'chela-';

export const openclawId = (manifest) => PREFIX + manifest.id;

/** [{id, label, api, service?}]: one for each service that the manifest knows, one for each format, whose address the operator gives. */
export function providersOf(manifest) {
  const services = servicesOf(manifest).map((service) => ({ id: PREFIX + service.id, label: service.name ?? service.id, api: service.api, service }));
  const taken = new Set(services.map(({ id }) => id));
  const formats = formatsOf(manifest).map((format) => ({ id: PREFIX + format, label: `${manifest.name ?? manifest.id} (${format})`, api: format }));
  return [...services, ...formats.filter(({ id }) => !taken.has(id))];
}

function toolMetadata(tools) {
  return Object.fromEntries(tools.map(({ name, effects }) => {
    const changes = !Array.isArray(effects) || effects.some((effect) => effect !== 'none' && effect !== 'read');
    return [name, changes ? { sideEffecting: true } : { replaySafe: true }];
  }));
}

/** The manifest that upstream reads. */
export function openclawManifest(manifest) {
  const tools = toolsOf(manifest);
  const providers = providersOf(manifest);
  const setup = providers.filter(({ service }) => service !== undefined)
    .map(({ id, service }) => ({ id, authMethods: ['api-key'], ...(Array.isArray(service.apiKeyEnv) && { envVars: service.apiKeyEnv }) }));
  return {
    id: openclawId(manifest),
    name: manifest.name ?? manifest.id,
    description: manifest.description ?? '',
    version: manifest.version,
    configSchema: manifest.configSchema ?? { type: 'object', additionalProperties: false, properties: {} },
    ...(manifest.uiHints && { uiHints: manifest.uiHints }),
    ...(tools.length > 0 && { contracts: { tools: tools.map(({ name }) => name) }, toolMetadata: toolMetadata(tools) }),
    ...(providers.length > 0 && { providers: providers.map(({ id }) => id) }),
    ...(setup.length > 0 && { setup: { providers: setup } }),
    // A provider is loaded by the first turn that needs it; everything else has to be there before.
    activation: { onStartup: [tools, hooksOf(manifest), commandsOf(manifest)].some(({ length }) => length > 0) },
  };
}
