// Secrets of channels in the configuration: the gateway has put their values in before a plugin sees it, so that there is nothing to collect.

import { isObject, text, type Json } from './values.js';

export const hasOwnProperty = (value: unknown, key: string): boolean => isObject(value) && Object.hasOwn(value, key);
export const normalizeSecretStringValue = (value: unknown): string | undefined => text(value);
export const normalizeSecretInputString = normalizeSecretStringValue;
export const isSecretRef = (value: unknown): boolean => isObject(value) && ['env', 'file', 'exec'].includes(value.source) && typeof value.id === 'string';

export const hasConfiguredSecretInput = (value: unknown): boolean => text(value) !== undefined || isSecretRef(value);
export const secretRefKey = ({ source, provider, id }: Json): string => `${source}:${provider ?? 'default'}:${id}`;

function valueOf(ref: Json, env: Json): string {
  if (ref.source !== 'env') throw new Error(`the secret ${secretRefKey(ref)}: a plugin is given only those of the environment; write it into the gateway's configuration, which is resolved before the plugin sees it`);
  const value = text(env[ref.id]);
  if (value === undefined) throw new Error(`Environment variable "${ref.id}" is missing or empty.`);
  return value;
}

export const resolveSecretRefValues = async (refs: Json[], options: Json = {}): Promise<Map<string, string>> =>
  new Map(refs.map((ref) => [secretRefKey(ref), valueOf(ref, options.env ?? process.env)]));

/** The text of a field that may be a reference: the value, or why there is none. */
export async function resolveConfiguredSecretInputString({ value, env = process.env, path }: Json): Promise<Json> {
  const plain = text(value);
  if (plain !== undefined) return { value: plain };
  if (!isSecretRef(value)) return {};
  try {
    return { value: valueOf(value as Json, env) };
  } catch (error) {
    return { unresolvedRefReason: `${path}: ${(error as Error).message}` };
  }
}

/** A section of a channel with its accounts, as the collectors below take it. */
export function getChannelSurface(config: unknown, channelKey: string): Json | null {
  const channel = isObject(config) && isObject(config.channels) ? config.channels[channelKey] : undefined;
  if (!isObject(channel)) return null;
  const named: [string, Json][] = Object.entries(isObject(channel.accounts) ? channel.accounts : {}).filter((pair): pair is [string, Json] => isObject(pair[1]));
  const enabled = channel.enabled !== false;
  const accounts = named.length === 0 ? [{ accountId: 'default', account: channel, enabled }]
    : named.map(([accountId, account]) => ({ accountId, account, enabled: enabled && account.enabled !== false }));
  return { channel, surface: { hasExplicitAccounts: named.length > 0, channelEnabled: enabled, accounts } };
}

export const collectSimpleChannelFieldAssignments = (_params: unknown): void => {};
export const collectConditionalChannelFieldAssignments = (_params: unknown): void => {};
export const collectNestedChannelFieldAssignments = (_params: unknown): void => {};
