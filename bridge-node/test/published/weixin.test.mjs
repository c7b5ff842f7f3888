import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kernelFor } from '../kernel.mjs';
import { StandIn, answering, install } from './stand_in.mjs';

describe('@tencent-weixin/openclaw-weixin 2.4.9', () => {
  const holder = kernelFor({ before, after });
  const waiting = [];
  let given = false;
  let service;
  before(async () => {
    service = await StandIn.start({ answer: (req) => {
      if (!req.url.endsWith('/getupdates')) return { ret: 0 };
      if (given) return new Promise((resolve) => waiting.push(resolve));
      given = true;
      return { ret: 0, get_updates_buf: 'next', msgs: [{ message_id: 7, from_user_id: 'u1@im.wechat', to_user_id: 'bot', context_token: 'ct', create_time_ms: Date.now(),
        message_type: 1, item_list: [{ type: 1, text_item: { text: 'hello' } }] }] };
    } });
    const folder = join(holder.kernel.state, 'openclaw-weixin', 'accounts');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '..', 'accounts.json'), '["bot1"]');
    writeFileSync(join(folder, 'bot1.json'), JSON.stringify({ token: 't', baseUrl: `http://127.0.0.1:${service.port}` }));
  });
  after(() => {
    for (const resolve of waiting) resolve({ ret: 0 });
    service.end();
  });
  const ask = (method, params) => holder.kernel.request(method, { plugin: 'openclaw-weixin', key: 'channel:openclaw-weixin', ...params });

  it('polls its service, gives the message to a turn, sends the answer back', async () => {
    const turn = answering(holder.kernel, 'from the model');
    await install(holder.kernel, '@tencent-weixin/openclaw-weixin', 'openclaw-weixin');
    assert.deepEqual((await ask('channel.accounts', {})).accounts.map(({ accountId, configured }) => [accountId, configured]), [['bot1', true]]);
    assert.equal((await ask('channel.start', { account: 'bot1' })).status.running, true);
    const { params, delivered } = await turn;
    assert.deepEqual([params.context.BodyForAgent, params.context.SessionKey, params.context.From], ['hello', 'agent:main:main', 'u1@im.wechat']);
    assert.equal(delivered.error, '');
    const sent = JSON.parse((await service.heard(({ url }) => url.endsWith('/sendmessage'))).body);
    assert.deepEqual([sent.msg.to_user_id, sent.msg.context_token, sent.msg.item_list[0].text_item.text], ['u1@im.wechat', 'ct', 'from the model']);
  });
  it('sends by itself', async () => {
    await ask('channel.send', { account: 'bot1', to: 'u1@im.wechat', text: 'on its own' });
    assert.ok(await service.heard(({ url, body }) => url.endsWith('/sendmessage') && body.includes('on its own')));
    await ask('channel.stop', { account: 'bot1' });
  });
});
