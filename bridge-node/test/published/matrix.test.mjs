import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { StandIn, answering, install, withRealPackage } from './stand_in.mjs';

const BOT = '@chela:example.test';
const ANN = '@ann:example.test';
const ROOM = '!room:example.test';
let number = 0;
const state = (type, key, sender, content) => ({ type, state_key: key, sender, content, event_id: `$state${number++}`, origin_server_ts: 1 });

/** What a client is told first: a room of two people, marked as direct. */
const FIRST = { next_batch: 's1', account_data: { events: [{ type: 'm.direct', content: { [ANN]: [ROOM] } }] },
  rooms: { join: { [ROOM]: { summary: { 'm.heroes': [ANN], 'm.joined_member_count': 2 }, timeline: { events: [], limited: false, prev_batch: 'p' }, ephemeral: { events: [] },
    account_data: { events: [] }, state: { events: [state('m.room.create', '', ANN, { room_version: '10', creator: ANN }),
      state('m.room.member', ANN, ANN, { membership: 'join', displayname: 'Ann', is_direct: true }), state('m.room.member', BOT, BOT, { membership: 'join' })] } } } } };
const say = (text) => ({ next_batch: `s${++number}`, rooms: { join: { [ROOM]: { state: { events: [] }, ephemeral: { events: [] }, account_data: { events: [] },
  timeline: { limited: false, prev_batch: 'p', events: [{ type: 'm.room.message', event_id: `$message${number}`, sender: ANN, origin_server_ts: Date.now(), content: { msgtype: 'm.text', body: text } }] } } } } });

describe('@openclaw/matrix 2026.9.6', () => {
  const holder = withRealPackage({ before, after });
  const next = Promise.withResolvers();
  let service;
  let synced = 0;
  before(async () => {
    service = await StandIn.start({ answer: (req) => {
      const path = req.url.replace(/\?.*/, '');
      if (path.endsWith('/versions')) return { versions: ['v1.1', 'v1.5', 'v1.11'], unstable_features: {} };
      if (path.endsWith('/whoami')) return { user_id: BOT, device_id: 'DEVICE' };
      if (path.endsWith('/sync')) return [FIRST, next.promise][synced++] ?? new Promise((resolve) => setTimeout(() => resolve({ next_batch: `s${++number}` }), 1000).unref());
      if (path.includes('/filter')) return { filter_id: 'f1' };
      if (path.includes('/pushrules')) return { global: {} };
      if (path.includes('/joined_members')) return { joined: { [ANN]: { display_name: 'Ann' }, [BOT]: {} } };
      if (path.endsWith('/joined_rooms')) return { joined_rooms: [ROOM] };
      if (path.includes('/account_data/m.direct')) return { [ANN]: [ROOM] };
      if (path.includes('/m.room.encryption')) return { $status: 404, errcode: 'M_NOT_FOUND', error: 'no such state' };
      if (path.endsWith('/state')) return FIRST.rooms.join[ROOM].state.events;
      if (path.includes('/send/')) return { event_id: `$sent${service.seen.length}` };
      return {};
    } });
  });
  after(() => service.end());
  const ask = (method, params) => holder.kernel.request(method, { plugin: 'matrix', key: 'channel:matrix', account: 'default', ...params });
  const sent = (text) => service.heard(({ method, url, body }) => method === 'PUT' && url.includes('/send/m.room.message/') && body.includes(text));

  it('takes a message from its sync, gives it to a turn, sends the answer', async () => {
    const matrix = { enabled: true, homeserver: `http://127.0.0.1:${service.port}`, userId: BOT, accessToken: 'token', deviceId: 'DEVICE', encryption: false,
      network: { dangerouslyAllowPrivateNetwork: true }, dm: { policy: 'open', allowFrom: ['*'] }, startupVerification: 'off' };
    await install(holder.kernel, '@openclaw/matrix', 'matrix', { gatewayConfig: { channels: { matrix } } });
    const turn = answering(holder.kernel, 'from the model');
    await ask('channel.start');
    await service.heard(({ url }) => url.includes('/sync') && url.includes('since='));
    next.resolve(say('hello'));
    const { params, delivered } = await turn;
    assert.match(params.context.BodyForAgent, /hello/);
    assert.equal(params.context.SenderId, ANN);
    assert.equal(delivered.error, '');
    assert.equal(JSON.parse((await sent('from the model')).body).body, 'from the model');
  });
  it('sends by itself', async () => {
    await ask('channel.send', { to: ROOM, text: 'on its own' });
    assert.ok(await sent('on its own'));
    await ask('channel.stop');
  });
});
