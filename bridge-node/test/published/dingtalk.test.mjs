import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Kernel } from '../kernel.mjs';
import { StandIn, answering, install, redirecting } from './stand_in.mjs';

const MESSAGE = { msgId: 'm1', msgtype: 'text', text: { content: 'hello' }, conversationType: '1', conversationId: 'cid1', senderId: 's1', senderStaffId: 'staff1', senderNick: 'Ann',
  chatbotUserId: 'bot', robotCode: 'id', sessionWebhook: 'https://oapi.dingtalk.com/robot/sendBySession?session=x', sessionWebhookExpiredTime: Date.now() + 3_600_000, createAt: Date.now() };

for (const [name, version, config] of [
  ['@openclaw-china/dingtalk', '0.1.19', { dmPolicy: 'open' }],
  ['@soimy/dingtalk', '3.6.7', { dmPolicy: 'open', allowFrom: ['*'], messageType: 'markdown', ackReaction: '' }],
]) {
  describe(`${name} ${version}`, () => {
    let kernel;
    let service;
    before(async () => {
      service = await StandIn.start({ answer: (req) => {
        if (req.url.includes('/gateway/connections/open')) return { endpoint: `ws://127.0.0.1:${service.port}/socket`, ticket: 't' };
        if (/accessToken|gettoken/i.test(req.url)) return { accessToken: 'at', access_token: 'at', expireIn: 7200, errcode: 0 };
        return { errcode: 0, processQueryKey: 'p1', success: true, result: {} };
      } });
      kernel = await Kernel.start({ flags: [...FLAGS, ...redirecting], env: { STAND_IN: String(service.port) } });
    });
    after(async () => {
      await kernel.end();
      service.end();
    });
    const ask = (method, params) => kernel.request(method, { plugin: 'dingtalk', key: 'channel:dingtalk', ...params });

    it('takes a message from its stream, gives it to a turn, sends the answer back', async () => {
      const turn = answering(kernel, 'from the model');
      await install(kernel, name, 'dingtalk', { gatewayConfig: { channels: { dingtalk: { enabled: true, clientId: 'id', clientSecret: 'secret', ...config } } } });
      const started = ask('channel.start', { account: 'default' });
      await service.heard(({ method, url }) => method === 'SOCKET' && url === 'open');
      service.sockets[0].send(JSON.stringify({ type: 'CALLBACK', headers: { topic: '/v1.0/im/bot/messages/get', messageId: 'x1' }, data: JSON.stringify(MESSAGE) }));
      const { params, delivered } = await turn;
      assert.match(params.context.BodyForAgent ?? params.context.Body, /hello/);
      assert.match(params.context.SessionKey, /^agent:main:/);
      assert.equal(delivered.error, '');
      const { url } = await service.heard(({ method, body }) => method !== 'SOCKET' && body.includes('from the model'));
      assert.match(url, /sendBySession|batchSend|card\/streaming/);
      await started;
      await ask('channel.stop', { account: 'default' });
    });
  });
}
