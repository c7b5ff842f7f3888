import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contextOf } from '../dist/calls/provider_messages.js';
import { registering } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after });
const ask = (method, params, options) => holder.kernel.request(method, { plugin: 'under-test', ...params }, options);

describe('conversations', () => {
  const cases = [
    ['system and user', [{ role: 'system', content: 'a' }, { role: 'system', content: 'b' }, { role: 'user', content: 'hi' }],
      { systemPrompt: 'a\n\nb', messages: [{ role: 'user', content: 'hi', timestamp: 0 }], tools: [] }],
    ['images', [{ role: 'user', content: [{ type: 'text', text: 'see' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] }],
      { systemPrompt: '', messages: [{ role: 'user', content: [{ type: 'text', text: 'see' }, { type: 'image', mimeType: 'image/png', data: 'AA==' }], timestamp: 0 }], tools: [] }],
    ['tool calls and their results', [
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'r' }],
    { systemPrompt: '', tools: [], messages: [
      { role: 'assistant', content: [{ type: 'toolCall', id: 'c', name: 'f', arguments: { a: 1 } }], stopReason: 'toolUse', timestamp: 0 },
      { role: 'toolResult', toolCallId: 'c', toolName: 'f', content: [{ type: 'text', text: 'r' }], isError: false, timestamp: 0 }] }],
  ];
  for (const [title, messages, expected] of cases) it(`carry ${title}`, () => assert.deepEqual(contextOf(messages), expected));
  it('carry tools', () => {
    const tool = { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } };
    assert.deepEqual(contextOf([], [tool]).tools, [{ name: 'f', description: 'd', parameters: { type: 'object' } }]);
  });
});

describe('a provider', () => {
  before(() => holder.kernel.startPlugin(registering(`
    const streams = {
      text: [{ type: 'start' }, { type: 'thinking_delta', delta: 'hm' }, { type: 'text_delta', delta: 'a' }, { type: 'text_delta', delta: 'b' },
        { type: 'done', reason: 'stop', message: { content: [{ type: 'text', text: 'ab' }], usage: { input: 5, output: 2, cacheRead: 3, cacheWrite: 1 } } }],
      whole: [{ type: 'done', reason: 'length', message: { content: [{ type: 'text', text: 'all' }] } }],
      tools: [{ type: 'toolcall_start', contentIndex: 0, partial: { content: [{ id: 'x', name: 'f' }] } }, { type: 'toolcall_delta', contentIndex: 0, delta: '{"a":' },
        { type: 'toolcall_delta', contentIndex: 0, delta: '1}' }, { type: 'toolcall_end', contentIndex: 0, toolCall: { id: 'x', name: 'f', arguments: { a: 1 } } },
        { type: 'toolcall_end', contentIndex: 1, toolCall: { id: 'y', name: 'g', arguments: { b: 2 } } }, { type: 'done', reason: 'toolUse', message: { content: [] } }],
      lateTools: [{ type: 'done', reason: 'toolUse', message: { content: [{ type: 'toolCall', id: 'z', name: 'h', arguments: {} }] } }],
      fails: [{ type: 'text_delta', delta: 'a' }, { type: 'error', reason: 'error', error: { errorMessage: 'overloaded' } }],
      cut: [{ type: 'text_delta', delta: 'a' }],
    };
    api.registerProvider({ id: 'p', label: 'P', auth: [], createStreamFn: () => async function* (model, context, options) {
      if (model.id === 'echo') {
        yield { type: 'text_delta', delta: [context.systemPrompt, context.messages[0].content, options.temperature, model.baseUrl, options.signal instanceof AbortSignal].join('|') };
        yield { type: 'done', reason: 'stop', message: {} };
      } else yield* streams[model.id];
    }, wrapStreamFn: ({ streamFn }) => streamFn });
    api.registerProvider({ id: 'older', models: ['m1', { id: 'm2', contextWindow: 10 }], complete: async ({ messages, modelId }) => modelId + ': ' + messages.length });
    api.registerProvider({ id: 'catalog', label: 'C', auth: [], wrapStreamFn() {}, catalog: { run: ({ resolveProviderApiKey, config }) => ({ provider: { baseUrl: 'http://x', api: 'openai-completions',
      models: [{ id: config.a, contextWindow: 8 }, { id: resolveProviderApiKey('catalog').apiKey }] } }) } });`), { gatewayConfig: { a: 'from-config' } }));
  const service = { id: 'p', api: 'p', baseUrl: 'http://service', apiKeySecret: 'KEY' };
  const complete = async (model, more = {}) => {
    const pieces = [];
    const result = await ask('provider.complete', { key: 'provider:p', service, model, messages: [{ role: 'user', content: 'hi' }], ...more }, { onEvent: (piece) => pieces.push(piece) });
    return { ...result, pieces };
  };

  it('streams text, reasoning and usage', async () => assert.deepEqual(await complete('text'), { stopReason: 'stop', pieces: [
    { type: 'reasoning', text: 'hm' }, { type: 'text', text: 'a' }, { type: 'text', text: 'b' },
    { type: 'usage', usage: { inputTokens: 9, outputTokens: 2, cachedInputTokens: 3 } }] }));
  it('may bring all at the end', async () => assert.deepEqual(await complete('whole'), { stopReason: 'length', pieces: [{ type: 'text', text: 'all' }] }));
  it('calls tools, in pieces or whole', async () => assert.deepEqual(await complete('tools'), { stopReason: 'tool_calls', pieces: [
    { type: 'toolCall', index: 0, id: 'x', name: 'f' }, { type: 'toolArguments', index: 0, text: '{"a":' }, { type: 'toolArguments', index: 0, text: '1}' },
    { type: 'toolCall', index: 1, id: 'y', name: 'g' }, { type: 'toolArguments', index: 1, text: '{"b":2}' }] }));
  it('may name its tools only at the end', async () => assert.deepEqual(await complete('lateTools'), { stopReason: 'tool_calls', pieces: [
    { type: 'toolCall', index: 0, id: 'z', name: 'h' }, { type: 'toolArguments', index: 0, text: '{}' }] }));
  it('gets the conversation, the options and the service', async () => {
    const { pieces } = await complete('echo', { messages: [{ role: 'system', content: 's' }, { role: 'user', content: 'u' }], options: { temperature: 0.5 } });
    assert.equal(pieces[0].text, 's|u|0.5|http://service|true');
  });
  it('fails with its reason', () => assert.rejects(complete('fails'), { status: 'unavailable', message: 'overloaded' }));
  it('that is cut has failed', () => assert.rejects(complete('cut'), { status: 'unavailable' }));
  it('of the older form gives one text', async () => {
    const pieces = [];
    await ask('provider.complete', { key: 'provider:older', service, model: 'm1', messages: [{ role: 'user', content: 'hi' }] }, { onEvent: (piece) => pieces.push(piece) });
    assert.deepEqual(pieces, [{ type: 'text', text: 'm1: 1' }]);
    assert.deepEqual((await ask('provider.listModels', { key: 'provider:older', service })).models.map(({ id }) => id), ['m1', 'm2']);
  });
  it('that only names models does so, and leaves the rest to the gateway', async () => {
    const { models } = await ask('provider.listModels', { key: 'provider:catalog', service });
    assert.deepEqual(models, [{ api: 'openai-completions', baseUrl: 'http://x', id: 'from-config', contextWindow: 8 }, { api: 'openai-completions', baseUrl: 'http://x', id: '{{secret:KEY}}' }]);
    await assert.rejects(ask('provider.complete', { key: 'provider:catalog', service, model: 'm', messages: [] }), { status: 'unsupported' });
  });
});
