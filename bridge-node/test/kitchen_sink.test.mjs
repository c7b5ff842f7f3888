// Upstream's own fixture: every personality, every registrar, every hook.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KITCHEN_SINK_EXPECTED_DIAGNOSTICS, KITCHEN_SINK_PERSONALITIES } from '../node_modules/@openclaw/kitchen-sink/src/personality.js';
import { HOOKS } from '../dist/hooks/catalogue.js';
import { kernelFor } from './kernel.mjs';
import { sdkFolder } from './sdk.mjs';

const directory = fileURLToPath(new URL('../node_modules/@openclaw/kitchen-sink', import.meta.url));
const manifest = JSON.parse(readFileSync(`${directory}/openclaw.plugin.json`, 'utf8'));
const holder = kernelFor({ before, after }, { env: { CHELA_BRIDGE_SHIM: sdkFolder() } });
const plugin = 'kitchen-sink';
const start = (personality) => holder.kernel.startPlugin(directory, { plugin, manifest, config: { enabled: true, personality } });
const ask = (method, params, options) => holder.kernel.request(method, { plugin, ...params }, options);
const invoke = async (key, path, ...given) => (await ask('capability.invoke', { kind: key.split(':')[0], key, path, arguments: given })).value;

for (const personality of KITCHEN_SINK_PERSONALITIES) {
  describe(`the personality ${personality}`, () => {
    let answer;
    before(async () => {
      answer = await start(personality);
    });
    after(() => ask('plugin.stop', {}));

    it('gets every diagnostic that upstream gives, and no error', () => {
      const said = answer.diagnostics.map(({ message }) => message);
      assert.deepEqual(KITCHEN_SINK_EXPECTED_DIAGNOSTICS[personality].filter((message) => !said.includes(message)), []);
      assert.deepEqual(answer.diagnostics.filter(({ severity }) => severity === 'error'), []);
      const others = answer.diagnostics.filter(({ code }) => code !== 'hook_not_called');
      if (personality === 'conformance') assert.deepEqual(others, []);
    });

    it('listens at all 42 hooks', () => {
      const points = answer.registrations.filter(({ kind }) => kind === 'hook').map(({ id }) => id);
      assert.deepEqual([...HOOKS.keys()].filter((point) => !points.includes(point)), []);
      assert.equal(HOOKS.size, 42);
    });

    it('runs every hook without a failure', async () => {
      for (const name of HOOKS.keys()) {
        const event = { toolName: 'kitchen_sink_text', params: { prompt: 'kitchen' }, messages: [], message: { role: 'user', content: 'x' }, payload: { text: 'x' } };
        assert.deepEqual((await ask('hook.run', { name, event, context: {} })).failures, undefined, name);
      }
      const { result } = await ask('hook.run', { name: 'resolve_exec_env', event: { toolName: 'exec' }, context: {} });
      assert.equal(result.KITCHEN_SINK_HOOK, 'resolve_exec_env');
    });
  });
}

describe('what it registers works', () => {
  before(() => start('full'));
  after(() => ask('plugin.stop', {}));

  it('tools', async () => {
    for (const name of ['kitchen_sink_text', 'kitchen_sink_search']) {
      const { content, isError } = await ask('tool.call', { key: `tool:${name}`, toolCallId: 'c1', arguments: { prompt: 'kitchen', query: 'kitchen' }, context: {} });
      assert.ok(content[0].text.length > 20, name);
      assert.equal(isError, undefined);
    }
  });
  it('commands', async () => {
    const { reply } = await ask('command.run', { key: 'command:kitchen', args: 'help', context: { channel: 'test', isAuthorizedSender: true } });
    assert.match(reply.text, /kitchen/i);
  });
  it('the HTTP route', async () => {
    const pieces = [];
    const request = { key: 'http_route:/kitchen-sink/status', method: 'GET', target: '/kitchen-sink/status', headers: [] };
    assert.deepEqual(await ask('httpRoute.handle', request, { onEvent: (piece) => pieces.push(piece) }), { handled: true });
    assert.equal(pieces[0].status, 200);
    assert.equal(JSON.parse(Buffer.from(pieces[1].data, 'base64')).scenarioId, 'http.status');
  });
  it('the gateway method', async () => {
    const { payload } = await ask('gatewayMethod.call', { key: 'gateway_method:kitchen.status', params: {}, context: {} });
    assert.equal(payload.ok, true);
  });
  it('the channel', async () => {
    const key = 'channel:kitchen-sink-channel';
    const { accounts } = await ask('channel.accounts', { key });
    assert.deepEqual([accounts.length, accounts[0].accountId, accounts[0].configured], [1, 'local', true]);
    assert.equal((await ask('channel.start', { key, account: 'local' })).status.running, true);
    const sent = await ask('channel.send', { key, account: 'local', to: 'kitchen', text: 'hello' });
    assert.ok(sent.messageId.length > 3);
    assert.ok((await ask('channel.send', { key, account: 'local', to: 'kitchen', mediaUrl: 'file:///x.png' })).messageId.length > 3);
    assert.deepEqual(await ask('channel.stop', { key, account: 'local' }), {});
    assert.equal(await invoke(key, 'messaging.normalizeTarget', 'kitchen'), 'kitchen');
  });
  it('the model provider, streamed', async () => {
    const key = 'provider:kitchen-sink-llm';
    const service = { id: 'kitchen-sink-llm', api: 'kitchen-sink' };
    const { models } = await ask('provider.listModels', { key, service });
    assert.equal(models[0].id, 'kitchen-sink-text-v1');
    const pieces = [];
    const request = { key, service, model: models[0].id, messages: [{ role: 'user', content: 'kitchen' }] };
    assert.deepEqual(await ask('provider.complete', request, { onEvent: (piece) => pieces.push(piece) }), { stopReason: 'stop' });
    assert.ok(pieces.filter(({ type }) => type === 'text').map(({ text }) => text).join('').length > 20);
    assert.ok(pieces.some(({ type }) => type === 'usage'));
  });
  it('embeddings, by the object that it makes', async () => {
    const made = await invoke('embeddings:kitchen-sink-embedding', 'create', {});
    assert.deepEqual(made.provider.$functions.sort(), ['embed', 'embedBatch']);
    const vectors = await invoke(made.provider.$handle, 'embedBatch', ['a', 'b']);
    assert.equal(vectors.length, 2);
    await invoke(made.provider.$handle, '$release');
    await assert.rejects(invoke(made.provider.$handle, 'embed', 'a'), { status: 'not_found' });
  });
  it('speech, with its bytes', async () => {
    const made = await invoke('speech:kitchen-sink-speech', 'synthesize', { text: 'hello', $cfg: true });
    assert.ok(JSON.stringify(made).includes('$bytes') || JSON.stringify(made).includes('base64'), JSON.stringify(made).slice(0, 300));
  });
  it('a transcription session, by its handle', async () => {
    const session = await invoke('speech:transcription/kitchen-sink-realtime-transcription', 'createSession', {});
    assert.equal(await invoke(session.$handle, 'isConnected'), false);
    await invoke(session.$handle, 'connect');
    await invoke(session.$handle, 'sendAudio', { $bytes: 'AAAA' });
    assert.equal(await invoke(session.$handle, 'isConnected'), true);
  });
  it('media, web search, memory, compaction, context engine', async () => {
    assert.match((await invoke('media:understanding/kitchen-sink-media', 'describeImage', { prompt: 'x' })).text, /kitchen/i);
    assert.ok(await invoke('media:video/kitchen-sink-video', 'generateVideo', { prompt: 'x' }));
    const tool = await invoke('web_search:kitchen-sink-search', 'createTool', {});
    assert.ok(await invoke(tool.$handle, 'execute', { query: 'kitchen' }));
    assert.ok((await invoke('memory:corpus_supplement/kitchen-sink-memory-corpus', 'search', { query: 'kitchen' })).length > 0);
    assert.ok((await invoke(`memory:prompt_supplement/${plugin}`, '', {})).length > 0);
    assert.equal(typeof (await invoke('context_engine:compaction/kitchen-sink-compaction', 'summarize', { messages: [] })), 'string');
    const engine = 'context_engine:openclaw-kitchen-sink-fixture';
    const assembled = await invoke(engine, 'assemble', { messages: [{ role: 'user', content: 'hi' }], tokenBudget: 1000 });
    assert.equal(assembled.messages.length, 1);
    const { functions, info } = await invoke(engine, '$describe');
    assert.ok(functions.includes('assemble') && functions.includes('ingest'));
    assert.equal(typeof info.id, 'string');
  });
});
