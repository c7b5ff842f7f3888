// capability.invoke: a function of a registration, or of an object that a function gave away, by its path.

import { Made } from '../api/capabilities.js';
import type { Interactive } from '../api/interactive.js';
import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import type { Plugin } from '../plugin/plugin.js';
import { answerPressed } from '../runtime/interactive.js';
import { llmRuntime } from '../runtime/kernel.js';
import { decodeValue, encodeValue, functionsOf } from '../plugin/values.js';
import { isFunction, isObject, type Json } from '../json.js';

const RELEASE = '$release';
const INTERACTIVE = 'command:interactive/';
const DESCRIBE = '$describe';
const FORBIDDEN = new Set(['__proto__', 'prototype', 'constructor']);

async function ownerOf(plugin: Plugin, params: Json): Promise<unknown> {
  const key = params.key as string;
  const handle = plugin.handles.find(key);
  if (handle !== undefined) return handle;
  const entry = plugin.registrations.find(key);
  if (entry === undefined) throw new CallError('not_found', `there is no "${key}"`);
  if (!(entry.value instanceof Made)) return entry.value;
  return entry.value.get({ config: plugin.gatewayConfig, pluginConfig: plugin.config, logger: plugin.logger });
}

/** The function at the path and the object that it belongs to. */
function functionAt(root: unknown, path: string): { self: unknown; run: (...args: unknown[]) => unknown } {
  let self: unknown = undefined;
  let at: unknown = root;
  for (const name of path === '' ? [] : path.split('.')) {
    const isThing = (typeof at === 'object' && at !== null) || isFunction(at);
    if (!isThing || FORBIDDEN.has(name)) throw new CallError('not_found', `there is no function "${path}"`);
    self = at;
    at = (at as Json)[name];
  }
  if (!isFunction(at)) throw new CallError('not_found', `there is no function "${path}"`);
  return { self, run: at };
}

/**
 * Upstream's calls carry the configuration and a signal; the kernel need not send what this process has. Names of tools
 * are a Set there, and a context engine may ask a model.
 */
function complete(plugin: Plugin, call: IncomingCall, argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument) || Buffer.isBuffer(argument)) return argument;
  const { $cfg, $config, $signal, ...rest } = argument as Json;
  return {
    ...rest,
    ...(isObject(rest.runtimeContext) && { runtimeContext: { ...rest.runtimeContext, llm: llmRuntime(plugin) } }),
    ...(Array.isArray(rest.availableTools) && { availableTools: new Set(rest.availableTools as unknown[]) }),
    ...($cfg === true && { cfg: plugin.gatewayConfig }),
    ...($config === true && { config: plugin.gatewayConfig }),
    ...($signal === true && { signal: call.signal, abortSignal: call.signal }),
  };
}

/** Not all of an object's data: an engine holds its whole store. */
function describe(owner: unknown): Json {
  if (typeof owner !== 'object' || owner === null) return {};
  return { functions: functionsOf(owner), info: encodeValue(undefined, (owner as Json).info) };
}

export async function invoke(plugin: Plugin, params: Json, call: IncomingCall): Promise<Json> {
  if (params.path === RELEASE) {
    plugin.handles.remove(params.key as string);
    return {};
  }
  const owner = await ownerOf(plugin, params);
  if (params.path === DESCRIBE) return { value: describe(owner) };
  const { self, run } = functionAt(owner, params.path as string);
  const given = (decodeValue(params.arguments) as unknown[]).map((argument) => complete(plugin, call, argument));
  const pressed = (params.key as string).startsWith(INTERACTIVE);
  const value = encodeValue(plugin.handles, await (pressed ? answerPressed(owner as Interactive, given[0] as Json) : run.apply(self, given)));
  return value === undefined ? {} : { value };
}
