import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { IrcServer } from './irc_server.mjs';
import { answering, install, withRealPackage } from './stand_in.mjs';

describe('@openclaw/irc 2026.9.5', () => {
  const holder = withRealPackage({ before, after });
  let server;
  before(async () => (server = await IrcServer.start()));
  after(() => server.end());
  const ask = (method, params) => holder.kernel.request(method, { plugin: 'irc', key: 'channel:irc', account: 'default', ...params });

  it('takes a private message, gives it to a turn, sends the answer back', async () => {
    const irc = { enabled: true, host: '127.0.0.1', port: server.port, tls: false, nick: 'chela', dmPolicy: 'open', allowFrom: ['*'], groupPolicy: 'open',
      channels: ['#room'], groups: { '#room': { requireMention: true } } };
    const { registrations } = await install(holder.kernel, '@openclaw/irc', 'irc', { gatewayConfig: { channels: { irc } } });
    assert.deepEqual(registrations.map(({ key }) => key), ['channel:irc']);
    const turn = answering(holder.kernel, 'from the model');
    await ask('channel.start');
    await server.heard(/^JOIN :?#room/);
    server.say('chela', 'hello');
    const { params, delivered } = await turn;
    assert.equal(params.context.BodyForAgent, 'hello');
    assert.match(params.context.SessionKey, /^agent:main:/);
    assert.equal(delivered.error, '');
    assert.equal(await server.heard(/from the model/), 'PRIVMSG alice :from the model');
  });
  it('answers in a channel when it is named, and only then', async () => {
    const turn = answering(holder.kernel, 'in the room');
    server.say('#room', 'not for the bot');
    server.say('#room', 'chela: and you?');
    const { params } = await turn;
    assert.match(params.context.BodyForAgent, /and you\?/);
    assert.equal(params.context.ChatType, 'group');
    assert.match(await server.heard(/in the room/), /^PRIVMSG #room :/);
  });
  it('sends by itself', async () => {
    await ask('channel.send', { to: '#room', text: 'on its own' });
    assert.equal(await server.heard(/on its own/), 'PRIVMSG #room :on its own');
    await ask('channel.stop');
  });
});
