// Entries of upstream's own channels: the parts of the channel lie in files beside the entry and are loaded when they are asked for.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { emptyPluginConfigSchema } from './entries.js';
import { isObject, type Json } from './values.js';

interface Reference {
  specifier: string;
  exportName?: string;
}

/** One export of a file beside the entry; without a name, the file's default. */
export function loadBundledEntryExportSync(importMetaUrl: string, { specifier, exportName }: Reference): any {
  const loaded: unknown = createRequire(importMetaUrl)(fileURLToPath(new URL(specifier, importMetaUrl)));
  const main: unknown = isObject(loaded) && 'default' in loaded ? (loaded.default ?? loaded) : loaded;
  if (exportName === undefined) return main;
  const found = [main, loaded].find((module) => isObject(module) && exportName in module) as Json | undefined;
  if (found === undefined) throw new Error(`${specifier} beside the entry ${importMetaUrl} does not export "${exportName}": the package is incomplete`);
  return found[exportName];
}

/** The loaders that an entry offers, for those parts that it has. */
function loaders(importMetaUrl: string, parts: Record<string, Reference | undefined>): Json {
  const given = Object.entries(parts).filter(([, reference]) => reference !== undefined);
  return Object.fromEntries(given.map(([name, reference]) => [name, () => loadBundledEntryExportSync(importMetaUrl, reference!)]));
}

const runtimeSetter = ({ importMetaUrl, runtime }: Json): Json => (runtime === undefined ? {}
  : { setChannelRuntime: (value: unknown) => loadBundledEntryExportSync(importMetaUrl, runtime)(value) });

export function defineBundledChannelEntry(entry: Json): Json {
  const { id, name, description, importMetaUrl, plugin, outbound, secrets, accountInspect, configSchema, features } = entry;
  const parts = loaders(importMetaUrl, { loadChannelPlugin: plugin, loadChannelOutbound: outbound, loadChannelSecrets: secrets, loadChannelAccountInspector: accountInspect });
  const runtime = runtimeSetter(entry);
  const inspects = accountInspect === undefined ? {} : { accountInspect: true };
  let schema: unknown;
  return {
    kind: 'bundled-channel-entry', id, name, description,
    get configSchema() {
      schema ??= typeof configSchema === 'function' ? configSchema() : (configSchema ?? emptyPluginConfigSchema());
      return schema;
    },
    ...((features !== undefined || accountInspect !== undefined) && { features: { ...features, ...inspects } }),
    ...parts, ...runtime,
    register(api: Json) {
      const mode = api.registrationMode;
      if (mode !== 'cli-metadata' && mode !== 'tool-discovery') {
        api.registerChannel({ plugin: parts.loadChannelPlugin() });
        runtime.setChannelRuntime?.(api.runtime);
      }
      if (mode === 'setup-only' || mode === 'setup-runtime') return;
      if (mode !== 'tool-discovery') entry.registerCliMetadata?.(api);
      if (mode === 'full' || mode === 'tool-discovery') entry.registerFull?.(api);
      if (mode !== 'cli-metadata') entry.registerCapabilities?.(api);
    },
  };
}

export function defineBundledChannelSetupEntry(entry: Json): Json {
  const { importMetaUrl, plugin, secrets, legacyStateMigrations, legacySessionSurface, registerSetupRuntime, features } = entry;
  return {
    kind: 'bundled-channel-setup-entry',
    ...loaders(importMetaUrl, { loadSetupPlugin: plugin, loadSetupSecrets: secrets, loadLegacyStateMigrationDetector: legacyStateMigrations,
      loadLegacySessionSurface: legacySessionSurface }),
    ...runtimeSetter(entry),
    ...(registerSetupRuntime !== undefined && { registerSetupRuntime }),
    ...(features !== undefined && { features }),
  };
}
