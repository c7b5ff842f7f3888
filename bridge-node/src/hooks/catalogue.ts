// Upstream's typed hooks, one row each: how handlers run, how their results become one.
//
//   void       side by side, results ignored        modify    one after another, results merged
//   claim      one after another, the first that    sync      one after another, a promise is ignored,
//              says `handled` wins                            each sees the message of the one before
//   evaluate   side by side, each result kept with its plugin

import {
  appendFindings, chainMessage, chainPayload, concatenate, firstDefined, firstOrigin, gateRun, gateTool, finalize, laterKeys,
  promptBuild, sending, type Merge,
} from './merge.js';

export type HookKind = 'void' | 'modify' | 'claim' | 'sync' | 'evaluate';

export interface HookRow {
  kind: HookKind;
  timeoutMs?: number;
  merge?: Merge;
  /** What each handler gets its own copy of. */
  copies?: 'event' | 'messages' | 'payload';
  /** Handlers get an event that they cannot change. */
  frozen?: boolean;
  /** What a failing handler does to the result; without it the others' results stand. */
  onFailure?: (message: string) => Record<string, unknown>;
  /** Needs hooks.allowConversationAccess; the kernel keeps the rule. */
  conversation?: boolean;
  /** Can be cut by hooks.allowPromptInjection: false. */
  prompt?: boolean;
}

const GATE_MS = 15_000;
const OBSERVER_MS = 30_000;
const blocked = (message: string) => ({ block: true, blockReason: message });

const row = (kind: HookKind, more: Omit<HookRow, 'kind'> = {}): HookRow => ({ kind, ...more });
const seen = (more: Omit<HookRow, 'kind'> = {}): HookRow => row('void', more);

export const HOOKS: ReadonlyMap<string, HookRow> = new Map(Object.entries({
  before_model_resolve: row('modify', { merge: firstDefined('modelOverride', 'providerOverride'), conversation: true }),
  agent_turn_prepare: row('modify', { merge: concatenate('prependContext', 'appendContext'), copies: 'messages', conversation: true, prompt: true }),
  before_prompt_build: row('modify', { merge: promptBuild, timeoutMs: GATE_MS, copies: 'messages', conversation: true, prompt: true }),
  before_agent_reply: row('claim', { conversation: true }),
  before_agent_run: row('modify', { merge: gateRun, timeoutMs: GATE_MS, conversation: true,
    onFailure: (message) => ({ outcome: 'block', reason: message }) }),
  before_agent_finalize: row('modify', { merge: finalize, timeoutMs: GATE_MS, conversation: true }),
  agent_end: seen({ timeoutMs: OBSERVER_MS, conversation: true }),
  heartbeat_prompt_contribution: row('modify', { merge: concatenate('prependContext', 'appendContext'), prompt: true }),
  model_call_started: seen(),
  model_call_ended: seen(),
  llm_input: seen({ conversation: true }),
  llm_output: seen({ conversation: true }),
  before_compaction: seen({ timeoutMs: OBSERVER_MS }),
  after_compaction: seen({ timeoutMs: OBSERVER_MS }),
  before_reset: seen(),
  before_tool_call: row('modify', { merge: gateTool, timeoutMs: GATE_MS, copies: 'event', onFailure: blocked }),
  after_tool_call: seen(),
  resolve_exec_env: row('modify', { merge: laterKeys, timeoutMs: GATE_MS }),
  tool_result_persist: row('sync', { merge: chainMessage }),
  before_message_write: row('sync', { merge: chainMessage }),
  inbound_claim: row('claim'),
  channel_pairing_requested: seen({ timeoutMs: 2000 }),
  message_received: seen(),
  message_sending: row('modify', { merge: sending, timeoutMs: GATE_MS }),
  reply_payload_sending: row('modify', { merge: chainPayload, timeoutMs: GATE_MS, copies: 'payload' }),
  message_sent: seen(),
  before_dispatch: row('claim'),
  reply_dispatch: row('claim'),
  session_start: seen(),
  session_end: seen(),
  subagent_delivery_target: row('modify', { merge: firstOrigin }),
  subagent_spawned: seen(),
  subagent_progress: seen(),
  subagent_ended: seen(),
  gateway_start: seen(),
  gateway_stop: seen({ timeoutMs: 5000 }),
  cron_reconciled: seen(),
  cron_changed: seen(),
  before_install: row('modify', { merge: appendFindings, timeoutMs: GATE_MS, onFailure: blocked }),
  skill_proposal_evaluate: row('evaluate', { timeoutMs: 120_000, frozen: true }),
  skill_proposal_changed: seen({ timeoutMs: OBSERVER_MS, frozen: true }),
  skill_changed: seen({ timeoutMs: OBSERVER_MS, frozen: true }),
}));

/** Names that upstream has given up and published plugins still use. */
export const HOOK_ALIASES: ReadonlyMap<string, string> = new Map([
  ['before_agent_start', 'before_prompt_build'],
  ['subagent_spawning', 'subagent_spawned'],
  ['deactivate', 'gateway_stop'],
]);

/** Points of the host's own, for registrars that act like hooks. */
export const EXTRA_POINTS: ReadonlyMap<string, HookRow> = new Map(Object.entries({
  tool_result_middleware: row('modify', { merge: chainPayload, timeoutMs: GATE_MS, copies: 'event' }),
  conversation_binding_resolved: row('void'),
  agent_event: row('void'),
  trusted_tool_policy: row('modify', { merge: gateTool, timeoutMs: GATE_MS, copies: 'event', onFailure: blocked }),
}));

export const INTERNAL_PREFIX = 'internal:';

/** Points for which the gateway has no place yet: handlers may be registered, and nobody asks them. */
const NOT_ASKED: ReadonlySet<string> = new Set(['before_compaction', 'after_compaction', 'resolve_exec_env', 'before_install', 'inbound_claim', 'reply_dispatch',
  'heartbeat_prompt_contribution', 'subagent_delivery_target', 'subagent_spawned', 'subagent_progress', 'subagent_ended', 'cron_reconciled', 'cron_changed',
  'skill_proposal_evaluate', 'skill_proposal_changed', 'skill_changed', 'conversation_binding_resolved', 'agent_event']);
const ASKED_INTERNAL: ReadonlySet<string> = new Set(['gateway', 'gateway:startup', 'gateway:shutdown', 'message', 'message:received', 'message:sent']);

/** Whether the kernel asks at this point. */
export const isAsked = (point: string): boolean =>
  (point.startsWith(INTERNAL_PREFIX) ? ASKED_INTERNAL.has(point.slice(INTERNAL_PREFIX.length)) : !NOT_ASKED.has(point));

/** The row of a point, hooks of upstream's older kind included; none for a name that nobody knows. */
export function rowOf(name: string): HookRow | undefined {
  if (name.startsWith(INTERNAL_PREFIX)) return { kind: 'modify', timeoutMs: OBSERVER_MS };
  return HOOKS.get(name) ?? EXTRA_POINTS.get(name);
}
