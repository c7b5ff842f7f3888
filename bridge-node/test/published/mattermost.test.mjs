import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StandIn, answering, install, withRealPackage } from './stand_in.mjs';

const BOT = { id: 'bot0000000000000000000000x', username: 'chela', update_at: 1 };
const ANN = { id: 'ann0000000000000000000000x', username: 'ann' };
const DIRECT = { id: 'direct00000000000000000000', type: 'D', name: `${ANN.id}__${BOT.id}`, display_name: '' };

describe('@openclaw/mattermost 2026.9.5', () => {
  const holder = withRealPackage({ before, after });
  let service;
  before(async () => {
    service = await StandIn.start({
      answer: (req, body) => {
        const path = req.url.replace('/api/v4', '').replace(/\?.*/, '');
        if (path === '/users/me') return BOT;
        if (path.startsWith('/users/') && !path.includes('/teams')) return ANN;
        if (path.startsWith('/channels/')) return DIRECT;
        if (path === '/posts') return { id: `post${service.seen.length}`, ...JSON.parse(body) };
        return [];
      },
      socket: (send, { action, seq }) => action === 'authentication_challenge' && send({ status: 'OK', seq_reply: seq }),
    });
  });
  after(() => service.end());
  const ask = (method, params) => holder.kernel.request(method, { plugin: 'mattermost', key: 'channel:mattermost', account: 'default', ...params });
  const posts = (text) => service.heard(({ method, url, body }) => method === 'POST' && url.startsWith('/api/v4/posts') && body.includes(text));

  it('takes a post from its WebSocket, gives it to a turn, posts the answer', async () => {
    const mattermost = { enabled: true, baseUrl: `http://127.0.0.1:${service.port}`, botToken: 'token', dmPolicy: 'open', allowFrom: ['*'],
      network: { dangerouslyAllowPrivateNetwork: true } };
    const { registrations } = await install(holder.kernel, '@openclaw/mattermost', 'mattermost', { gatewayConfig: { channels: { mattermost } } });
    assert.deepEqual(registrations.map(({ kind }) => kind), ['channel', 'http_route']);
    const turn = answering(holder.kernel, 'from the model');
    await ask('channel.start');
    await service.heard(({ method, body }) => method === 'SOCKET' && body.includes('authentication_challenge'));
    const post = { id: 'incoming000000000000000000', user_id: ANN.id, channel_id: DIRECT.id, message: 'hello', create_at: Date.now(), update_at: Date.now(), type: '' };
    service.sockets[0].send(JSON.stringify({ event: 'posted', seq: 2, broadcast: { channel_id: DIRECT.id, user_id: '' },
      data: { post: JSON.stringify(post), channel_type: 'D', channel_name: DIRECT.name, sender_name: '@ann' } }));
    const { params, delivered } = await turn;
    assert.match(params.context.BodyForAgent, /hello/);
    assert.equal(params.context.SenderId, ANN.id);
    assert.equal(delivered.error, '');
    assert.equal(JSON.parse((await posts('from the model')).body).channel_id, DIRECT.id);
  });
  it('posts by itself', async () => {
    await ask('channel.send', { to: `channel:${DIRECT.id}`, text: 'on its own' });
    assert.equal(JSON.parse((await posts('on its own')).body).message, 'on its own');
    await ask('channel.stop');
  });
});
