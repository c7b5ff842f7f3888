// registerProvider, registerModelCatalogProvider.

import type { Plugin } from '../plugin/plugin.js';
import { survey } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

/** stream: the plugin completes conversations itself, or with upstream's transports. catalog: it names models, the gateway completes. */
function modeOf(plugin: Plugin, provider: Json): 'stream' | 'catalog' {
  return plugin.realSdk !== undefined || [provider.createStreamFn, provider.complete, provider.execute].some(isFunction) ? 'stream' : 'catalog';
}

export function registerProvider(plugin: Plugin, provider: unknown): void {
  const id = stringOf((provider as Json | null)?.id);
  if (!isObject(provider) || id === undefined) {
    plugin.diagnostics.warn('invalid_registration', 'provider registration missing id');
    return;
  }
  const mode = modeOf(plugin, provider);
  if (mode === 'catalog' && isFunction(provider.wrapStreamFn)) {
    plugin.diagnostics.warn('provider_wrapper_ignored',
      `provider "${id}": wrapStreamFn is not called; what it changes in requests (mostly reasoning and replay) is not done`);
  }
  plugin.register({ kind: 'provider', id, descriptor: { ...survey(provider), mode }, value: provider }, 'provider');
}

export function registerModelCatalogProvider(plugin: Plugin, provider: unknown): void {
  const id = stringOf((provider as Json | null)?.provider) ?? stringOf((provider as Json | null)?.providerId);
  if (id === undefined) {
    plugin.diagnostics.warn('invalid_registration', 'model catalog provider registration missing provider');
    return;
  }
  const descriptor = { ...survey(provider), role: 'model_catalog' };
  plugin.register({ kind: 'provider', id: `catalog/${id}`, descriptor, value: provider }, 'model catalog');
}
