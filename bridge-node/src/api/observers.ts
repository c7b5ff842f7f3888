// Registrars of listeners: each is a point that the kernel may run as a hook.

import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, stringOf, type Json } from '../json.js';
import { addHandler } from './hooks.js';

export function onConversationBindingResolved(plugin: Plugin, handler: unknown): void {
  if (isFunction(handler)) addHandler(plugin, 'conversation_binding_resolved', handler);
  else plugin.diagnostics.warn('invalid_registration', 'conversation binding handler is no function');
}

export function registerAgentEventSubscription(plugin: Plugin, subscription: unknown): void {
  const { id, handle, streams } = (subscription ?? {}) as Json;
  if (stringOf(id) === undefined || !isFunction(handle)) {
    plugin.diagnostics.warn('invalid_registration', 'agent event subscription registration requires id and handle');
    return;
  }
  const wanted = Array.isArray(streams) ? streams : undefined;
  addHandler(plugin, 'agent_event', (event, context) => {
    if (wanted === undefined || wanted.includes((event as Json | null)?.stream)) return handle.call(subscription, event, context) as unknown;
    return undefined;
  });
}

/** Not a listener, but told in the same way: which changes of the configuration the plugin wants a restart for. */
export function registerReload(plugin: Plugin, registration: unknown): void {
  const descriptor = encodeValue(undefined, registration) as Json | undefined;
  plugin.register({ kind: 'hook', id: 'config_reload', descriptor: { ...descriptor, handlers: 0 }, value: undefined }, 'reload rules');
}
