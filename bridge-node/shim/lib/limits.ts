// How long messages of a channel may be, how they are cut, and how tables are shown.

import { channelSection } from './accounts.js';
import type { ChunkMode } from './chunks.js';
import type { TableMode } from './tables.js';
import { at, type Json } from './values.js';

const LIMIT = 4000;

export function resolveTextChunkLimit(cfg?: unknown, channel?: unknown, accountId?: unknown, options: Json = {}): number {
  const limit = channelSection(cfg, channel, accountId).textChunkLimit;
  return typeof limit === 'number' && limit > 0 ? limit : options?.fallbackLimit > 0 ? options.fallbackLimit : LIMIT;
}

export const resolveChunkMode = (cfg?: unknown, channel?: unknown, accountId?: unknown): ChunkMode =>
  (channelSection(cfg, channel, accountId).chunkMode === 'newline' ? 'newline' : 'length');

export function resolveMarkdownTableMode(params: Json = {}): TableMode {
  const mode = at(channelSection(params.cfg, params.channel, params.accountId), 'markdown', 'tables') ?? at(params.cfg, 'markdown', 'tables');
  return ['off', 'bullets', 'code', 'block'].includes(mode) ? mode : 'code';
}
