// Which messages are commands to the gateway, and who may give them.

import { isObject, type Json } from './values.js';

const COMMANDS = ['help', 'commands', 'status', 'whoami', 'id', 'context', 'new', 'reset', 'stop', 'abort', 'restart', 'compact', 'model', 'models', 'think', 'thinking', 't',
  'verbose', 'v', 'reasoning', 'reason', 'elevated', 'elev', 'exec', 'queue', 'usage', 'config', 'debug', 'allowlist', 'approve', 'activation', 'send', 'tts', 'skill',
  'subagents', 'bash', 'btw', 'kill', 'steer', 'tell', 'export', 'session', 'agents', 'focus', 'unfocus', 'plugins', 'mcp', 'tools', 'fast', 'dock'];
const KNOWN = new Set(COMMANDS);
const ABORT = new Set(['stop', 'esc', 'abort', 'wait', 'exit', 'interrupt', 'halt', 'stop please', 'please stop', '停止', '停', '中止', 'やめて', 'стоп', 'arrête', 'detente', 'stopp']);

/** `/Name: rest` and `/name@bot rest` as `/name rest`. */
export function normalizeCommandBody(text: string, options: { botUsername?: string } = {}): string {
  const match = /^\/([^\s:@]+)(?:@([^\s:]+))?\s*:?\s*([\s\S]*)$/.exec(text.trim());
  if (match === null) return text.trim();
  const [, name, bot, rest] = match;
  if (bot !== undefined && options.botUsername !== undefined && bot.toLowerCase() !== options.botUsername.toLowerCase()) return text.trim();
  return `/${name!.toLowerCase()}${rest ? ` ${rest}` : ''}`;
}

/** The command's name when the text is one that the gateway knows. */
export function maybeResolveTextAlias(text: string, _cfg?: unknown): string | null {
  const name = /^\/([a-z0-9_-]+)(?=\s|$)/.exec(normalizeCommandBody(text))?.[1];
  return name !== undefined && KNOWN.has(name) ? `/${name}` : null;
}

export const hasControlCommand = (text?: string, cfg?: unknown): boolean => typeof text === 'string' && maybeResolveTextAlias(text, cfg) !== null;

export function isAbortRequestText(text?: string): boolean {
  if (typeof text !== 'string') return false;
  const plain = text.trim().toLowerCase().replace(/[.!?…,，。;；:：'"’”)\]}\s]+$/u, '');
  return plain === '/stop' || plain === '/abort' || ABORT.has(plain);
}

/** `/btw question`: asked beside the turn that runs. */
export const isBtwRequestText = (text?: string): boolean => typeof text === 'string' && /^\/btw(?:\s|:|$)/i.test(text.trim());

export const isControlCommandMessage = (text?: string, cfg?: unknown): boolean => hasControlCommand(text, cfg) || isAbortRequestText(text);

/** Whether it matters if the sender may give commands: the text is one, or one stands in it. */
export const shouldComputeCommandAuthorized = (text?: string, cfg?: unknown): boolean =>
  isControlCommandMessage(text, cfg) || (typeof text === 'string' && /(?:^|\s)[/!][a-z]/i.test(text));

export const shouldHandleTextCommands = (params: Json = {}): boolean =>
  params.commandSource === 'native' || params.cfg?.commands?.text !== false || params.nativeSupported === false;

/** Access groups on: one list that is set must name the sender. Off: as the mode says. */
export function resolveCommandAuthorizedFromAuthorizers(params: Json): boolean {
  const authorizers: Json[] = (params.authorizers ?? []).filter(isObject);
  const named = authorizers.some(({ configured, allowed }) => configured === true && allowed === true);
  if (params.useAccessGroups !== false) return named;
  if (params.modeWhenAccessGroupsOff === 'deny') return false;
  if (params.modeWhenAccessGroupsOff !== 'configured') return true;
  return authorizers.some(({ configured }) => configured === true) ? named : true;
}
