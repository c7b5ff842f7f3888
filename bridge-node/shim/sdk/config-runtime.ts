// The configuration, and what is known of sessions, of the plugin that asks.

import { hostRuntime } from '../lib/host.js';
export { resolveConfiguredSecretInputString } from '../lib/secrets.js';
import type { Json } from '../lib/values.js';

export const loadConfig = (): Json => hostRuntime('loadConfig').config.current();
export const getRuntimeConfig = loadConfig;
export const writeConfigFile = (next: Json): Promise<unknown> => hostRuntime('writeConfigFile').config.writeConfigFile(next);
export const resolveStorePath = (store?: string, options?: Json): string => hostRuntime('resolveStorePath').channel.session.resolveStorePath(store, options);
export const loadSessionStore = (_path: string): Json => ({ ...hostRuntime('loadSessionStore').channel.session.entries() });
export const readSessionUpdatedAt = (params: Json): number | undefined => hostRuntime('readSessionUpdatedAt').channel.session.readSessionUpdatedAt(params);

export function resolveSessionStoreEntry({ store, sessionKey }: Json): Json {
  const normalizedKey = String(sessionKey).trim().toLowerCase();
  return { normalizedKey, existing: store[normalizedKey] ?? store[sessionKey], legacyKeys: [] };
}
