import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { registering } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after });
const folder = registering(`
  api.registerTool({ name: 'run', description: '', parameters: {}, execute: async (id, { code }) =>
    JSON.stringify(await new (Object.getPrototypeOf(async function () {}).constructor)('api', 'channel', 'return ' + code)(api, api.runtime.channel)) ?? 'null' });`);
const run = async (code) => {
  const { content } = await holder.kernel.request('tool.call', { plugin: 'under-test', key: 'tool:run', arguments: { code }, context: {} });
  return JSON.parse(content[0].text);
};
const again = async () => {
  await holder.kernel.request('plugin.stop', { plugin: 'under-test' });
  await holder.kernel.startPlugin(folder);
};

describe('what the runtime keeps in the state directory', () => {
  before(() => holder.kernel.startPlugin(folder));
  it('values by key, for a time, at most so many', async () => {
    const store = `api.runtime.state.openSyncKeyedStore({ namespace: 'N/../1', maxEntries: 2 })`;
    assert.deepEqual(await run(`(() => { const s = ${store}; s.register('a', { x: 1 }); s.register('gone', 1, { ttlMs: -1 }); return [s.lookup('a'), s.lookup('gone') ?? null, s.registerIfAbsent('a', 2)]; })()`), [{ x: 1 }, null, false]);
    assert.deepEqual(await run(`(() => { const s = ${store}; s.register('b', 2); s.register('c', 3); return s.entries().map(({ key }) => key); })()`), ['b', 'c']);
    await again();
    assert.deepEqual(await run(`(async () => { const s = api.runtime.state.openKeyedStore({ namespace: 'N/../1' }); return [await s.lookup('b'), await s.consume('b'), await s.lookup('b') ?? null]; })()`), [2, 2, null]);
  });
  it('who asks to be let in', async () => {
    const ask = (id) => run(`await channel.pairing.upsertPairingRequest({ channel: 'irc', id: '${id}', accountId: 'main' })`);
    const first = await ask('ann');
    assert.match(first.code, /^[A-HJ-NP-Z2-9]{8}$/);
    assert.deepEqual(await ask('ann'), { code: first.code, created: false });
    await ask('bob');
    await ask('cid');
    assert.deepEqual(await ask('dan'), { code: '', created: false });
    assert.equal(JSON.parse(readFileSync(join(holder.kernel.state, 'credentials/irc-pairing.json'))).requests.length, 3);
    assert.deepEqual(await run(`await channel.pairing.readAllowFromStore({ channel: '../../etc/passwd', accountId: 'x' })`), []);
  });
  it('when sessions were last heard of', async () => {
    await run(`await channel.session.recordInboundSession({ storePath: '', sessionKey: 'Agent:main:A', ctx: { ChatType: 'direct' }, updateLastRoute: { sessionKey: 'm', channel: 'irc', to: 'ann' }, onRecordError() {} }) && 1`);
    await again();
    assert.ok(Date.now() - (await run(`channel.session.readSessionUpdatedAt({ storePath: '', sessionKey: 'agent:main:a' })`)) < 60_000);
    assert.equal(await run(`channel.session.resolveStorePath('/x/{agentId}.json', { agentId: 'ops' })`), '/x/ops.json');
  });
  it('media, under names that lead nowhere else', async () => {
    const saved = await run(`await channel.media.saveMediaBuffer(Buffer.from('\\x89PNG....', 'latin1'), undefined, '../../up', undefined, '../a b.txt')`);
    assert.deepEqual([saved.contentType, saved.path.startsWith(join(holder.kernel.state, 'media/')), existsSync(saved.path)], ['image/png', true, true]);
    assert.match(await run(`await channel.media.saveMediaBuffer(Buffer.alloc(9), undefined, 'x', 4).catch((error) => error.message)`), /9 bytes, and 4/);
  });
});

describe('messages that come shortly after each other', () => {
  it('are given on together', async () => {
    assert.deepEqual(await run(`await new Promise((done) => { const d = channel.debounce.createInboundDebouncer({ debounceMs: 5, buildKey: (item) => item.key, onFlush: done });
      d.enqueue({ key: 'k', n: 1 }); d.enqueue({ key: 'k', n: 2 }); })`), [{ key: 'k', n: 1 }, { key: 'k', n: 2 }]);
  });
});
