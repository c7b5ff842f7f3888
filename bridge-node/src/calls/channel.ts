// channel.start, channel.stop, channel.accounts, channel.send.

import { CallError } from '../connection/errors.js';
import type { ChannelPlugin } from '../api/channels.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';
import { AccountRun } from './account.js';

const running = new WeakMap<Plugin, Map<string, AccountRun>>();

function channelOf(plugin: Plugin, key: unknown): ChannelPlugin {
  const value = plugin.registrations.find(key as string)?.value;
  if (!isObject(value)) throw new CallError('not_found', `there is no channel "${key}"`);
  return value as ChannelPlugin;
}

function runsOf(plugin: Plugin): Map<string, AccountRun> {
  let runs = running.get(plugin);
  if (runs === undefined) {
    runs = new Map();
    running.set(plugin, runs);
    plugin.onEnd(() => Promise.all([...runs!.values()].map((run) => run.stop())));
  }
  return runs;
}

export async function startAccount(plugin: Plugin, params: Json): Promise<Json> {
  const channel = channelOf(plugin, params.key);
  const account = params.account as string;
  const runs = runsOf(plugin);
  const name = `${params.key} ${account}`;
  if (runs.has(name)) throw new CallError('already_exists', `account "${account}" of ${params.key} runs already`);
  const run = new AccountRun(plugin, channel, params.key as string, account);
  runs.set(name, run);
  try {
    return { status: await run.start() };
  } catch (error) {
    runs.delete(name);
    throw error;
  }
}

export async function stopAccount(plugin: Plugin, params: Json): Promise<Json> {
  const name = `${params.key} ${params.account}`;
  const run = runsOf(plugin).get(name);
  runsOf(plugin).delete(name);
  await run?.stop();
  return {};
}

export async function listAccounts(plugin: Plugin, params: Json): Promise<Json> {
  const { config } = channelOf(plugin, params.key);
  const cfg = plugin.gatewayConfig;
  const accounts: Json[] = [];
  for (const accountId of config.listAccountIds?.(cfg) ?? []) {
    const account = await config.resolveAccount?.(cfg, accountId);
    const configured = config.isConfigured === undefined ? true : Boolean(await config.isConfigured(account, cfg));
    const enabled = config.isEnabled?.(account, cfg) ?? (account as Json | null)?.enabled !== false;
    const name = stringOf((account as Json | null)?.name);
    accounts.push({ accountId, enabled, configured, ...(name !== undefined && { name }) });
  }
  return { accounts };
}

type Send = (context: Json) => unknown;

/** The adapter's function for what is to be sent; a channel without media gets the address as text. */
function senderOf(channel: ChannelPlugin, params: Json): { send: Send; self: unknown; text?: string } | undefined {
  const outbound = (channel.outbound ?? {}) as Record<string, unknown>;
  const newer = (channel.message?.send ?? {}) as Record<string, unknown>;
  const pick = (older: string, name: string) => {
    if (isFunction(outbound[older])) return { send: outbound[older] as Send, self: outbound };
    return isFunction(newer[name]) ? { send: newer[name] as Send, self: newer } : undefined;
  };
  if (params.payload !== undefined) {
    const payload = pick('sendPayload', 'payload');
    if (payload !== undefined) return payload;
  }
  if (params.mediaUrl !== undefined) {
    const media = pick('sendMedia', 'media');
    if (media !== undefined) return media;
  }
  const text = pick('sendText', 'text');
  const given = [params.text ?? (params.payload as Json | undefined)?.text, params.mediaUrl].filter((part) => part !== undefined && part !== '');
  return text && { ...text, text: given.join('\n') };
}

export async function send(plugin: Plugin, params: Json): Promise<Json> {
  const channel = channelOf(plugin, params.key);
  const found = senderOf(channel, params);
  if (found === undefined) throw new CallError('unsupported', `channel "${channel.id}" cannot send messages`);
  const { text, mediaUrl, replyToId, threadId, idempotencyKey, payload, to } = params;
  const context = {
    cfg: plugin.gatewayConfig,
    to,
    text: found.text ?? text ?? '',
    accountId: params.account,
    ...(mediaUrl !== undefined && { mediaUrl }),
    ...(replyToId !== undefined && { replyToId }),
    ...(threadId !== undefined && { threadId }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(payload !== undefined && { payload }),
  };
  const receipt: unknown = await found.send.call(found.self, context);
  const messageId = stringOf((receipt as Json | null)?.messageId) ?? stringOf(((receipt as Json | null)?.receipt as Json | null)?.messageId);
  const details = encodeValue(undefined, receipt);
  return { ...(messageId !== undefined && { messageId }), ...(isObject(details) && { details }) };
}
