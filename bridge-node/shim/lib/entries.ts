// What plugins export: these functions give shape to it and fill in what is left out.

import { isObject, type Json } from './values.js';

/** Takes everything that is an empty object. */
export function emptyPluginConfigSchema(): Json {
  const error = (message: string) => ({ success: false, error: { issues: [{ path: [], message }] } });
  return {
    safeParse: (value: unknown) => {
      if (value === undefined) return { success: true, data: undefined };
      if (!isObject(value)) return error('expected config object');
      return Object.keys(value).length === 0 ? { success: true, data: value } : error('config must be empty');
    },
    jsonSchema: { type: 'object', additionalProperties: false, properties: {} },
  };
}

/** A JSON Schema that the gateway has checked the configuration against before the plugin is given it. */
export function buildJsonPluginConfigSchema(schema: Json, options: Json = {}): Json {
  return { safeParse: options.safeParse ?? ((value: unknown) => ({ success: true, data: value })), ...(options.uiHints !== undefined && { uiHints: options.uiHints }), jsonSchema: schema };
}

export function definePluginEntry(entry: Json): Json {
  const given = typeof entry.configSchema === 'function' ? entry.configSchema() : entry.configSchema;
  return { ...entry, name: entry.name ?? entry.id, configSchema: given ?? emptyPluginConfigSchema() };
}

export function defineChannelPluginEntry(entry: Json): Json {
  const { plugin, setRuntime, registerFull, registerCliMetadata, ...shared } = entry;
  return {
    ...definePluginEntry(shared),
    channelPlugin: plugin,
    ...(setRuntime !== undefined && { setChannelRuntime: setRuntime }),
    register: (api: Json) => {
      if (api.registrationMode === 'cli-metadata') {
        registerCliMetadata?.(api);
        return;
      }
      setRuntime?.(api.runtime);
      api.registerChannel({ plugin });
      if (api.registrationMode === 'setup-only' || api.registrationMode === 'setup-runtime') return;
      registerCliMetadata?.(api);
      registerFull?.(api);
    },
  };
}

export const defineSetupPluginEntry = (plugin: unknown): Json => ({ plugin });

/** A schema of zod's (or any that says itself as JSON Schema) as channels hand it over. */
export function buildChannelConfigSchema(schema: any, options: Json = {}): Json {
  let json: unknown;
  try {
    json = schema?.toJSONSchema?.({ target: 'draft-7', unrepresentable: 'any' }) ?? schema?.['~standard']?.jsonSchema?.input?.({ target: 'draft-07' });
  } catch {
    json = undefined; // a part of it cannot be said in JSON Schema
  }
  return { schema: isObject(json) ? json : { type: 'object', additionalProperties: true }, ...(options.uiHints !== undefined && { uiHints: options.uiHints }),
    runtime: { safeParse: (value: unknown) => schema.safeParse(value) } };
}

/** One place for the runtime that register() is given. */
export function createPluginRuntimeStore<T>(given: string | Json): Json {
  const message = typeof given === 'string' ? given : (given.errorMessage ?? `the runtime of ${given.pluginId ?? 'the plugin'} is not set`);
  let runtime: T | undefined;
  return {
    setRuntime: (next: T) => {
      runtime = next;
    },
    clearRuntime: () => {
      runtime = undefined;
    },
    tryGetRuntime: () => runtime ?? null,
    getRuntime: () => {
      if (runtime === undefined) throw new Error(message);
      return runtime;
    },
  };
}
