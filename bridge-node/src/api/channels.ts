// registerChannel.

import type { Plugin } from '../plugin/plugin.js';
import { survey } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

/** An account's adapter; of the other 360 functions the kernel calls what the descriptor lists, by capability.invoke. */
export interface ChannelPlugin extends Json {
  id: string;
  config: {
    listAccountIds?(config: unknown): string[];
    resolveAccount?(config: unknown, accountId?: string | null): unknown;
    isEnabled?(account: unknown, config: unknown): boolean;
    isConfigured?(account: unknown, config: unknown): unknown;
    describeAccount?(account: unknown, config: unknown): unknown;
  };
  gateway?: { startAccount?(context: unknown): unknown; stopAccount?(context: unknown): unknown };
  outbound?: Record<string, ((context: unknown) => unknown) | unknown>;
  message?: { send?: Record<string, (context: unknown) => unknown> };
}

function fault(channel: Json): string | undefined {
  const id = stringOf(channel.id);
  if (id === undefined) return 'channel registration missing id';
  const types = (channel.capabilities as Json | undefined)?.chatTypes;
  if (!Array.isArray(types) || types.length === 0) return `channel "${id}" registration missing or invalid required capabilities.chatTypes`;
  const config = channel.config as Json | undefined;
  if (!isFunction(config?.listAccountIds) || !isFunction(config?.resolveAccount)) {
    return `channel "${id}" registration missing or invalid required config.listAccountIds or config.resolveAccount`;
  }
  return undefined;
}

export function registerChannel(plugin: Plugin, registration: unknown): void {
  const given = isObject(registration) && isObject(registration.plugin) ? registration.plugin : registration;
  const channel = isObject(given) ? given : {};
  const wrong = fault(channel);
  if (wrong !== undefined) {
    plugin.diagnostics.warn('invalid_channel', wrong);
    return;
  }
  const id = stringOf(channel.id)!;
  plugin.register({ kind: 'channel', id, descriptor: survey(channel), value: channel }, 'channel');
}
