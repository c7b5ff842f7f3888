// Model providers of upstream, all in one host process with the real package openclaw: each completes one streamed turn
// against a stand-in of its service, by upstream's own transports and the provider's own changes to them.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StandIn, install, withRealPackage } from './stand_in.mjs';

const lines = (events, named) => events.map((event) => `${named ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');
const chunk = (delta, more = {}) => ({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const COMPLETIONS = `${lines([chunk({ role: 'assistant', content: 'from ' }), chunk({ content: 'the model' }), chunk({}, { finish_reason: 'stop' }),
  { ...chunk({}), choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }])}data: [DONE]\n\n`;
const ANTHROPIC = lines([
  { type: 'message_start', message: { id: 'm1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, usage: { input_tokens: 7, output_tokens: 0 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'from ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'the model' } },
  { type: 'content_block_stop', index: 0 }, { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }, { type: 'message_stop' }], true);
const OLLAMA = [{ message: { role: 'assistant', content: 'from ' }, done: false }, { message: { role: 'assistant', content: 'the model' }, done: false },
  { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 3 }].map((event) => `${JSON.stringify({ model: 'm', created_at: '2026-01-01T00:00:00Z', ...event })}\n`).join('');

const completions = { path: '/v1', text: COMPLETIONS, asked: (body) => body.messages };
const PROVIDERS = [
  { name: '@openclaw/deepseek-provider', version: '2026.9.5', id: 'deepseek', model: 'deepseek-v4-flash', ...completions },
  { name: '@openclaw/qwen-provider', version: '2026.9.4', id: 'qwen', model: 'qwen3.5-plus', ...completions },
  { name: 'openclaw/dist/extensions/anthropic', version: '2026.9.6', id: 'anthropic', model: 'claude-sonnet-4-6', api: 'anthropic-messages', path: '', text: ANTHROPIC, asked: (body) => body.messages },
  { name: 'openclaw/dist/extensions/together', version: '2026.9.6', id: 'together', model: 'a-model', ...completions },
  { name: 'openclaw/dist/extensions/nvidia', version: '2026.9.6', id: 'nvidia', model: 'a-model', ...completions },
  { name: 'openclaw/dist/extensions/openrouter', version: '2026.9.6', id: 'openrouter', model: 'a/model', ...completions },
  { name: 'openclaw/dist/extensions/vllm', version: '2026.9.6', id: 'vllm', model: 'a-model', api: 'openai-completions', ...completions },
  ...[['litellm'], ['huggingface'], ['lmstudio', 'openai-completions'], ['sglang', 'openai-completions'], ['opencode-go', 'openai-completions'], ['copilot-proxy', 'openai-completions'],
    ['microsoft-foundry', 'openai-completions'], ['clawrouter', 'openai-completions']].map(([id, api]) => ({ name: `openclaw/dist/extensions/${id}`, version: '2026.9.6', id, model: 'a-model', api, ...completions })),
  { name: 'openclaw/dist/extensions/ollama', version: '2026.9.6', id: 'ollama', model: 'a-model', api: 'ollama', path: '', text: OLLAMA, type: 'application/x-ndjson', asked: (body) => body.messages },
].filter(({ id }) => !process.env.ONLY || process.env.ONLY.split(',').includes(id));

const holder = withRealPackage({ before, after });
const streams = new Map(PROVIDERS.map(({ id, text, type = 'text/event-stream' }) => [id, { $text: text, $type: type }]));
let service;
before(async () => (service = await StandIn.start({ answer: (req) => streams.get(req.url.split('/')[1]) })));
after(() => service.end());

for (const { name, version, id, model, api, path, asked } of PROVIDERS) {
  describe(`${name} ${version}`, () => {
    it('streams a turn', async () => {
      const { registrations } = await install(holder.kernel, name, id);
      const { key, descriptor } = registrations.find((found) => found.key === `provider:${id}`);
      assert.equal(descriptor.mode, 'stream');
      const pieces = [];
      const given = { plugin: id, key, model, service: { id, ...(api !== undefined && { api }), baseUrl: `http://127.0.0.1:${service.port}/${id}${path}`, apiKey: 'key' },
        messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'hello' }] };
      const { stopReason } = await holder.kernel.request('provider.complete', given, { onEvent: (piece) => pieces.push(piece) });
      assert.equal(stopReason, 'stop');
      const texts = pieces.filter(({ type }) => type === 'text').map(({ text }) => text);
      assert.equal(texts.join(''), 'from the model');
      assert.ok(texts.length > 1, 'in more than one piece');
      assert.equal(pieces.find(({ type }) => type === 'usage').usage.outputTokens, 3);
      const body = JSON.parse(service.seen.find(({ url, body: sent }) => url.startsWith(`/${id}/`) && sent.includes('hello')).body);
      assert.equal(body.model, model);
      assert.match(JSON.stringify(asked(body)), /hello/);
    });
  });
}
