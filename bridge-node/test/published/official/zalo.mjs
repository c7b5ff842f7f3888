import { StandIn } from '../stand_in.mjs';

let service;
const waiting = Promise.withResolvers();
let polls = 0;
const sent = (text) => service.heard(({ url, body }) => url.endsWith('/sendMessage') && body.includes(text));

export const zalo = {
  name: '@openclaw/zalo', version: '2026.9.5', id: 'zalo', kinds: ['channel'],
  async begin() {
    service = await StandIn.start({ answer: async (req) => {
      if (req.url.endsWith('/getMe')) return { ok: true, result: { id: 'bot', account_name: 'chela', display_name: 'chela', can_join_groups: false } };
      if (req.url.endsWith('/getUpdates')) return polls++ === 0 ? { ok: true, result: await waiting.promise } : new Promise(() => {});
      return { ok: true, result: { message_id: `m${service.seen.length}` } };
    } });
    process.env.ZALO_API_URL = `http://127.0.0.1:${service.port}`;
    return { enabled: true, botToken: '1:token', dmPolicy: 'open', allowFrom: ['*'] };
  },
  async receive(text) {
    await service.heard(({ url }) => url.endsWith('/getUpdates'));
    waiting.resolve({ event_name: 'message.text.received', message: { message_id: 'm1', date: Date.now(), text,
      from: { id: 'ann', display_name: 'Ann', is_bot: false }, chat: { id: 'ann', chat_type: 'PRIVATE' } } });
  },
  sender: 'ann',
  sent,
  own: { to: 'ann', sent },
  end: () => service.end(),
};
