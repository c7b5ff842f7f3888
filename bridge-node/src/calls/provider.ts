// provider.complete and provider.listModels for plugins that complete conversations themselves (stream mode).

import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, type Json } from '../json.js';
import { baseStream, keyOf, knownModel, likeOthers, runCatalog } from './provider_base.js';
import { contextOf } from './provider_messages.js';
import { StreamReader } from './provider_stream.js';

function providerOf(plugin: Plugin, key: unknown): Json {
  const value = plugin.registrations.find(key as string)?.value;
  if (!isObject(value)) throw new CallError('not_found', `there is no provider "${key}"`);
  return value;
}

/** The model in upstream's form: what the plugin itself knows of it, at the address that the service has. */
async function modelOf(plugin: Plugin, provider: Json, params: Json): Promise<Json> {
  const service = params.service as Json;
  const modelId = params.model as string;
  const catalog = (await runCatalog(plugin, provider, service, 'static')) ?? [];
  const modelRegistry = { find: (_provider: unknown, id: unknown) => knownModel(catalog, id), getAll: () => [], getAvailable: () => [] };
  const asked = { modelId, provider: provider.id, config: plugin.gatewayConfig, modelRegistry };
  const dynamic: unknown = isFunction(provider.resolveDynamicModel) ? await provider.resolveDynamicModel(asked) : undefined;
  const listed = isObject(dynamic) ? undefined : (knownModel(catalog, modelId) ?? likeOthers(catalog));
  const given = Object.fromEntries(['baseUrl', 'headers'].filter((name) => service[name] !== undefined).map((name) => [name, service[name]]));
  return {
    id: modelId, name: modelId, provider: provider.id, api: service.api,
    reasoning: false, input: ['text'], contextWindow: 128_000, maxTokens: 8192,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    ...(isObject(dynamic) ? dynamic : listed), ...given,
  };
}

/** The older form of a provider: one function, one text. */
async function completeWhole(plugin: Plugin, provider: Json, params: Json, call: IncomingCall): Promise<Json> {
  const run = (isFunction(provider.complete) ? provider.complete : provider.execute) as (request: Json) => unknown;
  const request = { modelId: params.model, messages: params.messages, options: { ...(params.options as Json | undefined), modelId: params.model },
    tools: params.tools, signal: call.signal, config: plugin.gatewayConfig };
  const answer = await run.call(provider, request);
  const text = isObject(answer) ? (answer.text ?? answer.content) : answer;
  await call.emit({ type: 'text', text: typeof text === 'string' ? text : JSON.stringify(encodeValue(undefined, text) ?? '') });
  return { stopReason: 'stop' };
}

export async function complete(plugin: Plugin, params: Json, call: IncomingCall): Promise<Json> {
  const provider = providerOf(plugin, params.key);
  const base = isFunction(provider.createStreamFn) ? undefined : baseStream(plugin);
  if (!isFunction(provider.createStreamFn) && (base === undefined || isFunction(provider.complete))) {
    if (isFunction(provider.complete) || isFunction(provider.execute)) return completeWhole(plugin, provider, params, call);
    throw new CallError('unsupported', `provider "${provider.id}" names models only: the gateway's own transport completes`);
  }
  const model = await modelOf(plugin, provider, params);
  const service = params.service as Json;
  const options = { ...(params.options as Json | undefined), apiKey: keyOf(service), signal: call.signal, sessionId: undefined };
  const create = { config: plugin.gatewayConfig, provider: provider.id, modelId: params.model, model, extraParams: {} };
  const made: unknown = isFunction(provider.createStreamFn) ? ((await provider.createStreamFn(create)) ?? baseStream(plugin)) : base;
  const wrapped: unknown = isFunction(provider.wrapStreamFn) ? await provider.wrapStreamFn({ ...create, streamFn: made }) : made;
  const streamFn = isFunction(wrapped) ? wrapped : made;
  if (!isFunction(streamFn)) throw new CallError('internal', `provider "${provider.id}" made no stream function`);
  const reader = new StreamReader(call);
  return reader.read(await streamFn(model, contextOf(params.messages as Json[], params.tools as Json[] | undefined), options));
}

export async function listModels(plugin: Plugin, params: Json): Promise<Json> {
  const provider = providerOf(plugin, params.key);
  const providers = await runCatalog(plugin, provider, params.service as Json, 'live');
  if (providers === undefined) return { models: Array.isArray(provider.models) ? readModels(provider.models, {}) : [] };
  return { models: providers.flatMap((item) => readModels(item.models, item)) };
}

function readModels(models: unknown, provider: Json): Json[] {
  const { api, baseUrl, headers } = provider;
  return (Array.isArray(models) ? models : []).flatMap((model) => {
    if (typeof model === 'string') return [{ id: model, api, baseUrl, headers }];
    const plain = encodeValue(undefined, model);
    return isObject(plain) && typeof plain.id === 'string' ? [{ api, baseUrl, headers, ...plain }] : [];
  });
}
