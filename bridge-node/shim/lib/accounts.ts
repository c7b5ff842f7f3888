// Accounts of channels: their ids, and where in the configuration they stand.

import { at, text, type Json } from './values.js';

export const DEFAULT_ACCOUNT_ID = 'default';
const ID_MAX = 64;

/** An id as it is kept: lower case, letters, digits, `_` and `-`; what is none becomes the default account. */
export function normalizeAccountId(value?: unknown): string {
  const id = (text(value) ?? '').toLowerCase().replace(/[^a-z0-9_-]+/g, '-').slice(0, ID_MAX).replace(/^-+|-+$/g, '');
  return id === '' || id === '__proto__' || id === 'constructor' || id === 'prototype' ? DEFAULT_ACCOUNT_ID : id;
}

export function normalizeOptionalAccountId(value?: unknown): string | undefined {
  return text(value) === undefined ? undefined : normalizeAccountId(value);
}

/** The section of a channel, with what its account says instead. */
export function channelSection(cfg: unknown, channel: unknown, accountId?: unknown): Json {
  const section = at(cfg, 'channels', String(channel)) ?? {};
  const accounts = at(section, 'accounts') ?? {};
  const wanted = normalizeAccountId(accountId);
  const name = Object.keys(accounts).find((key) => normalizeAccountId(key) === wanted);
  return name === undefined ? section : { ...section, ...accounts[name] };
}
