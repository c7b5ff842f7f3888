// tool.call and tool.resolve.

import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import { readTool, toolDescriptor, type PluginTool, type ToolFactory } from '../api/tools.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, type Json } from '../json.js';
import { toolContext } from './tool_context.js';
import { readContent, readDetails } from './tool_result.js';

const RUNS_MAX = 256;

interface Resolved {
  tools: Map<string, PluginTool>;
}

/** The tools that factories made, by plugin and run of the agent; a run that was not resolved is resolved at its first call. */
const resolved = new WeakMap<Plugin, Map<string, Resolved>>();

const runOf = (context: Json): string => JSON.stringify([context.agentId, context.sessionKey, context.sessionId]);

async function make(plugin: Plugin, key: string, factory: ToolFactory, context: Json): Promise<Resolved> {
  const made = await factory.create(toolContext(plugin, context));
  const tools = new Map<string, PluginTool>();
  for (const item of Array.isArray(made) ? made : [made]) {
    const tool = readTool(item);
    if (tool !== undefined) tools.set(`${key}/${tool.name}`, tool);
    else if (item !== null && item !== undefined) plugin.log('warn', `${key}: the factory made something that is no tool`);
  }
  const runs = resolved.get(plugin) ?? new Map<string, Resolved>();
  resolved.set(plugin, runs);
  const run = `${key} ${runOf(context)}`;
  runs.delete(run);
  runs.set(run, { tools });
  if (runs.size > RUNS_MAX) runs.delete(runs.keys().next().value!);
  return { tools };
}

function factoryOf(plugin: Plugin, key: string): ToolFactory | undefined {
  const value = plugin.registrations.find(key)?.value;
  return isObject(value) && isFunction(value.create) && !isFunction(value.execute) ? (value as unknown as ToolFactory) : undefined;
}

async function toolOf(plugin: Plugin, key: string, context: Json): Promise<PluginTool> {
  const entry = plugin.registrations.find(key);
  if (entry !== undefined && factoryOf(plugin, key) === undefined) return entry.value as PluginTool;
  const factoryKey = entry !== undefined ? key : key.slice(0, Math.max(key.lastIndexOf('/'), 0));
  const factory = factoryOf(plugin, factoryKey);
  if (factory === undefined) throw new CallError('not_found', `there is no tool "${key}"`);
  const run = resolved.get(plugin)?.get(`${factoryKey} ${runOf(context)}`) ?? (await make(plugin, factoryKey, factory, context));
  const tool = entry !== undefined ? run.tools.values().next().value : run.tools.get(key);
  if (tool === undefined) throw new CallError('not_found', `the factory makes no tool "${key}" for this run`);
  return tool;
}

export async function callTool(plugin: Plugin, params: Json, call: IncomingCall): Promise<Json> {
  const tool = await toolOf(plugin, params.key as string, params.context as Json);
  const given = isFunction(tool.prepareArguments) ? await tool.prepareArguments(params.arguments) : params.arguments;
  const onUpdate = (partial: unknown) => {
    const text = readContent(partial).map((content) => content.text ?? '').join('');
    if (text !== '') call.emitLossy({ text });
  };
  if (call.cancelled) throw new CallError('cancelled', 'cancelled before it began');
  const result: unknown = await tool.execute(String(params.toolCallId ?? ''), given, call.signal, onUpdate);
  return { content: readContent(result), ...readDetails(result) };
}

export async function resolveTools(plugin: Plugin, params: Json): Promise<Json> {
  const tools: unknown[] = [];
  for (const key of params.keys as string[]) {
    const factory = factoryOf(plugin, key);
    if (factory === undefined) throw new CallError('not_found', `there is no factory "${key}"`);
    const made = await make(plugin, key, factory, params.context as Json);
    for (const [toolKey, tool] of made.tools) {
      tools.push(encodeValue(undefined, { ...toolDescriptor(tool, {}), key: toolKey }));
    }
  }
  return { tools };
}
