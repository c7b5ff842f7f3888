// Which agent answers whom, and under which session: bindings, scopes of direct messages, session keys.

import { DEFAULT_ACCOUNT_ID, normalizeAccountId } from './accounts.js';
import { at, isObject, list, text, type Json } from './values.js';

export const DEFAULT_AGENT_ID = 'main';
export const DEFAULT_MAIN_KEY = 'main';

export function normalizeAgentId(value?: unknown): string {
  const id = (text(value) ?? '').toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64);
  return id === '' ? DEFAULT_AGENT_ID : id;
}

export function resolveDefaultAgentId(cfg?: unknown): string {
  const agents: Json[] = list(at(cfg, 'agents', 'list')).filter(isObject);
  return normalizeAgentId((agents.find((agent) => agent.default === true) ?? agents[0])?.id);
}

const kindOf = (kind: unknown): string => (kind === 'dm' || kind === undefined ? 'direct' : String(kind));

/** The name under which all accounts of one person are linked, if they are. */
function linked(params: Json, channel: string, id: string): string {
  for (const [name, ids] of Object.entries(params.identityLinks ?? {})) {
    const known = list(ids).map((entry) => String(entry).trim().toLowerCase());
    if (known.includes(id) || known.includes(`${channel}:${id}`)) return name.trim().toLowerCase();
  }
  return id;
}

/** agent:AGENT:… as the whole system knows its sessions. */
export function buildAgentSessionKey(params: Json): string {
  const agent = normalizeAgentId(params.agentId);
  const main = `agent:${agent}:${(text(params.mainKey) ?? DEFAULT_MAIN_KEY).toLowerCase()}`;
  const channel = (text(params.channel) ?? 'unknown').toLowerCase();
  const peer = isObject(params.peer) ? params.peer : {};
  const kind = kindOf(peer.kind);
  const id = (text(peer.id) ?? '').toLowerCase();
  if (kind !== 'direct') return `agent:${agent}:${channel}:${kind}:${id === '' ? 'unknown' : id}`;
  const scope = params.dmScope ?? 'main';
  if (scope === 'main' || id === '') return main;
  const person = linked(params, channel, id);
  if (scope === 'per-peer') return `agent:${agent}:direct:${person}`;
  if (scope === 'per-channel-peer') return `agent:${agent}:${channel}:direct:${person}`;
  return `agent:${agent}:${channel}:${normalizeAccountId(params.accountId)}:direct:${person}`;
}

/** How well a binding fits; the best one wins, and of equal ones the first. None: it does not. */
function fit(match: Json, input: Json, peer: Json | undefined): { rank: number; by: string } | undefined {
  if (text(match.channel)?.toLowerCase() !== text(input.channel)?.toLowerCase()) return undefined;
  const account = text(match.accountId);
  if (account !== undefined && account !== '*' && normalizeAccountId(account) !== normalizeAccountId(input.accountId)) return undefined;
  if (account === undefined && normalizeAccountId(input.accountId) !== DEFAULT_ACCOUNT_ID) return undefined;
  if (isObject(match.peer)) {
    const same = (other: Json | undefined) => other !== undefined && kindOf(other.kind) === kindOf(match.peer.kind)
      && (match.peer.id === '*' || String(other.id).toLowerCase() === String(match.peer.id).toLowerCase());
    if (same(peer)) return { rank: 7, by: 'binding.peer' };
    return same(input.parentPeer) ? { rank: 6, by: 'binding.peer.parent' } : undefined;
  }
  for (const [name, rank] of [['guildId', 5], ['teamId', 4]] as const) {
    if (text(match[name]) === undefined) continue;
    return text(match[name]) === text(input[name]) ? { rank, by: `binding.${name.replace('Id', '')}` } : undefined;
  }
  return account === '*' ? { rank: 2, by: 'binding.channel' } : { rank: 3, by: 'binding.account' };
}

export function resolveAgentRoute(input: Json): Json {
  const { cfg } = input;
  const peer = isObject(input.peer) ? input.peer : undefined;
  let best: { rank: number; by: string; agentId: unknown; dmScope?: unknown } | undefined;
  for (const binding of list(at(cfg, 'bindings')).filter(isObject)) {
    const found = isObject(binding.match) ? fit(binding.match, input, peer) : undefined;
    if (found !== undefined && found.rank > (best?.rank ?? 0)) best = { ...found, agentId: binding.agentId, dmScope: at(binding, 'session', 'dmScope') };
  }
  const agentId = best === undefined ? resolveDefaultAgentId(cfg) : normalizeAgentId(best.agentId);
  const mainKey = at(cfg, 'session', 'mainKey');
  const shared = { agentId, mainKey, channel: input.channel, accountId: input.accountId };
  const sessionKey = buildAgentSessionKey({ ...shared, peer, dmScope: best?.dmScope ?? at(cfg, 'session', 'dmScope'), identityLinks: at(cfg, 'session', 'identityLinks') });
  const mainSessionKey = buildAgentSessionKey({ ...shared, dmScope: 'main' });
  return { agentId, channel: (text(input.channel) ?? '').toLowerCase(), accountId: normalizeAccountId(input.accountId), sessionKey, mainSessionKey,
    lastRoutePolicy: sessionKey === mainSessionKey ? 'main' : 'session', matchedBy: best?.by ?? 'default' };
}

/** The session of a thread below that of its conversation. */
export function resolveThreadSessionKeys(params: Json): { sessionKey: string; parentSessionKey?: string } {
  const thread = text(params.threadId);
  if (thread === undefined) return { sessionKey: params.baseSessionKey, ...(params.parentSessionKey !== undefined && { parentSessionKey: params.parentSessionKey }) };
  const id = (params.normalizeThreadId?.(thread) as string | undefined) ?? thread.toLowerCase();
  const sessionKey = params.useSuffix === false ? params.baseSessionKey : `${params.baseSessionKey}:thread:${id}`;
  return { sessionKey, ...(params.parentSessionKey !== undefined && { parentSessionKey: params.parentSessionKey }) };
}

export const isSubagentSessionKey = (key?: unknown): boolean => /(^|:)subagent:/.test(String(key ?? ''));

export function parseAgentSessionKey(key?: unknown): { agentId: string; rest: string } | null {
  const match = /^agent:([^:]+):(.+)$/.exec(text(key) ?? '');
  return match === null ? null : { agentId: match[1]!, rest: match[2]! };
}

export const resolveAgentIdFromSessionKey = (key?: unknown): string => normalizeAgentId(parseAgentSessionKey(key)?.agentId);
