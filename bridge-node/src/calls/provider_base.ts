// The stream function of upstream's own transports, which providers of class R wrap: they name models and change requests,
// the package openclaw speaks the wire formats.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

type StreamFunction = (model: Json, context: Json, options: Json) => unknown;

/** None without the real package. */
export function baseStream(plugin: Plugin): StreamFunction | undefined {
  if (plugin.realSdk === undefined) return undefined;
  const { streamSimple } = createRequire(join(plugin.realSdk, 'package.json'))('openclaw/plugin-sdk/llm') as { streamSimple: StreamFunction };
  return streamSimple;
}

interface Catalog {
  run(context: Json): unknown;
}

/** The key of a service as plugins hold it: a placeholder, which the gateway replaces as the request leaves. */
export function keyOf(service: Json): string | undefined {
  const secret = stringOf(service.apiKeySecret);
  return stringOf(service.apiKey) ?? (secret === undefined ? undefined : `{{secret:${secret}}}`);
}

/** `static` asks the service nothing; `live` may, and its answer counts where it has one. */
export type Freshness = 'static' | 'live';

/** What the provider's catalogs have: lists of models, each with where and how they are reached. Undefined: it has none. */
export async function runCatalog(plugin: Plugin, provider: Json, service: Json, freshness: Freshness): Promise<Json[] | undefined> {
  const order = freshness === 'live' ? [provider.catalog, provider.staticCatalog] : [provider.staticCatalog, provider.catalog];
  const catalogs = order.filter((item): item is Json & Catalog => isObject(item) && isFunction(item.run));
  const apiKey = keyOf(service);
  const context = { config: plugin.gatewayConfig, env: {}, resolveProviderApiKey: () => ({ apiKey }),
    resolveProviderAuth: () => ({ apiKey, mode: 'api_key', source: 'gateway' }) };
  for (const catalog of catalogs) {
    const found = await catalog.run(context);
    const providers = (isObject(found) ? (isObject(found.providers) ? Object.values(found.providers) : [found.provider]) : []).filter(isObject);
    if (providers.some(({ models }) => Array.isArray(models) && models.length > 0)) return providers;
  }
  return catalogs.length === 0 ? undefined : [];
}

/** The catalog's own description of a model. */
export function knownModel(providers: Json[], id: unknown): Json | undefined {
  for (const { models, api, baseUrl, headers } of providers) {
    const model = Array.isArray(models) ? (models as unknown[]).find((item) => isObject(item) && item.id === id) : undefined;
    if (isObject(model)) return { api, baseUrl, headers, ...model };
  }
  return undefined;
}

/** A model that is newer than the catalog is reached as its neighbours are. */
export function likeOthers(providers: Json[]): Json | undefined {
  const [first] = providers;
  return first && { api: first.api, baseUrl: first.baseUrl, headers: first.headers };
}
