import { StandIn } from '../stand_in.mjs';

let service;
const sent = (text) => service.heard(({ method, body }) => method === 'POST' && decodeURIComponent(body.replaceAll('+', ' ')).includes(text));

export const synologyChat = {
  name: '@openclaw/synology-chat', version: '2026.9.4', id: 'synology-chat', kinds: ['channel'],
  async begin() {
    service = await StandIn.start({ answer: () => ({ success: true, data: { users: [{ user_id: 5, username: 'ann', nickname: 'ann' }] } }) });
    return { enabled: true, token: 'token', incomingUrl: `http://127.0.0.1:${service.port}/webapi/entry.cgi?method=chatbot`, webhookPath: '/webhook/synology', dmPolicy: 'open', allowedUserIds: ['*'] };
  },
  /** Its service posts to the gateway, at the route that the running account has added. */
  async receive(text, kernel) {
    const { registrations } = await kernel.told('plugin.registered', (told) => told.plugin === 'synology-chat' && told.registrations.some(({ kind }) => kind === 'http_route'));
    const route = registrations.find(({ kind }) => kind === 'http_route');
    const form = new URLSearchParams({ token: 'token', user_id: '5', username: 'ann', post_id: '77', text, timestamp: String(Math.floor(Date.now() / 1000)) });
    await kernel.request('httpRoute.handle', { plugin: 'synology-chat', key: route.key, method: 'POST', target: '/webhook/synology',
      headers: [{ name: 'content-type', value: 'application/x-www-form-urlencoded' }], body: Buffer.from(String(form)).toString('base64') }, { onEvent: () => {} });
  },
  sender: '5',
  sent,
  own: { to: '5', sent },
  end: () => service.end(),
};
