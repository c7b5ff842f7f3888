// Runs a point: every handler of every plugin in upstream's order, results merged into one.

import { textOf } from '../connection/errors.js';
import { within } from '../plugin/deadline.js';
import { encodeValue } from '../plugin/values.js';
import type { Plugin } from '../plugin/plugin.js';
import { isObject, type Json } from '../json.js';
import { INTERNAL_PREFIX, rowOf, type HookRow } from './catalogue.js';
import { frozen, view } from './isolation.js';
import type { HookHandler } from './handlers.js';

const DEFAULT_MS = 30_000;

export interface HookFailure {
  plugin: string;
  message: string;
}

export interface HookOutcome {
  result?: Json;
  failures?: HookFailure[];
}

interface Candidate {
  plugin: Plugin;
  entry: HookHandler;
}

interface Run {
  name: string;
  row: HookRow;
  event: Json;
  context: Json;
  /** What of a context cannot travel, made anew here. */
  extras: Json;
  failures: HookFailure[];
}

/** Highest priority first, then who registered first; those that run late after all others. */
function candidates(plugins: readonly Plugin[], name: string, event: Json, context: Json): Candidate[] {
  const found: Candidate[] = [];
  const tool = typeof event.toolName === 'string' ? event.toolName.toLowerCase() : undefined;
  for (const plugin of plugins) {
    for (const entry of plugin.hooks.of(name)) {
      const forTool = entry.tools === undefined || tool === undefined || entry.tools.includes(tool);
      const forTrigger = entry.triggers === undefined || typeof context.trigger !== 'string' || entry.triggers.includes(context.trigger);
      if (forTool && forTrigger) found.push({ plugin, entry });
    }
  }
  return found.sort((a, b) => Number(a.entry.late) - Number(b.entry.late) || b.entry.priority - a.entry.priority || a.entry.order - b.entry.order);
}

function timeoutOf({ plugin, entry }: Candidate, run: Run): number {
  const entries = (plugin.gatewayConfig.plugins as Json | undefined)?.entries as Json | undefined;
  const operator = (entries?.[plugin.id] as Json | undefined)?.hooks as { timeouts?: Json; timeoutMs?: unknown } | undefined;
  const chosen = [operator?.timeouts?.[run.name], operator?.timeoutMs, entry.timeoutMs, run.row.timeoutMs, DEFAULT_MS];
  return chosen.find((ms): ms is number => typeof ms === 'number' && ms > 0)!;
}

/** The handler's result, or none: it has failed, and that is noted. */
async function ask(candidate: Candidate, run: Run, eventOf: () => unknown): Promise<{ value?: unknown; failed?: string }> {
  const { plugin, entry } = candidate;
  try {
    const context = { ...run.context, ...run.extras, pluginConfig: plugin.config, pluginId: plugin.id };
    const work = plugin.run(async () => entry.handler(eventOf(), context));
    const value = await within(timeoutOf(candidate, run), work, `${run.name}: no result`);
    return { value: run.row.kind === 'void' ? undefined : encodeValue(plugin.handles, value) };
  } catch (error) {
    const message = textOf(error);
    run.failures.push({ plugin: plugin.id, message });
    return { failed: message };
  }
}

async function observe(list: Candidate[], run: Run): Promise<undefined> {
  await Promise.all(list.map((candidate) => ask(candidate, run, () => view(run.row, run.event, undefined))));
}

async function modify(list: Candidate[], run: Run): Promise<Json | undefined> {
  let merged: Json | undefined;
  for (const candidate of list) {
    const { value, failed } = await ask(candidate, run, () => view(run.row, run.event, merged));
    const next = failed === undefined ? value : run.row.onFailure?.(failed);
    // A gate that answers with nothing has not decided; with null or nonsense it has decided against.
    const strict = run.name === 'before_agent_run' && next !== undefined && !isObject(next);
    if (!isObject(next) && !strict) continue;
    const { prependContext, appendContext } = (isObject(next) ? next : {}) as Json;
    const step = run.row.merge!(merged, candidate.entry.late ? { prependContext, appendContext } : isObject(next) ? next : {}, run.event);
    merged = step.result;
    if (step.stop) break;
  }
  return merged;
}

async function claim(list: Candidate[], run: Run): Promise<Json | undefined> {
  for (const candidate of list) {
    const { value } = await ask(candidate, run, () => view(run.row, run.event, undefined));
    if (isObject(value) && value.handled === true) return { ...value, plugin: candidate.plugin.id };
  }
  return undefined;
}

function chain(list: Candidate[], run: Run): Json | undefined {
  let merged: Json | undefined;
  for (const { plugin, entry } of list) {
    try {
      const value = plugin.run(() => entry.handler(merged === undefined ? run.event : { ...run.event, ...merged }, run.context));
      if (value instanceof Promise) {
        value.catch(() => {});
        throw new Error(`${run.name}: the handler returned a promise, which is ignored: it must be synchronous`);
      }
      if (!isObject(value)) continue;
      const step = run.row.merge!(merged, value, run.event);
      merged = step.result;
      if (step.stop) break;
    } catch (error) {
      run.failures.push({ plugin: plugin.id, message: textOf(error) });
    }
  }
  return merged;
}

async function evaluate(list: Candidate[], run: Run): Promise<Json | undefined> {
  const evaluations: Json[] = [];
  await Promise.all(list.map(async (candidate) => {
    const { value } = await ask(candidate, run, () => view(run.row, run.event, undefined));
    if (isObject(value)) evaluations.push({ ...value, plugin: candidate.plugin.id });
  }));
  return evaluations.length > 0 ? { evaluations } : undefined;
}

/** Hooks of upstream's older kind share one event; what handlers push to `messages` and change in `context` is the result. */
async function internal(list: Candidate[], run: Run): Promise<Json | undefined> {
  const event = { messages: [] as unknown[], context: run.context, timestamp: new Date(), ...run.event };
  for (const candidate of list) await ask(candidate, run, () => event);
  return list.length === 0 ? undefined : (encodeValue(undefined, { messages: event.messages, context: event.context }) as Json);
}

export async function runHook(plugins: readonly Plugin[], name: string, event: Json, context: Json, extras: Json = {}): Promise<HookOutcome> {
  const row = rowOf(name);
  if (row === undefined) return {};
  const run: Run = { name, row, event: row.frozen ? frozen(event) : event, context, extras, failures: [] };
  const list = candidates(plugins, name, event, context);
  // Upstream's older hooks can be heard by their family, too: command hears command:new.
  const family = name.startsWith(INTERNAL_PREFIX) ? name.split(':', 2).join(':') : name;
  if (family !== name) list.push(...candidates(plugins, family, event, context));
  const kinds = { void: observe, modify, claim, sync: chain, evaluate };
  const result = await (name.startsWith(INTERNAL_PREFIX) ? internal : kinds[row.kind])(list, run);
  return { ...(result !== undefined && { result }), ...(run.failures.length > 0 && { failures: run.failures }) };
}
