// Who may write to the bot, and who may command it.

import { list, text, type Json } from './values.js';

export const PAIRING_APPROVED_MESSAGE = '✅ The gateway knows you now. Send a message to begin.';

export function addWildcardAllowFrom(allowFrom?: unknown): string[] {
  const entries = list(allowFrom).map((entry) => String(entry).trim()).filter((entry) => entry !== '');
  return entries.includes('*') ? entries : [...entries, '*'];
}

export const formatAllowFromLowercase = ({ allowFrom, stripPrefixRe }: Json): string[] =>
  list(allowFrom).map((entry) => String(entry).trim()).filter((entry) => entry !== '')
    .map((entry) => (stripPrefixRe === undefined ? entry : entry.replace(stripPrefixRe, '')).toLowerCase());

export function isNormalizedSenderAllowed({ senderId, allowFrom, stripPrefixRe }: Json): boolean {
  const allowed = formatAllowFromLowercase({ allowFrom, stripPrefixRe });
  return allowed.includes('*') || allowed.includes(String(senderId).trim().toLowerCase());
}

export const mergeAllowFrom = (configured: unknown, stored: unknown): string[] =>
  [...new Set([...list(configured), ...list(stored)].map((entry) => String(entry).trim()).filter((entry) => entry !== ''))];

/** Whether the sender is let in and may give commands; the pairing store counts for direct messages only. */
export async function resolveSenderCommandAuthorization(params: Json): Promise<Json> {
  const { cfg, rawBody, isGroup, dmPolicy, senderId, isSenderAllowed } = params;
  const shouldComputeAuth: boolean = params.shouldComputeCommandAuthorized(rawBody, cfg);
  const reads = isGroup !== true && dmPolicy !== 'allowlist' && (dmPolicy !== 'open' || shouldComputeAuth);
  const stored = reads ? await Promise.resolve(params.readAllowFromStore()).catch(() => []) : [];
  const effectiveAllowFrom = mergeAllowFrom(params.configuredAllowFrom, stored);
  const effectiveGroupAllowFrom = list(params.configuredGroupAllowFrom).map(String);
  const commandAuthorizers = [{ list: effectiveAllowFrom }, { list: isGroup === true ? effectiveGroupAllowFrom : [] }]
    .map(({ list: entries }) => ({ configured: entries.length > 0, allowed: entries.length > 0 && isSenderAllowed(senderId, entries) === true }));
  const senderAllowedForCommands: boolean = isSenderAllowed(senderId, isGroup === true ? effectiveGroupAllowFrom : effectiveAllowFrom);
  const commandAuthorized = shouldComputeAuth
    ? params.resolveCommandAuthorizedFromAuthorizers({ useAccessGroups: cfg?.commands?.useAccessGroups !== false, authorizers: commandAuthorizers })
    : undefined;
  return { shouldComputeAuth, effectiveAllowFrom, effectiveGroupAllowFrom, senderAllowedForCommands, commandAuthorized };
}

export const resolveSenderCommandAuthorizationWithRuntime = ({ runtime, ...params }: Json): Promise<Json> =>
  resolveSenderCommandAuthorization({ ...params, shouldComputeCommandAuthorized: runtime.shouldComputeCommandAuthorized,
    resolveCommandAuthorizedFromAuthorizers: runtime.resolveCommandAuthorizedFromAuthorizers });

export function resolveDirectDmAuthorizationOutcome({ isGroup, dmPolicy, senderAllowedForCommands }: Json): 'disabled' | 'unauthorized' | 'allowed' {
  if (isGroup === true) return 'allowed';
  if (dmPolicy === 'disabled') return 'disabled';
  return dmPolicy === 'open' || senderAllowedForCommands === true ? 'allowed' : 'unauthorized';
}

/** The session in which a native command runs, and the one that it is about. */
export function resolveNativeCommandSessionTargets(params: Json): { sessionKey: string; commandTargetSessionKey: string } {
  const own = params.boundSessionKey ?? `agent:${params.agentId}:${params.sessionPrefix}:${params.userId}`;
  return { sessionKey: params.lowercaseSessionKey === true ? own.toLowerCase() : own, commandTargetSessionKey: params.boundSessionKey ?? params.targetSessionKey };
}

export const formatPairingApproveHint = (channel: string): string => `To let somebody in, add them to allowFrom of channels.${channel}; the log names who asks, with a code`;

/** Who may send direct messages to an account, and where that stands. */
export function buildAccountScopedDmSecurityPolicy(params: Json): Json {
  const account = params.accountId ?? params.fallbackAccountId ?? 'default';
  const section = params.cfg?.channels?.[params.channelKey];
  const base = section?.accounts?.[account] !== undefined ? `channels.${params.channelKey}.accounts.${account}.` : `channels.${params.channelKey}.`;
  return { policy: params.policy ?? params.defaultPolicy ?? 'pairing', allowFrom: params.allowFrom ?? [],
    policyPath: params.policyPathSuffix === undefined ? undefined : `${base}${params.policyPathSuffix}`, allowFromPath: `${base}${params.allowFromPathSuffix ?? ''}`,
    approveHint: params.approveHint ?? formatPairingApproveHint(params.approveChannelId ?? params.channelKey), normalizeEntry: params.normalizeEntry };
}

/** The policies that a section may name; anything else is pairing. */
export const resolveDmPolicy = (value: unknown): string => (['open', 'pairing', 'allowlist', 'disabled'].includes(text(value) ?? '') ? text(value)! : 'pairing');
