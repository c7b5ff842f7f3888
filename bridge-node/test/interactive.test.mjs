// What a person presses: from the channel to the plugin that answers, in the same process and in another one.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pluginFolder, registering } from './folder.mjs';
import { Kernel } from './kernel.mjs';

const holder = {};

/** A channel that is told of a press by its tool, and keeps what it is asked to say. */
const channel = () => pluginFolder({ 'index.mjs': `
import { createChannelInteractiveDispatcher, dispatchPluginInteractiveHandler } from 'openclaw/plugin-sdk/plugin-runtime';
const said = [];
const respond = { reply: async ({ text, file }) => { said.push(text ?? file.toString()); }, editMessage: async ({ buttons }) => { said.push(buttons.length); } };
const press = createChannelInteractiveDispatcher({ channel: 'chat', interactiveKey: 'callback', dispatchInteractiveKey: 'callbackQuery' });
export default (api) => {
  api.registerTool({ name: 'press', description: '', parameters: {}, execute: async (id, { data, dedupeId }) => {
    said.length = 0;
    const result = await press({ data, dedupeId, respond, ctx: { senderId: 'ann', accountId: 'a', conversationId: 'c', auth: { isAuthorizedSender: true }, callbackQuery: { messageId: 9 } } });
    return JSON.stringify({ ...result, said });
  } });
  api.registerTool({ name: 'plain', description: '', parameters: {}, execute: async (id, { data }) =>
    JSON.stringify(await dispatchPluginInteractiveHandler({ channel: 'CHAT', data, invoke: ({ registration, payload }) => registration.handler({ payload, respond }) })) });
};` });

const run = async (name, given) => {
  const { content, isError } = await holder.kernel.request('tool.call', { plugin: 'chat', key: `tool:${name}`, toolCallId: 'c', arguments: given, context: {} });
  assert.notEqual(isError, true, content[0].text);
  return JSON.parse(content[0].text);
};

before(async () => {
  holder.kernel = await Kernel.start();
  await holder.kernel.startPlugin(channel(), { plugin: 'chat' });
  await holder.kernel.startPlugin(registering(`
    api.registerInteractiveHandler({ channel: 'Chat', namespace: 'poll', handler: async (ctx) => {
      await ctx.respond.reply({ text: [ctx.channel, ctx.senderId, ctx.callback.payload, ctx.callback.messageId, (await ctx.requestConversationBinding()).status].join(' ') });
      await ctx.respond.editMessage({ buttons: [] });
    } });
    api.registerInteractiveHandler({ channel: 'chat', namespace: 'bad', handler: async () => { throw new Error('on purpose'); } });
    api.registerInteractiveHandler({ channel: 'chat', namespace: 'talks', handler: async ({ respond }) => { for (let i = 0; i < 40; i += 1) await respond.reply({ text: 'x' }); } });
    api.registerInteractiveHandler({ channel: 'chat', namespace: 'says', handler: () => ({ handled: false, note: 'later' }) });`), { plugin: 'polls' });
});

after(() => holder.kernel.end());

describe('a press', () => {
  it('reaches the plugin of its namespace, which says something by the channel', async () => {
    assert.deepEqual(await run('press', { data: 'poll:yes:no' }), { matched: true, handled: true, duplicate: false, said: ['chat ann yes:no 9 error', 0] });
  });
  it('of nobody is left to the channel', async () => {
    assert.deepEqual(await run('press', { data: 'unknown:x' }), { matched: false, handled: false, duplicate: false, said: [] });
    assert.equal((await run('press', { data: '  ' })).matched, false);
  });
  it('is answered once, and again when the answer failed', async () => {
    assert.equal((await run('press', { data: 'poll:1', dedupeId: 'd1' })).duplicate, false);
    assert.deepEqual(await run('press', { data: 'poll:1', dedupeId: 'd1' }), { matched: true, handled: true, duplicate: true, said: [] });
    for (let i = 0; i < 2; i += 1) await assert.rejects(run('press', { data: 'bad:1', dedupeId: 'd2' }), /on purpose/);
  });
  it('says what the handler makes of it', async () => {
    const { handled, result } = await run('plain', { data: 'says' });
    assert.deepEqual([handled, result], [false, { handled: false, note: 'later' }]);
  });
});

describe('a press for a plugin of another process', () => {
  const asked = [];
  before(() => {
    holder.kernel.methods['gateway.request'] = ({ method, params }) => {
      asked.push([method, params]);
      if (params.namespace !== 'far') throw Object.assign(new Error('nobody'), { status: 'not_found' });
      const bytes = { $bytes: Buffer.from('a file').toString('base64') };
      const respond = [{ name: 'reply', arguments: [{ text: 'from afar' }] }, { name: 'reply', arguments: [{ file: bytes }] }, { name: 'constructor', arguments: [] }, { name: 'vanish', arguments: [] }, 7];
      return { payload: method === 'interactive.find' ? { plugin: 'other' } : { handled: true, respond } };
    };
  });
  after(() => delete holder.kernel.methods['gateway.request']);

  it('goes by the kernel, and its answers come out of the channel', async () => {
    assert.deepEqual(await run('press', { data: 'far:away' }), { matched: true, handled: true, duplicate: false, said: ['from afar', 'a file'] });
    const [[found], [dispatched, { channel: where, namespace, event }]] = asked;
    assert.deepEqual([found, dispatched, where, namespace], ['interactive.find', 'interactive.dispatch', 'chat', 'far']);
    assert.deepEqual([event.callback, event.respond, event.senderId], [{ messageId: 9, data: 'far:away', namespace: 'far', payload: 'away' }, ['reply', 'editMessage'], 'ann']);
  });
});

describe('a handler that the kernel asks', () => {
  const press = async (namespace, event) => (await holder.kernel.request('capability.invoke', { plugin: 'polls', kind: 'command', key: `command:interactive/chat/${namespace}`, path: 'handler', arguments: [event] })).value;

  it('answers with what it has to say', async () => {
    const event = { channel: 'chat', senderId: 'ann', callback: { payload: 'yes', messageId: 9 }, respond: ['reply', 'editMessage'] };
    assert.deepEqual(await press('poll', event), { handled: true, respond: [{ name: 'reply', arguments: [{ text: 'chat ann yes 9 error' }] }, { name: 'editMessage', arguments: [{ buttons: [] }] }] });
    assert.deepEqual(await press('says', {}), { handled: false, note: 'later' });
  });
  it('cannot say things without end', async () => assert.rejects(press('talks', {}), /32 things/));
});

describe('an interactive handler', () => {
  it('needs a namespace as upstream has them', async () => {
    const { registrations, diagnostics } = await holder.kernel.startPlugin(registering(`
      api.registerInteractiveHandler({ channel: 'chat', namespace: 'no colons:here', handler() {} });
      api.registerInteractiveHandler({ channel: 'chat', namespace: 'none' });`), { plugin: 'careless' });
    assert.deepEqual(registrations, []);
    assert.deepEqual(diagnostics.map(({ code }) => code), ['invalid_registration', 'invalid_registration']);
  });
  it('is gone with its plugin', async () => {
    await holder.kernel.request('plugin.stop', { plugin: 'polls' });
    assert.equal((await run('press', { data: 'poll:x' })).matched, false);
  });
});
