// registerInteractiveHandler: who answers what a person has pressed or picked, by the channel and the namespace of what was sent.

import type { Plugin } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

/** As channels of the SDK know a registration. */
export interface Interactive {
  channel: string;
  namespace: string;
  pluginId: string;
  pluginName: string;
  handler(context: Json): unknown;
}

/** Of all plugins of this process: the first of a name stays. */
const handlers = new Map<string, Interactive>();
const NAMESPACE = /^[A-Za-z0-9._-]+$/;
export const ANYWHERE = '*';

const keyOf = (channel: string, namespace: string) => `${channel}/${namespace}`;

export function findInteractive(channel: string, namespace: string): Interactive | undefined {
  return handlers.get(keyOf(channel, namespace)) ?? handlers.get(keyOf(ANYWHERE, namespace));
}

export function registerInteractiveHandler(plugin: Plugin, registration: unknown): void {
  const given = (isObject(registration) ? registration : {}) as Json;
  const namespace = stringOf(given.namespace)?.trim();
  const { handler } = given;
  if (namespace === undefined || !isFunction(handler)) {
    plugin.diagnostics.warn('invalid_registration', 'interactive handler registration missing namespace or handler');
    return;
  }
  if (!NAMESPACE.test(namespace)) {
    plugin.diagnostics.warn('invalid_registration', 'Interactive handler namespace must contain only letters, numbers, dots, underscores, and hyphens');
    return;
  }
  const channel = stringOf(given.channel)?.trim().toLowerCase() ?? ANYWHERE;
  const key = keyOf(channel, namespace);
  const entry = { channel, namespace, pluginId: plugin.id, pluginName: stringOf(plugin.manifest.name) ?? plugin.id,
    handler: (context: Json) => plugin.run(() => handler.call(registration, context) as unknown) };
  plugin.register({ kind: 'command', id: `interactive/${key}`, descriptor: { role: 'interactive', channel, namespace }, value: entry }, 'interactive handler');
  if (handlers.has(key)) return;
  handlers.set(key, entry);
  plugin.onEnd(() => handlers.delete(key));
}
