// A wire format of a native plugin as one of upstream's model providers: the plugin streams the completion itself.

import { messagesOf, optionsOf, toolsOf } from './openclaw_messages.js';
import { MessageStream, MessageWriter } from './openclaw_stream.js';

/** The service as chela.provider/1 takes it; the key is known to the plugin by a name only. */
function serviceOf({ api, service }, model, secret) {
  const { baseUrl, headers } = model;
  return { ...service, api, id: model.provider, baseUrl: baseUrl || service?.baseUrl, ...(headers && { headers }), ...(secret && { apiKeySecret: secret }) };
}

async function stream(holder, provider, { model, context, options = {}, writer }) {
  const plugin = holder.open();
  const secret = typeof options.apiKey === 'string' && options.apiKey !== '' ? `${model.provider}.apiKey` : undefined;
  const service = serviceOf(provider, model, secret);
  const forget = [plugin.network.addService(service.baseUrl), ...(secret ? [plugin.secrets.add(secret, options.apiKey)] : [])];
  try {
    const request = { service, model: model.id, messages: messagesOf(context), tools: toolsOf(context), options: optionsOf(options) };
    writer.done(await plugin.complete(request, { signal: options.signal, onEvent: (event) => writer.take(event) }));
  } finally {
    for (const end of forget) end();
  }
}

function streamFunction(holder, provider) {
  return (model, context, options) => {
    const events = new MessageStream();
    const writer = new MessageWriter(events, model);
    stream(holder, provider, { model, context, options, writer }).catch((error) => writer.fail(error));
    return events;
  };
}

const row = ({ id, name, contextWindow = 128_000, maxTokens = 8192, reasoning = false }) => ({
  id, name: name ?? id, reasoning, input: ['text'], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }, contextWindow, maxTokens,
});

/** The models that the manifest lists, when there is a key for them or none is needed. */
function catalogOf({ id, service }) {
  return {
    order: 'simple',
    async run(context) {
      const apiKey = context.resolveProviderApiKey(id)?.apiKey ?? (service.local ? 'none' : undefined);
      if (apiKey === undefined) return null;
      return { provider: { baseUrl: service.baseUrl, api: 'openai-completions', apiKey, models: service.models.map(row) } };
    },
  };
}

/** Upstream's provider object. */
export function nativeProvider(holder, provider) {
  const { id, label, service } = provider;
  return {
    id, label, auth: [],
    ...(Array.isArray(service?.apiKeyEnv) && { envVars: service.apiKeyEnv }),
    ...(Array.isArray(service?.models) && { catalog: catalogOf(provider) }),
    createStreamFn: () => streamFunction(holder, provider),
  };
}
