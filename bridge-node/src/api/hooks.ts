// api.on and api.registerHook.

import { EXTRA_POINTS, HOOKS, HOOK_ALIASES, INTERNAL_PREFIX, isAsked } from '../hooks/catalogue.js';
import { toolsOf, type Handler, type HookHandler, type HookOptions } from '../hooks/handlers.js';
import type { Plugin } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

/** The time of the handler that takes longest, when any of them says one. */
function longest(handlers: readonly HookHandler[], usual = 30_000): number | undefined {
  if (handlers.every((entry) => entry.timeoutMs === undefined)) return undefined;
  return Math.max(...handlers.map((entry) => entry.timeoutMs ?? usual));
}

/** One registration per point and plugin: the kernel only needs to know that somebody listens. */
export function addHandler(plugin: Plugin, point: string, handler: Handler, options: HookOptions = {}, alias?: string): void {
  if (!isAsked(point) && plugin.hooks.of(point).length === 0) {
    plugin.diagnostics.warn('hook_not_called', `hook "${point}" is registered and not called: the gateway has no place for it`);
  }
  plugin.hooks.add(point, handler, options, alias);
  const row = HOOKS.get(point) ?? EXTRA_POINTS.get(point);
  const handlers = plugin.hooks.of(point);
  const tools = handlers.every((entry) => entry.tools !== undefined) ? [...new Set(handlers.flatMap((entry) => entry.tools!))] : undefined;
  plugin.registrations.remove('hook', point);
  plugin.register({
    kind: 'hook',
    id: point,
    descriptor: {
      handling: row?.kind ?? 'modify',
      handlers: handlers.length,
      priority: Math.max(...handlers.map((entry) => entry.priority)),
      ...(longest(handlers, row?.timeoutMs) !== undefined && { timeoutMs: longest(handlers, row?.timeoutMs) }),
      ...(tools !== undefined && { tools }),
      ...(row?.conversation && { conversation: true }),
      ...(row?.prompt && { prompt: true }),
      ...(row?.onFailure !== undefined && { failClosed: true }),
    },
    value: undefined,
  }, 'hook');
}

const MATCHED = new Set(['before_tool_call', 'after_tool_call']);
const NO_TOOL_ID = new Set(['bash', 'exec_command', 'apply-patch', 'agent']);

/** Upstream's rule for matchers: some canonical tool ids, in lower case, and only where tools are. */
function matcherFault(point: string, matcher: unknown): string | undefined {
  if (matcher === undefined) return undefined;
  if (!MATCHED.has(point)) return `${point} takes no matcher`;
  const tools = toolsOf(matcher);
  if (tools === undefined || tools.length === 0) return `the matcher of ${point} is no list of tool ids`;
  const wrong = tools.find((tool) => NO_TOOL_ID.has(tool) || !/^[a-z0-9_.-]+$/.test(tool));
  return wrong === undefined ? undefined : `the matcher of ${point} names "${wrong}", which is no canonical tool id`;
}

export function on(plugin: Plugin, name: unknown, handler: unknown, options: unknown = {}): void {
  const given = stringOf(name) ?? '';
  const point = HOOK_ALIASES.get(given) ?? given;
  if (!HOOKS.has(point)) {
    plugin.diagnostics.warn('unknown_hook', `unknown typed hook "${given}" ignored`);
    return;
  }
  if (!isFunction(handler)) {
    plugin.diagnostics.warn('invalid_hook', `hook "${given}" without a function ignored`);
    return;
  }
  const fault = matcherFault(point, (options as Json | null)?.matcher);
  if (fault !== undefined) {
    plugin.diagnostics.warn('invalid_hook_matcher', `${fault}; the hook is ignored`);
    return;
  }
  if (point !== given) plugin.diagnostics.warn('deprecated_hook', `hook "${given}" is given up upstream; it runs as ${point}`);
  addHandler(plugin, point, handler, isObject(options) ? options : {}, point === given ? undefined : given);
}

const INTERNAL_NAME = /^[a-z][a-z0-9_-]*(?::[a-z0-9_:-]+)?$/;

export function registerHook(plugin: Plugin, events: unknown, handler: unknown, options: unknown = {}): void {
  const entry = (options as { entry?: { hook?: { name?: unknown } } } | null)?.entry;
  const name = stringOf((options as Json | null)?.name) ?? stringOf(entry?.hook?.name);
  const names = (Array.isArray(events) ? events : [events]).flatMap((event) => stringOf(event) ?? []);
  if (name === undefined) {
    // Upstream throws here; published plugins that never say a name would not load.
    if (!isFunction(handler) || names.length === 0) throw new Error('hook registration missing name');
    plugin.diagnostics.warn('hook_without_name', `hook registration missing name (${names.join(', ')}); accepted`);
  }
  if (!isFunction(handler)) {
    plugin.diagnostics.warn('invalid_hook', `hook "${name}" without a function ignored`);
    return;
  }
  if ((options as Json | null)?.register === false) return;
  for (const event of names) {
    // Typed names are registered this way, too, by plugins that know only one way.
    if (HOOKS.has(event) || HOOK_ALIASES.has(event)) on(plugin, event, handler);
    else if (INTERNAL_NAME.test(event)) addHandler(plugin, INTERNAL_PREFIX + event, handler);
    else plugin.diagnostics.warn('unknown_hook', `unknown hook event "${event}" ignored`);
  }
}

export function registerAgentToolResultMiddleware(plugin: Plugin, handler: unknown, options: unknown = {}): void {
  if (!isFunction(handler)) {
    plugin.diagnostics.warn('invalid_registration', 'agent tool result middleware must be a function');
    return;
  }
  addHandler(plugin, 'tool_result_middleware', handler, { matcher: (options as Json | null)?.matcher });
}

export function registerTrustedToolPolicy(plugin: Plugin, policy: unknown): void {
  const { id, description, evaluate, matcher } = (isObject(policy) ? policy : {}) as Json;
  if (stringOf(id) === undefined || stringOf(description) === undefined || !isFunction(evaluate)) {
    plugin.diagnostics.warn('invalid_registration', 'trusted tool policy registration requires id, description, and evaluate()');
    return;
  }
  addHandler(plugin, 'trusted_tool_policy', evaluate.bind(policy), { matcher });
}
