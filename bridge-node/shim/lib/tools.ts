// Tools: reading their arguments, giving their results.

import { isObject, list, text, type Json } from './values.js';

export class ToolInputError extends Error {
  readonly status: number = 400;

  constructor(message: string) {
    super(message);
    this.name = 'ToolInputError';
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const readParam = (params: Json, key: string): unknown => (params[key] !== undefined ? params[key] : params[snake(key)]);

export function readStringParam(params: Json, key: string, options: Json = {}): string | undefined {
  const { required = false, trim = true, label = key, allowEmpty = false } = options;
  const raw = readParam(params, key);
  const value = typeof raw === 'string' ? (trim ? raw.trim() : raw) : undefined;
  if (value !== undefined && (value !== '' || allowEmpty)) return value;
  if (required) throw new ToolInputError(`${label} required`);
  return undefined;
}

export function readStringOrNumberParam(params: Json, key: string, options: Json = {}): string | undefined {
  const raw = readParam(params, key);
  return readStringParam(typeof raw === 'number' && Number.isFinite(raw) ? { [key]: String(raw) } : params, key, options);
}

export function readNumberParam(params: Json, key: string, options: Json = {}): number | undefined {
  const { required = false, label = key, integer = false } = options;
  const raw = readParam(params, key);
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : Number.NaN;
  if (Number.isFinite(value)) return integer ? Math.trunc(value) : value;
  if (required) throw new ToolInputError(`${label} required`);
  return undefined;
}

export function readStringArrayParam(params: Json, key: string, options: Json = {}): string[] | undefined {
  const { required = false, label = key } = options;
  const raw = readParam(params, key);
  const values = (typeof raw === 'string' ? [raw] : list(raw)).filter((entry) => typeof entry === 'string').map((entry: string) => entry.trim()).filter((entry) => entry !== '');
  if (values.length > 0) return values;
  if (required) throw new ToolInputError(`${label} required`);
  return undefined;
}

export function readBooleanParam(params: Json, key: string): boolean | undefined {
  const raw = readParam(params, key);
  if (typeof raw === 'boolean') return raw;
  const word = text(raw)?.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** Refuses an action that the configuration has switched off. */
export const createActionGate = (actions: Json | undefined) => (key: string, standard = true): boolean =>
  (actions?.[key] === undefined ? standard : actions[key] !== false);

export const textResult = (value: string, details?: unknown): Json => ({ content: [{ type: 'text', text: value }], details });
export const jsonResult = (payload: unknown): Json => textResult(JSON.stringify(payload, null, 2), payload);
export const failedTextResult = (value: string, details: unknown): Json => textResult(value, details);

/** A JSON Schema of words; plain enough for every provider. */
export const stringEnum = (values: readonly string[], options: Json = {}): Json => ({ type: 'string', enum: [...values], ...options });
export const optionalStringEnum = (values: readonly string[], options: Json = {}): Json =>
  Object.defineProperty(stringEnum(values, options), '~optional', { value: true, enumerable: false });

/** Where a message tool sends to, if these are arguments of sending. */
export function extractToolSend(args: Json, expectedAction = 'sendMessage'): Json | null {
  if (!isObject(args) || text(args.action) !== expectedAction) return null;
  const to = text(args.to);
  if (to === undefined) return null;
  const accountId = text(args.accountId);
  const threadId = text(args.threadId);
  return { to, ...(accountId !== undefined && { accountId }), ...(threadId !== undefined && { threadId }) };
}
