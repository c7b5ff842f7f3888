import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { kernelFor } from '../kernel.mjs';
import { StandIn, answering, install } from './stand_in.mjs';

describe('@wecom/wecom-openclaw-plugin 2026.7.2', () => {
  const holder = kernelFor({ before, after });
  let service;
  before(async () => {
    service = await StandIn.start({ socket: (send, { cmd, headers }) => {
      send({ headers, errcode: 0, errmsg: 'ok' });
      if (cmd !== 'aibot_subscribe') return;
      send({ cmd: 'aibot_msg_callback', headers: { req_id: 'r1' }, body: { msgid: 'm1', aibotid: 'bot', chattype: 'single', from: { userid: 'User1' }, msgtype: 'text', text: { content: 'hello' } } });
    } });
  });
  after(() => service.end());
  const ask = (method, params) => holder.kernel.request(method, { plugin: 'wecom-openclaw-plugin', key: 'channel:wecom', ...params });

  it('takes a message from its WebSocket, gives it to a turn, streams the answer back', async () => {
    const turn = answering(holder.kernel, 'from the model');
    const wecom = { enabled: true, botId: 'bot', secret: 's', websocketUrl: `ws://127.0.0.1:${service.port}`, dmPolicy: 'open', allowFrom: ['*'] };
    const { registrations } = await install(holder.kernel, '@wecom/wecom-openclaw-plugin', 'wecom-openclaw-plugin', { gatewayConfig: { channels: { wecom } } });
    assert.deepEqual([...new Set(registrations.map(({ kind }) => kind))].sort(), ['channel', 'hook', 'http_route', 'tool']);
    await ask('channel.start', { account: 'default' });
    const { params, delivered } = await turn;
    assert.match(params.context.BodyForAgent, /hello/);
    assert.match(params.context.SessionKey, /^agent:main:/);
    assert.equal(delivered.error, '');
    const answer = JSON.parse((await service.heard(({ body }) => body.includes('aibot_respond_msg') && body.includes('from the model'))).body);
    assert.equal(answer.headers.req_id, 'r1');
  });
  it('ends with its account', () => ask('channel.stop', { account: 'default' }));
});
