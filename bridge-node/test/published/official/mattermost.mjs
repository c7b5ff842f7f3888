import { StandIn } from '../stand_in.mjs';

const BOT = { id: 'bot0000000000000000000000x', username: 'chela', update_at: 1 };
const ANN = { id: 'ann0000000000000000000000x', username: 'ann' };
const DIRECT = { id: 'direct00000000000000000000', type: 'D', name: `${ANN.id}__${BOT.id}`, display_name: '' };
let service;
const posted = async (text) => {
  const { body } = await service.heard(({ method, url, body: given }) => method === 'POST' && url.startsWith('/api/v4/posts') && given.includes(text));
  return JSON.parse(body).channel_id === DIRECT.id;
};

export const mattermost = {
  name: '@openclaw/mattermost', version: '2026.9.5', id: 'mattermost', kinds: ['channel', 'http_route'],
  async begin() {
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
    return { enabled: true, baseUrl: `http://127.0.0.1:${service.port}`, botToken: 'token', dmPolicy: 'open', allowFrom: ['*'], network: { dangerouslyAllowPrivateNetwork: true } };
  },
  async receive(text) {
    await service.heard(({ method, body }) => method === 'SOCKET' && body.includes('authentication_challenge'));
    const post = { id: 'incoming000000000000000000', user_id: ANN.id, channel_id: DIRECT.id, message: text, create_at: Date.now(), update_at: Date.now(), type: '' };
    service.sockets[0].send(JSON.stringify({ event: 'posted', seq: 2, broadcast: { channel_id: DIRECT.id, user_id: '' },
      data: { post: JSON.stringify(post), channel_type: 'D', channel_name: DIRECT.name, sender_name: '@ann' } }));
  },
  sender: ANN.id,
  sent: posted,
  own: { to: `channel:${DIRECT.id}`, sent: posted },
  end: () => service.end(),
};
