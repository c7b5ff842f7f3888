// The part of the configuration that is a plugin's own, as it is now.

import { at, isObject, type Json } from '../lib/values.js';

export function resolvePluginConfigObject(config: unknown, pluginId: string): Json | undefined {
  const own = at(config, 'plugins', 'entries', pluginId, 'config');
  return isObject(own) ? own : undefined;
}
export const resolveLivePluginConfigObject = (load: unknown, pluginId: string, atStart?: Json): Json | undefined =>
  (typeof load === 'function' ? resolvePluginConfigObject(load(), pluginId) : atStart);
