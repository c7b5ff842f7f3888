import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { AccountRun } from '../dist/calls/account.js';
import { Plugin } from '../dist/plugin/plugin.js';
import { registering } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const CHANNEL = `const channel = (id, more) => api.registerChannel({ plugin: {
    id, meta: { id, label: id }, capabilities: { chatTypes: ['direct'] },
    config: { listAccountIds: (cfg) => Object.keys(cfg.channels[id].accounts), resolveAccount: (cfg, accountId) => cfg.channels[id].accounts[accountId],
      isConfigured: (account) => Boolean(account.token), isEnabled: (account) => account.enabled !== false },
    ...more } });`;
const accounts = { main: { token: 't', name: 'Main' }, empty: {}, off: { token: 't', enabled: false } };
const gatewayConfig = { channels: { net: { accounts }, other: { accounts }, older: { accounts }, oldest: { accounts } } };
const plugin = 'under-test';
const holder = kernelFor({ before, after });
const ask = (method, params, options) => holder.kernel.request(method, { plugin, ...params }, options);

/** A turn as the kernel runs it: these pieces, each awaited one only after the one before was delivered. */
function turnOf(pieces) {
  const turn = { delivered: [], params: undefined };
  holder.kernel.methods['turn.run'] = async (params, id) => {
    turn.params = params;
    let delivery = 0;
    for (const piece of pieces) {
      const awaited = piece.awaited === true;
      holder.kernel.send({ method: 'call.event', params: { call: id, events: [{ ...piece, delivery: (delivery += 1) }] } });
      if (awaited) turn.delivered.push(await holder.kernel.told('turn.delivered', (told) => told.call === id && told.delivery === delivery));
    }
    return { queuedFinal: true, counts: { tool: 0, block: 1, final: 1 } };
  };
  return turn;
}

describe('accounts', () => {
  before(() => holder.kernel.startPlugin(registering(`${CHANNEL}
    channel('net', { status: { defaultRuntime: { accountId: 'x', mode: 'socket' } },
      gateway: { startAccount: async ({ accountId, account, abortSignal, setStatus, log, cfg, channelRuntime }) => {
        setStatus({ connected: true, seen: [accountId, account.name, Object.keys(cfg.channels).length, typeof channelRuntime.reply.dispatchReplyWithBufferedBlockDispatcher] });
        await new Promise((resolve) => abortSignal.addEventListener('abort', resolve));
        log.info('left');
      }, stopAccount: async () => api.logger.info('stop asked') } });
    channel('other', { gateway: { startAccount: async () => { throw new Error('wrong token'); } } });
    channel('older', { gateway: { startAccount: () => () => api.logger.info('older stopped') } });
    channel('oldest', { gateway: { startAccount: async ({ setStatus }) => setStatus({ running: true }), stopAccount: () => api.logger.info('oldest stopped') } });
    api.registerChannel({ id: 'nothing' });`), { gatewayConfig }));
  after(() => ask('plugin.stop', {}));
  const start = (id, account = 'main') => ask('channel.start', { key: `channel:${id}`, account });

  it('are listed with what the configuration says', async () => {
    assert.deepEqual(await ask('channel.accounts', { key: 'channel:net' }), { accounts: [
      { accountId: 'main', enabled: true, configured: true, name: 'Main' },
      { accountId: 'empty', enabled: true, configured: false },
      { accountId: 'off', enabled: false, configured: true }] });
  });
  it('run until they are stopped, and tell their state', async () => {
    const { status } = await start('net');
    assert.deepEqual([status.running, status.connected, status.mode, status.seen], [true, true, 'socket', ['main', 'Main', 4, 'function']]);
    await assert.rejects(start('net'), { status: 'already_exists' });
    const begin = performance.now();
    await ask('channel.stop', { key: 'channel:net', account: 'main' });
    assert.ok(performance.now() - begin < 1000, 'it waited for an account that had ended');
    await holder.kernel.logged(/stop asked/);
    await holder.kernel.logged(/left/);
    const last = holder.kernel.notifications.filter(({ method }) => method === 'channel.status').at(-1).params;
    assert.deepEqual([last.key, last.account, last.status.running], ['channel:net', 'main', false]);
  });
  it('that fail at once say why', () => assert.rejects(start('other'), { message: 'wrong token' }));
  it('that are not configured do not start', () => assert.rejects(start('net', 'empty'), { status: 'invalid_argument' }));
  it('of the older kind run until their function is called', async () => {
    assert.equal((await start('older')).status.running, true);
    await ask('channel.stop', { key: 'channel:older', account: 'main' });
    await holder.kernel.logged(/older stopped/);
  });
  it('of the oldest kind are done as soon as they run', async () => {
    assert.equal((await start('oldest')).status.running, true);
    await ask('channel.stop', { key: 'channel:oldest', account: 'main' });
    await holder.kernel.logged(/oldest stopped/);
  });
  it('can be started again after a stop', async () => {
    assert.equal((await start('net')).status.running, true);
    await ask('channel.stop', { key: 'channel:net', account: 'main' });
  });
});

describe('an account that ends unasked', () => {
  it('is started again after 5 s, doubling to 300 s, ten times', async () => {
    const waits = [];
    let starts = 0;
    const kernel = { request: async () => ({}), notify() {}, stateDirectory: '', version: '' };
    const owner = new Plugin({ plugin: 'p', directory: '/', entry: '', config: {}, gatewayConfig: {} }, kernel);
    const channel = { id: 'c', config: { resolveAccount: () => ({}) }, gateway: { startAccount: async () => {
      starts += 1;
      if (starts > 1) throw new Error('again');
      await new Promise((resolve) => setImmediate(resolve));
    } } };
    mock.method(Math, 'random', () => 0);
    const timer = mock.method(globalThis, 'setTimeout', (work, ms) => {
      if (ms >= 5000) waits.push(ms);
      if (ms >= 5000 && waits.length <= 10) setImmediate(work);
      return { unref() {}, ref() {} };
    });
    const done = Promise.withResolvers();
    const log = mock.method(owner, 'log', (_level, line) => /given up/.test(line) && done.resolve());
    await new AccountRun(owner, channel, 'channel:c', 'a').start();
    await done.promise;
    for (const mocked of [timer, log, Math.random]) mocked.mock.restore();
    assert.deepEqual(waits, [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000, 300_000]);
    assert.equal(starts, 11);
  });
});

describe('messages out', () => {
  before(() => holder.kernel.startPlugin(registering(`${CHANNEL}
    const says = (what) => async (ctx) => ({ channel: 'net', messageId: [what, ctx.to, ctx.text, ctx.mediaUrl, ctx.accountId, ctx.replyToId, ctx.threadId, ctx.cfg !== undefined].join('|') });
    channel('net', { outbound: { sendText: says('text'), sendMedia: says('media'), sendPayload: says('payload') } });
    channel('other', { outbound: { sendText: says('text') } });
    channel('older', { message: { send: { text: says('newer'), media: async () => { throw new Error('no media today'); } } } });
    channel('mute', {});`), { gatewayConfig }));
  after(() => ask('plugin.stop', {}));
  const send = async (id, message) => (await ask('channel.send', { key: `channel:${id}`, account: 'main', to: '#a', ...message })).messageId;
  it('go by the function for their kind', async () => {
    assert.equal(await send('net', { text: 'hi', replyToId: 'r', threadId: 't' }), 'text|#a|hi||main|r|t|true');
    assert.equal(await send('net', { text: 'see', mediaUrl: 'http://x/y.png' }), 'media|#a|see|http://x/y.png|main|||true');
    assert.equal(await send('net', { payload: { text: 'p' } }), 'payload|#a|||main|||true');
  });
  it('with media go as an address where there is no function for media', async () => {
    assert.equal(await send('other', { text: 'see', mediaUrl: 'http://x/y.png' }), 'text|#a|see\nhttp://x/y.png|http://x/y.png|main|||true');
    assert.equal(await send('other', { payload: { text: 'p' } }), 'text|#a|p||main|||true');
  });
  it('go by the newer adapter, too', async () => assert.equal(await send('older', { text: 'n' }), 'newer|#a|n||main|||true'));
  it('that fail say why', () => assert.rejects(send('older', { mediaUrl: 'x' }), /no media today/));
  it('of a channel that cannot send are refused', () => assert.rejects(send('mute', { text: 'x' }), { status: 'unsupported' }));
});

describe('messages in', () => {
  before(() => holder.kernel.startPlugin(registering(`
    const { reply, inbound } = api.runtime.channel;
    const tool = (name, execute) => api.registerTool({ name, description: '', parameters: {}, execute: async (id, args) => JSON.stringify(await execute(args)) });
    const ctx = { Body: 'hello', From: 'irc:a', SessionKey: 'agent:main:main', MessageSid: 'm1' };
    const collect = (heard, fail) => ({ deliver: async (payload, { kind }) => {
      await new Promise((resolve) => setImmediate(resolve));
      heard.push(kind + ':' + payload.text);
      if (payload.text === fail) throw new Error('cannot deliver');
      return { messageId: 'id-' + payload.text };
    }, onError: (error, { kind }) => heard.push('error:' + kind + ':' + error.message), onReplyStart: () => heard.push('typing') });
    tool('classic', async () => {
      const heard = [];
      const result = await reply.dispatchReplyWithBufferedBlockDispatcher({ ctx, cfg: api.config, dispatcherOptions: collect(heard, 'two'),
        replyOptions: { onPartialReply: ({ text }) => heard.push('partial:' + text), onReasoningStream: ({ text }) => heard.push('reasoning:' + text), toolsAllow: ['a'] } });
      return { heard, result };
    });
    tool('dispatcher', async () => {
      const heard = [];
      const { dispatcher, replyOptions, markDispatchIdle } = reply.createReplyDispatcherWithTyping(collect(heard));
      const result = await reply.withReplyDispatcher({ dispatcher, run: () => reply.dispatchReplyFromConfig({ ctx, cfg: api.config, dispatcher, replyOptions }), onSettled: markDispatchIdle });
      return { heard, result };
    });
    tool('turn', async () => {
      const heard = [];
      const result = await inbound.run({ channel: 'irc', accountId: 'main', raw: { text: 'x' }, adapter: {
        ingest: (raw) => ({ id: '1', rawText: raw.text }), resolveTurn: () => ({ channel: 'irc', route: { agentId: 'main', sessionKey: 's' }, ctxPayload: ctx, delivery: collect(heard) }),
        onFinalize: (final) => heard.push('final ' + final.dispatched) } });
      return { heard, result };
    });
    tool('dropped', () => inbound.run({ raw: 1, adapter: { ingest: () => null, resolveTurn() {} } }));
    tool('fails', async () => { try { await inbound.dispatch({ ctxPayload: ctx, delivery: collect([]) }); } catch (error) { return error.message; } });`)));
  after(() => ask('plugin.stop', {}));
  const run = async (name) => JSON.parse((await ask('tool.call', { key: `tool:${name}`, arguments: {}, context: {} })).content[0].text);
  const pieces = [
    { type: 'typing' }, { type: 'partial', payload: { text: 'on' } }, { type: 'reasoning', payload: { text: 'hm' } },
    { type: 'block', awaited: true, payload: { text: 'one' } }, { type: 'final', awaited: true, payload: { text: 'two' } },
  ];

  it('of the classic kind are delivered piece by piece, each acknowledged', async () => {
    const turn = turnOf(pieces);
    const { heard, result } = await run('classic');
    assert.deepEqual(heard, ['typing', 'partial:on', 'reasoning:hm', 'block:one', 'final:two', 'error:final:cannot deliver']);
    assert.deepEqual(result, { queuedFinal: true, counts: { tool: 0, block: 1, final: 1 } });
    assert.deepEqual(turn.delivered.map(({ delivery, error, messageId }) => [delivery, error, messageId]), [[4, '', 'id-one'], [5, 'cannot deliver', undefined]]);
    assert.equal(turn.params.context.Body, 'hello');
    assert.deepEqual(turn.params.options, { toolsAllow: ['a'], listeners: ['partial', 'reasoning'] });
  });
  it('with a dispatcher of their own work, too', async () => {
    turnOf(pieces);
    assert.deepEqual((await run('dispatcher')).heard, ['typing', 'block:one', 'final:two']);
  });
  it("of upstream's own channels run by their adapter", async () => {
    const turn = turnOf(pieces);
    const { heard, result } = await run('turn');
    assert.deepEqual(heard, ['block:one', 'final:two', 'final true']);
    assert.deepEqual([result.dispatched, result.admission, result.routeSessionKey], [true, { kind: 'dispatch' }, 's']);
    assert.deepEqual(turn.params.route, { agentId: 'main', sessionKey: 's' });
  });
  it('that are nothing are dropped', async () => assert.deepEqual(await run('dropped'), { admission: { kind: 'drop', reason: 'ingest-null' }, dispatched: false }));
  it('that the kernel refuses are told', async () => {
    holder.kernel.methods['turn.run'] = () => { throw new Error('no such agent'); };
    assert.equal(await run('fails'), 'no such agent');
  });
});
