import { StandIn } from '../stand_in.mjs';

const BOT = '@chela:example.test';
const ANN = '@ann:example.test';
const ROOM = '!room:example.test';
let number = 0;
let synced = 0;
let service;
const next = Promise.withResolvers();
const state = (type, key, sender, content) => ({ type, state_key: key, sender, content, event_id: `$state${number++}`, origin_server_ts: 1 });
const room = (more) => ({ rooms: { join: { [ROOM]: { state: { events: [] }, ephemeral: { events: [] }, account_data: { events: [] }, timeline: { events: [], limited: false, prev_batch: 'p' }, ...more } } } });

/** What a client is told first: a room of two people, marked as direct. */
const MEMBERS = [state('m.room.create', '', ANN, { room_version: '10', creator: ANN }), state('m.room.member', ANN, ANN, { membership: 'join', displayname: 'Ann', is_direct: true }),
  state('m.room.member', BOT, BOT, { membership: 'join' })];
const FIRST = { next_batch: 's1', account_data: { events: [{ type: 'm.direct', content: { [ANN]: [ROOM] } }] },
  ...room({ summary: { 'm.heroes': [ANN], 'm.joined_member_count': 2 }, state: { events: MEMBERS } }) };
const message = (text) => ({ type: 'm.room.message', event_id: `$message${number++}`, sender: ANN, origin_server_ts: Date.now(), content: { msgtype: 'm.text', body: text } });

function answer(req) {
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
  if (path.endsWith('/state')) return MEMBERS;
  return path.includes('/send/') ? { event_id: `$sent${service.seen.length}` } : {};
}
const sent = (text) => service.heard(({ method, url, body }) => method === 'PUT' && url.includes('/send/m.room.message/') && JSON.parse(body).body === text);

export const matrix = {
  name: '@openclaw/matrix', version: '2026.9.6', id: 'matrix', kinds: ['channel', 'cli', 'gateway_method', 'hook'],
  async begin() {
    service = await StandIn.start({ answer });
    return { enabled: true, homeserver: `http://127.0.0.1:${service.port}`, userId: BOT, accessToken: 'token', deviceId: 'DEVICE', encryption: false,
      network: { dangerouslyAllowPrivateNetwork: true }, dm: { policy: 'open', allowFrom: ['*'] }, startupVerification: 'off' };
  },
  async receive(text) {
    await service.heard(({ url }) => url.includes('/sync') && url.includes('since='));
    next.resolve({ next_batch: 's2', ...room({ timeline: { events: [message(text)], limited: false, prev_batch: 'p' } }) });
  },
  sender: ANN,
  sent,
  own: { to: ROOM, sent },
  end: () => service.end(),
};
