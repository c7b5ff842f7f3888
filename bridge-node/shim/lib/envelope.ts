// The line before a message that tells the model where it comes from, and the context of a message as turns want it.

import { at, text, type Json } from './values.js';

export function resolveEnvelopeFormatOptions(cfg?: unknown): Json {
  const defaults = at(cfg, 'agents', 'defaults') ?? {};
  return { timezone: text(defaults.envelopeTimezone) ?? 'local', includeTimestamp: defaults.envelopeTimestamp !== 'off',
    includeElapsed: defaults.envelopeElapsed !== 'off', userTimezone: text(defaults.userTimezone) };
}

const zoneOf = (options: Json): string | undefined => {
  if (options.timezone === 'utc') return 'UTC';
  if (options.timezone === 'user') return options.userTimezone;
  return options.timezone === undefined || options.timezone === 'local' ? undefined : options.timezone;
};

export function formatTimestamp(value: unknown, options: Json = {}): string | undefined {
  if (options.includeTimestamp === false || value === undefined || value === null) return undefined;
  const date = new Date(value as number);
  if (Number.isNaN(date.getTime())) return undefined;
  const format = (timeZone?: string) => new Intl.DateTimeFormat('en-CA', { weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short', ...(timeZone !== undefined && { timeZone }) });
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = format(zoneOf(options)).formatToParts(date);
  } catch {
    parts = format('UTC').formatToParts(date); // a zone that there is not
  }
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}

function elapsed(now: unknown, before: unknown): string | undefined {
  const seconds = Math.floor((Number(now) - Number(before)) / 1000);
  if (!(seconds >= 0)) return undefined;
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

const safe = (value: string): string => value.replace(/[\r\n]+/g, ' ').replaceAll('[', '(').replaceAll(']', ')');

/** `[Channel sender +5m Fri 2026-11-20 10:00 UTC] body` */
export function formatAgentEnvelope(params: Json): string {
  const options = params.envelope ?? {};
  const { timestamp, previousTimestamp } = params;
  const since = options.includeElapsed === false || previousTimestamp === undefined ? undefined : elapsed(timestamp ?? Date.now(), previousTimestamp);
  const from = text(params.from);
  const parts = [safe(text(params.channel) ?? 'Channel'), ...(from === undefined ? [] : [since === undefined ? safe(from) : `${safe(from)} +${since}`]),
    text(params.host), text(params.ip), formatTimestamp(timestamp, options)].filter((part) => part !== undefined);
  return `[${parts.join(' ')}] ${params.body ?? ''}`;
}

/** As above; in a group the sender stands before the words. */
export function formatInboundEnvelope(params: Json): string {
  const direct = params.chatType === undefined || params.chatType === 'direct';
  const sender = text(params.senderLabel) ?? text(at(params.sender, 'name')) ?? text(at(params.sender, 'username')) ?? text(at(params.sender, 'id'));
  const body = !direct && sender !== undefined ? `${safe(sender)}: ${params.body}` : params.body;
  return formatAgentEnvelope({ ...params, body });
}

/** Fills in what a turn needs of a message's context, in place, as plugins expect it. */
export function finalizeInboundContext<T extends Json>(ctx: T, options: Json = {}): T {
  const filled: Json = ctx;
  const plain = (value: unknown): string | undefined => (typeof value === 'string' ? value.replace(/\r\n?/g, '\n') : undefined);
  for (const name of ['Body', 'RawBody', 'CommandBody', 'Transcript', 'ThreadStarterBody']) if (plain(filled[name]) !== undefined) filled[name] = plain(filled[name]);
  filled.Body ??= '';
  const agent = options.forceBodyForAgent === true ? undefined : plain(filled.BodyForAgent);
  filled.BodyForAgent = agent ?? plain(filled.CommandBody) ?? plain(filled.RawBody) ?? filled.Body;
  const commands = options.forceBodyForCommands === true ? undefined : plain(filled.BodyForCommands);
  filled.BodyForCommands = commands ?? plain(filled.CommandBody) ?? plain(filled.RawBody) ?? filled.Body;
  const type = text(filled.ChatType)?.toLowerCase();
  if (type !== undefined) filled.ChatType = type === 'dm' ? 'direct' : type;
  filled.ConversationLabel = text(filled.ConversationLabel) ?? text(filled.ThreadLabel)
    ?? (filled.ChatType === 'direct' ? text(filled.SenderName) : text(filled.GroupSubject)) ?? text(filled.From);
  filled.CommandAuthorized = filled.CommandAuthorized === true;
  const paths: unknown[] = Array.isArray(filled.MediaPaths) ? filled.MediaPaths : filled.MediaPath === undefined ? [] : [filled.MediaPath];
  if (paths.length > 0) {
    filled.MediaPaths = paths;
    filled.MediaPath ??= paths[0];
    filled.MediaTypes = Array.isArray(filled.MediaTypes) ? filled.MediaTypes : paths.map(() => text(filled.MediaType) ?? 'application/octet-stream');
    filled.MediaType ??= filled.MediaTypes[0];
  }
  return ctx;
}
