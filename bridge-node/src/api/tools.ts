// registerTool: objects, and factories that make tools for one run of the agent.

import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

/** A tool as upstream's plugins give it; older ones name the function and the schema otherwise. */
export interface PluginTool {
  name: string;
  description?: string;
  parameters: Json;
  execute(toolCallId: string, params: unknown, signal?: AbortSignal, onUpdate?: (partial: unknown) => void): unknown;
  prepareArguments?(params: unknown): unknown;
  executionMode?: string;
}

export interface ToolFactory {
  create(context: Json): unknown;
}

interface ToolOptions {
  name?: unknown;
  names?: unknown;
  optional?: unknown;
}

const NAME_LENGTH_MAX = 64;
const NO_PARAMETERS = { type: 'object', properties: {} };

/** The name as models may see it: letters, digits, _ and -. */
const modelName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, NAME_LENGTH_MAX);

/** The tool, with its schema as plain JSON and a name for models; none when it has no name or function. */
export function readTool(value: unknown): PluginTool | undefined {
  if (!isObject(value)) return undefined;
  const given = stringOf(value.name);
  const execute = [value.execute, value.handler, value.run].find(isFunction);
  if (given === undefined || execute === undefined) return undefined;
  const schema = [value.parameters, value.inputSchema, value.schema].find(isObject);
  const plain = schema === undefined ? NO_PARAMETERS : (JSON.parse(JSON.stringify(schema)) as Json);
  return { ...value, name: modelName(given), parameters: plain, execute: execute.bind(value) } as PluginTool;
}

export function toolDescriptor(tool: PluginTool, metadata: Json): Json {
  const { name, description, parameters, executionMode } = tool as PluginTool & Json;
  const extra = encodeValue(undefined, { label: (tool as unknown as Json).label, outputSchema: (tool as unknown as Json).outputSchema }) as Json;
  return { name, description: typeof description === 'string' ? description : '', parameters, parallel: executionMode === 'parallel',
    ...metadata, ...extra };
}

function declaredTools(plugin: Plugin): string[] | undefined {
  const tools = (plugin.manifest.contracts as Json | undefined)?.tools;
  return Array.isArray(tools) ? tools.filter((tool): tool is string => typeof tool === 'string') : undefined;
}

function checkDeclared(plugin: Plugin, names: string[]): void {
  const declared = declaredTools(plugin);
  const missing = names.filter((name) => !declared?.includes(name));
  if (declared === undefined) {
    plugin.diagnostics.warn('tool_not_declared', 'plugin must declare contracts.tools before registering agent tools; accepted');
  } else if (missing.length > 0) {
    plugin.diagnostics.warn('tool_not_declared', `plugin must declare contracts.tools for: ${missing.join(', ')}`);
  }
}

function factoryFunction(given: unknown): ((context: Json) => unknown) | undefined {
  if (isFunction(given)) return given;
  const made = isObject(given) && isFunction(given.create) && !isFunction(given.execute);
  return made ? (given.create as (context: Json) => unknown).bind(given) : undefined;
}

export function registerTool(plugin: Plugin, given: unknown, options: unknown = {}): void {
  const { name, names, optional } = (isObject(options) ? options : {}) as ToolOptions;
  const metadata: Json = optional === true ? { optional: true } : {};
  const create = factoryFunction(given);
  if (create !== undefined) {
    const listed = [name, ...(Array.isArray(names) ? names : [])].flatMap((item) => stringOf(item) ?? []);
    if (listed.length > 0) checkDeclared(plugin, listed);
    const id = listed[0] ?? `factory-${plugin.registrations.size + 1}`;
    const descriptor = { factory: true, names: listed, ...metadata };
    plugin.register({ kind: 'tool', id, descriptor, value: { create } satisfies ToolFactory }, 'tool');
    return;
  }
  const tool = readTool(given);
  if (tool === undefined) {
    plugin.diagnostics.warn('invalid_tool', `tool registration without a usable name or execute(): ${stringOf((given as Json | null)?.name) ?? 'unnamed'}`);
    return;
  }
  const own = stringOf((given as Json).name)!;
  if (own !== tool.name) plugin.diagnostics.warn('tool_renamed', `tool "${own}" is "${tool.name}" for models: they know only letters, digits, _ and -`);
  checkDeclared(plugin, [own]);
  plugin.register({ kind: 'tool', id: tool.name, descriptor: toolDescriptor(tool, metadata), value: tool }, 'tool');
}
