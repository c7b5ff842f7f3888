// How the results of several handlers become one. A merge gets what came before and the next result, never none.

import { isObject, type Json } from '../json.js';

export interface Merged {
  result: Json;
  /** No handler after this one is asked. */
  stop?: boolean;
}

export type Merge = (before: Json | undefined, next: Json, event: Json) => Merged;

const defined = (value: unknown): boolean => value !== undefined && value !== null;

/** Of each member the first that is there. */
export const firstDefined = (...members: string[]): Merge => (before, next) => {
  const result: Json = { ...before };
  for (const member of members) if (!defined(result[member]) && defined(next[member])) result[member] = next[member];
  return { result };
};

function join(before: Json | undefined, next: Json, members: string[]): Json {
  const result: Json = { ...before };
  for (const member of members) {
    if (!defined(next[member]) || next[member] === '') continue;
    result[member] = defined(result[member]) ? `${result[member]}\n\n${next[member]}` : next[member];
  }
  return result;
}

/** Texts one after another, a blank line between. */
export const concatenate = (...members: string[]): Merge => (before, next) => ({ result: join(before, next, members) });

const PROMPT_TEXTS = ['prependContext', 'appendContext', 'prependSystemContext', 'appendSystemContext'];

export const promptBuild: Merge = (before, next) => {
  const result = join(before, next, PROMPT_TEXTS);
  for (const first of ['systemPrompt', 'modelOverride', 'providerOverride']) {
    if (!defined(result[first]) && defined(next[first])) result[first] = next[first];
  }
  if (Array.isArray(next.toolsAllow)) {
    const allowed = next.toolsAllow as unknown[];
    result.toolsAllow = Array.isArray(result.toolsAllow) ? result.toolsAllow.filter((tool) => allowed.includes(tool)) : allowed;
  }
  return { result };
};

/** Anything but a clear pass is a block. */
export const gateRun: Merge = (_before, next) => {
  if (next.outcome === 'pass') return { result: { outcome: 'pass' } };
  if (next.outcome === 'block' && typeof next.reason === 'string') return { result: next, stop: true };
  return { result: { outcome: 'block', reason: 'a plugin gave no valid decision' }, stop: true };
};

const FINALIZE_RANK: Record<string, number> = { continue: 0, revise: 1, finalize: 2 };

export const finalize: Merge = (before, next) => {
  const rank = (result: Json | undefined) => FINALIZE_RANK[String(result?.action)] ?? 0;
  if (rank(next) > rank(before) || before === undefined) return { result: next };
  if (rank(next) < rank(before) || next.action !== 'revise') return { result: before };
  const reasons = [before.reason, next.reason].filter((reason) => typeof reason === 'string' && reason !== '');
  return { result: { ...before, ...(reasons.length > 0 && { reason: reasons.join('\n\n') }), retry: before.retry ?? next.retry } };
};

/** Parameters: the last, until somebody asks for approval. A block stays and ends it. */
export const gateTool: Merge = (before, next) => {
  const result: Json = { ...before };
  if (isObject(next.params) && !defined(result.requireApproval)) result.params = next.params;
  if (isObject(next.requireApproval) && !defined(result.requireApproval)) result.requireApproval = next.requireApproval;
  if (typeof next.blockReason === 'string') result.blockReason = next.blockReason;
  if (next.block !== true) return { result };
  return { result: { ...result, block: true }, stop: true };
};

/** Later keys win; only texts are taken. */
export const laterKeys: Merge = (before, next) => ({
  result: { ...before, ...Object.fromEntries(Object.entries(next).filter(([, value]) => typeof value === 'string')) },
});

export const chainMessage: Merge = (before, next) => {
  const result: Json = { ...before };
  if (isObject(next.message)) result.message = next.message;
  return next.block === true ? { result: { ...result, block: true }, stop: true } : { result };
};

export const chainPayload: Merge = (before, next) => {
  const result: Json = { ...before };
  for (const member of ['payload', 'result', 'reason']) if (defined(next[member])) result[member] = next[member];
  return next.cancel === true ? { result: { ...result, cancel: true }, stop: true } : { result };
};

export const sending: Merge = (before, next) => {
  const result: Json = { ...before };
  for (const member of ['content', 'metadata', 'cancelReason']) if (defined(next[member])) result[member] = next[member];
  return next.cancel === true ? { result: { ...result, cancel: true }, stop: true } : { result };
};

export const firstOrigin: Merge = (before, next) => {
  const result: Json = { ...before };
  if (isObject(next.origin) && !isObject(result.origin)) result.origin = next.origin;
  return { result };
};

export const appendFindings: Merge = (before, next) => {
  const result: Json = { ...before };
  if (Array.isArray(next.findings)) result.findings = [...((result.findings as unknown[] | undefined) ?? []), ...next.findings];
  if (typeof next.blockReason === 'string') result.blockReason = next.blockReason;
  return next.block === true ? { result: { ...result, block: true }, stop: true } : { result };
};
