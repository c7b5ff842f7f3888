// registerProvider, registerModelCatalogProvider.

import type { Plugin } from '../plugin/plugin.js';
import { survey } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../wire.js';

/** stream: the plugin completes conversations itself. catalog: it names models and keys, the gateway completes. */
function modeOf(provider: Json): 'stream' | 'catalog' {
  return [provider.createStreamFn, provider.complete, provider.execute].some(isFunction) ? 'stream' : 'catalog';
}

export function registerProvider(plugin: Plugin, provider: unknown): void {
  const id = stringOf((provider as Json | null)?.id);
  if (!isObject(provider) || id === undefined) {
    plugin.diagnostics.warn('invalid_registration', 'provider registration missing id');
    return;
  }
  const mode = modeOf(provider);
  if (mode === 'catalog' && isFunction(provider.wrapStreamFn)) {
    plugin.diagnostics.warn('provider_wrapper_ignored',
      `provider "${id}": wrapStreamFn is not called; what it changes in requests (mostly reasoning and replay) is not done`);
  }
  if (!plugin.registrations.add({ kind: 'provider', id, descriptor: { ...survey(provider), mode }, value: provider })) {
    plugin.diagnostics.warn('duplicate_registration', `provider "${id}" is registered twice: the first stays`);
  }
}

export function registerModelCatalogProvider(plugin: Plugin, provider: unknown): void {
  const id = stringOf((provider as Json | null)?.provider) ?? stringOf((provider as Json | null)?.providerId);
  if (id === undefined) {
    plugin.diagnostics.warn('invalid_registration', 'model catalog provider registration missing provider');
    return;
  }
  plugin.registrations.add({ kind: 'provider', id: `catalog/${id}`, descriptor: { ...survey(provider), role: 'model_catalog' }, value: provider });
}
