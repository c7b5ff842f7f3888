// Groups: which are let in, where the bot must be called by name, and whether it was.

import { channelSection } from './accounts.js';
import { at, isObject, list, text, type Json } from './values.js';

function groupOf(section: Json, params: Json): Json | undefined {
  const groups = isObject(section.groups) ? section.groups : {};
  const id = text(params.groupId);
  if (id === undefined) return undefined;
  if (Object.hasOwn(groups, id)) return groups[id];
  if (params.groupIdCaseInsensitive !== true) return undefined;
  const name = Object.keys(groups).find((key) => key.toLowerCase() === id.toLowerCase());
  return name === undefined ? undefined : groups[name];
}

export function resolveGroupPolicy(params: Json): Json {
  const section = channelSection(params.cfg, params.channel, params.accountId);
  const groups = isObject(section.groups) ? section.groups : {};
  const groupConfig = groupOf(section, params);
  const defaultConfig = groups['*'];
  const policy = section.groupPolicy ?? at(params.cfg, 'channels', 'defaults', 'groupPolicy');
  const allowlistEnabled = policy === 'allowlist' || Object.keys(groups).length > 0;
  const listed = groupConfig !== undefined || defaultConfig !== undefined || (Object.keys(groups).length === 0 && params.hasGroupAllowFrom === true);
  const allowed = policy === 'disabled' ? false : policy === 'open' || !allowlistEnabled || listed;
  return { allowlistEnabled, allowed, ...(groupConfig !== undefined && { groupConfig }), ...(defaultConfig !== undefined && { defaultConfig }) };
}

export function resolveRequireMention(params: Json): boolean {
  const { groupConfig, defaultConfig } = resolveGroupPolicy(params);
  const override = typeof params.requireMentionOverride === 'boolean' ? params.requireMentionOverride : undefined;
  if (override !== undefined && params.overrideOrder === 'before-config') return override;
  const configured = groupConfig?.requireMention ?? defaultConfig?.requireMention;
  if (typeof configured === 'boolean') return configured;
  return override ?? !(params.configuredGroupDefaultsToNoMention === true && groupConfig !== undefined);
}

const plain = (value: string): string => value.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f]/g, '').toLowerCase();

export function buildMentionRegexes(cfg?: unknown, agentId?: string): RegExp[] {
  const agent = list(at(cfg, 'agents', 'list')).find((found) => at(found, 'id') === agentId);
  const name = text(at(agent, 'identity', 'name'));
  const patterns = at(agent, 'groupChat', 'mentionPatterns') ?? at(cfg, 'messages', 'groupChat', 'mentionPatterns')
    ?? (name === undefined ? [] : [`@?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`]);
  return list(patterns).flatMap((pattern) => {
    try {
      return [new RegExp(String(pattern), 'iu')];
    } catch {
      return []; // not a pattern; the configuration's check tells it
    }
  });
}

export const matchesMentionPatterns = (value: string, regexes: RegExp[]): boolean => regexes.some((regex) => regex.test(plain(value ?? '')));

export function matchesMentionWithExplicit(params: Json): boolean {
  const { explicit, mentionRegexes } = params;
  if (explicit?.isExplicitlyMentioned === true) return true;
  if (explicit?.hasAnyMention === true && explicit?.canResolveExplicit === true) return false;
  return matchesMentionPatterns(params.text, mentionRegexes) || (params.transcript !== undefined && matchesMentionPatterns(params.transcript, mentionRegexes));
}

export const implicitMentionKindWhen = (kind: string, enabled: boolean): string[] => (enabled ? [kind] : []);

export function resolveInboundMentionDecision(params: Json): Json {
  const facts = params.facts ?? params;
  const policy = params.policy ?? params;
  const implicit: string[] = list(facts.implicitMentionKinds).filter((kind) => list(policy.allowedImplicitMentionKinds ?? [kind]).includes(kind));
  const mentioned = facts.wasMentioned === true || implicit.length > 0;
  const bypass = policy.isGroup === true && policy.requireMention === true && !mentioned && facts.hasAnyMention !== true
    && policy.allowTextCommands === true && policy.commandAuthorized === true && policy.hasControlCommand === true;
  const effectiveWasMentioned = mentioned || bypass;
  return { implicitMention: implicit.length > 0, matchedImplicitMentionKinds: implicit, effectiveWasMentioned, shouldBypassMention: bypass,
    shouldSkip: policy.requireMention === true && facts.canDetectMention === true && !effectiveWasMentioned };
}
