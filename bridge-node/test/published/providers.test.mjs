// Model providers of upstream: each completes one streamed turn against a stand-in of its service.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StandIn, install, withRealPackage } from './stand_in.mjs';

/** What a service of the OpenAI kind streams. */
const chunk = (delta, more = {}) => `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`;
const OPENAI = [chunk({ role: 'assistant', content: 'from ' }), chunk({ content: 'the model' }), chunk({}, { finish_reason: 'stop' }),
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } })}\n\n`, 'data: [DONE]\n\n'].join('');

const PROVIDERS = [
  { name: '@openclaw/deepseek-provider', version: '2026.9.5', id: 'deepseek', model: 'deepseek-v4-flash' },
  { name: '@openclaw/qwen-provider', version: '2026.9.4', id: 'qwen', model: 'qwen3.5-plus' },
];

for (const { name, version, id, model } of PROVIDERS) {
  describe(`${name} ${version}`, () => {
    const holder = withRealPackage({ before, after });
    let service;
    before(async () => (service = await StandIn.start({ answer: () => ({ $text: OPENAI, $type: 'text/event-stream' }) })));
    after(() => service.end());

    it('streams a turn', async () => {
      const { registrations } = await install(holder.kernel, name, id);
      const found = registrations.find(({ key }) => key === `provider:${id}`);
      assert.equal(found.descriptor.mode, 'stream');
      const pieces = [];
      const { stopReason } = await holder.kernel.request('provider.complete', { plugin: id, key: found.key, model,
        service: { id, baseUrl: `http://127.0.0.1:${service.port}/v1`, apiKey: 'key' }, messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'hello' }] },
      { onEvent: (piece) => pieces.push(piece) });
      assert.equal(stopReason, 'stop');
      assert.equal(pieces.filter(({ type }) => type === 'text').map(({ text }) => text).join(''), 'from the model');
      assert.ok(pieces.filter(({ type }) => type === 'text').length > 1, 'in more than one piece');
      assert.equal(pieces.find(({ type }) => type === 'usage').usage.outputTokens, 3);
      const asked = JSON.parse(service.seen[0].body);
      assert.equal(asked.model, model);
      assert.match(JSON.stringify(asked.messages), /hello/);
    });
  });
}
