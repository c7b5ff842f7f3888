// Plugins of class R: where the real package comes from, and what of it is ours.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answering } from './published/stand_in.mjs';
import { pluginFolder } from './folder.mjs';
import { Kernel } from './kernel.mjs';

/** A package `openclaw` with the parts that matter here. */
const shared = () => pluginFolder({
  'node_modules/openclaw/package.json': { name: 'openclaw', type: 'module', exports: { './plugin-sdk/*': './dist/plugin-sdk/*.js' } },
  'node_modules/openclaw/node_modules/zod/package.json': { name: 'zod', main: 'index.js' },
  'node_modules/openclaw/node_modules/zod/index.js': `exports.z = 'zod';`,
  'node_modules/openclaw/dist/plugin-sdk/far-away.js': `export const far = 'the shared one';`,
  'node_modules/openclaw/dist/plugin-sdk/channel-inbound.js': `export const runChannelInboundEvent = () => { throw new Error("upstream's own"); }; export const kept = 1;`,
  'node_modules/openclaw/dist/plugin-sdk/plugin-runtime.js': `export async function dispatchPluginInteractiveHandler() { throw new Error("upstream's own"); } export const createChannelInteractiveDispatcher = 1; export const kept = 2;`,
  'node_modules/openclaw/dist/plugin-sdk/webhook-ingress.js': `export const registerPluginHttpRoute = () => { throw new Error("upstream's own"); };`,
  'node_modules/openclaw/dist/plugins/runtime/index.js': `export const createPluginRuntime = () => ({ tts: { listVoices: () => ['a voice'] }, config: { current: () => 'not this' } });`,
});
const tool = (body) => `export default (api) => api.registerTool({ name: 'go', description: '', parameters: {}, execute: async () => JSON.stringify(await (async () => {\n${body}\n})()) });`;

async function run(t, source, answer) {
  const kernel = await Kernel.start({ env: { CHELA_OPENCLAW_FOLDER: shared() } });
  t.after(() => kernel.end());
  const turn = answer === undefined ? undefined : answering(kernel, answer);
  await kernel.startPlugin(pluginFolder({ 'index.mjs': source }), { gatewayConfig: { ours: true } });
  const { content } = await kernel.request('tool.call', { plugin: 'under-test', key: 'tool:go', toolCallId: 'c', arguments: {}, context: {} });
  return { kernel, turn, value: JSON.parse(content[0].text) };
}

describe('a plugin of class R', () => {
  it('finds the package that all such plugins share', async (t) => {
    assert.equal((await run(t, `import { far } from 'openclaw/plugin-sdk/far-away';\n${tool('return far;')}`)).value, 'the shared one');
  });
  it('finds it by require(), too', async (t) => {
    const source = `import { createRequire } from 'node:module';\nimport 'openclaw/plugin-sdk/far-away';\n${tool("return createRequire(import.meta.url)('openclaw/plugin-sdk/far-away').far;")}`;
    assert.equal((await run(t, source)).value, 'the shared one');
  });
  it('finds zod, which older lines handed on', async (t) => {
    assert.equal((await run(t, `import 'openclaw/plugin-sdk/far-away';\nimport { z } from 'openclaw/plugin-sdk/zod';\n${tool('return z;')}`)).value, 'zod');
  });
  it('has our runtime, and beyond it the parts of upstream\'s', async (t) => {
    const { value } = await run(t, `import 'openclaw/plugin-sdk/far-away'; let runtime;\n${tool('return [runtime.config.current(), runtime.tts.listVoices(), "tts" in runtime];').replace('(api) =>', '(api) => (runtime = api.runtime,').replace(/;$/, ');')}`);
    assert.deepEqual([value[0].ours, ...value.slice(1)], [true, ['a voice'], true]);
  });
  it('begins its turns in the kernel, however it begins them', async (t) => {
    const body = `const said = []; await runChannelInboundEvent({ channel: 'c', raw: 1, adapter: { ingest: () => ({ id: 'm' }),
      resolveTurn: () => ({ ctxPayload: { Body: 'hello' }, route: { sessionKey: 'k' }, delivery: { deliver: async ({ text }) => said.push(text) } }) } }); return [kept, said];`;
    const { value, turn } = await run(t, `import 'openclaw/plugin-sdk/far-away'; import { runChannelInboundEvent, kept } from 'openclaw/plugin-sdk/channel-inbound';\n${tool(body)}`, 'from the model');
    assert.deepEqual(value, [1, ['from the model']]);
    assert.equal((await turn).params.context.Body, 'hello');
  });
  it('says what was pressed in its channel to whoever answers that', async (t) => {
    const body = `const pressed = createChannelInteractiveDispatcher({ channel: 'chat', interactiveKey: 'button' }); const said = [];
      const result = await pressed({ data: 'poll:yes', ctx: { button: { id: 7 }, senderId: 'ann' }, respond: { reply: async ({ text }) => said.push(text) } }); return [result.handled, said, kept];`;
    const source = `import 'openclaw/plugin-sdk/far-away'; import { createChannelInteractiveDispatcher, kept } from 'openclaw/plugin-sdk/plugin-runtime';\n${tool(body).replace('(api) =>', `(api) => (api.registerInteractiveHandler({ channel: 'chat', namespace: 'poll',
      handler: async ({ button, senderId, respond }) => { await respond.reply({ text: senderId + ' ' + button.payload + button.id }); } }),`).replace(/;$/, ');')}`;
    assert.deepEqual((await run(t, source)).value, [true, ['ann yes7'], 2]);
  });
  it('adds routes while it runs, and takes them away', async (t) => {
    const body = `const remove = registerPluginHttpRoute({ path: '/late', auth: 'plugin', handler: () => {} }); setImmediate(remove); return 1;`;
    const { kernel } = await run(t, `import 'openclaw/plugin-sdk/far-away'; import { registerPluginHttpRoute } from 'openclaw/plugin-sdk/webhook-ingress';\n${tool(body)}`);
    const has = ({ registrations }) => registrations.some(({ key }) => key === 'http_route:/late');
    assert.ok(await kernel.told('plugin.registered', has));
    assert.ok(await kernel.told('plugin.registered', (told) => !has(told)));
  });
});

describe('what a plugin keeps', () => {
  it('in its queue is claimed once per lane, and known again when it is done', async (t) => {
    const body = `const q = runtime.state.openChannelIngressQueue({ accountId: 'a' });
      const kinds = [(await q.enqueue('1', { n: 1 }, { laneKey: 'l' })).kind, (await q.enqueue('2', { n: 2 }, { laneKey: 'l' })).kind, (await q.enqueue('1', {})).kind];
      const first = await q.claimNext(); const blocked = await q.claimNext();
      const wrong = await q.complete({ id: '1', claim: { token: 'other' } }); const done = await q.complete(first);
      const second = await q.claimNext(); await q.release(second, { lastError: 'later' });
      return [kinds, first.payload, blocked, wrong, done, second.id, (await q.listPending()).map(({ id, attempts, lastError }) => [id, attempts, lastError]), (await q.enqueue('1', {})).kind];`;
    const { value } = await run(t, `let runtime;\n${tool(body).replace('(api) =>', '(api) => (runtime = api.runtime,').replace(/;$/, ');')}`);
    assert.deepEqual(value, [['accepted', 'accepted', 'pending'], { n: 1 }, null, false, true, '2', [['2', 1, 'later']], 'completed']);
  });
  it('in its blobs has limits, and makes room', async (t) => {
    const body = `const b = runtime.state.openBlobStore({ namespace: 'n', maxEntries: 2, maxBytesPerEntry: 4, maxBytesPerNamespace: 100 });
      for (const key of ['a', 'b', 'c']) await b.register(key, Buffer.from(key), { key });
      const large = await b.register('d', Buffer.alloc(5), {}).catch((error) => error.message);
      return [(await b.entries()).map(({ key }) => key), (await b.lookup('c')).bytes.toString(), await b.registerIfAbsent('c', Buffer.from('x'), {}), await b.delete('c'), await b.lookup('c') === undefined, large];`;
    const { value } = await run(t, `let runtime;\n${tool(body).replace('(api) =>', '(api) => (runtime = api.runtime,').replace(/;$/, ');')}`);
    assert.deepEqual(value.slice(0, 5), [['b', 'c'], 'c', false, true, true]);
    assert.match(value[5], /5 bytes, and 4 are allowed/);
  });
  it('in its keyed stores changes only as it was seen', async (t) => {
    const body = `const s = runtime.state.openKeyedStore({ namespace: 'n', maxEntries: 10 }); await s.register('k', 1);
      const seen = await s.observe('k'); const set = (comparison, value) => s.compareAndApply('k', comparison, { operation: 'update', action: 'set', value });
      const first = await set(seen.comparison, 2); const second = await set(seen.comparison, 3);
      return [first.status, second.status, second.current.value, await s.deleteIfEqual('k', 1), await s.deleteIfEqual('k', 2), await s.count()];`;
    const { value } = await run(t, `let runtime;\n${tool(body).replace('(api) =>', '(api) => (runtime = api.runtime,').replace(/;$/, ');')}`);
    assert.deepEqual(value, ['applied', 'conflict', 2, false, true, 0]);
  });
});
