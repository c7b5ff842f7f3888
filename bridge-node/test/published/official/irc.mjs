import { IrcServer } from './irc_server.mjs';

let server;
export const irc = {
  name: '@openclaw/irc', version: '2026.9.5', id: 'irc', kinds: ['channel'],
  async begin() {
    server = await IrcServer.start();
    return { enabled: true, host: '127.0.0.1', port: server.port, tls: false, nick: 'chela', dmPolicy: 'open', allowFrom: ['*'], groupPolicy: 'open',
      channels: ['#room'], groups: { '#room': { requireMention: true } } };
  },
  async receive(text) {
    await server.heard(/^JOIN :?#room/);
    server.say('#room', 'not for the bot');
    server.say('chela', text);
  },
  session: /^agent:main:/,
  sent: (text) => server.heard(new RegExp(`^PRIVMSG alice :${text}$`)),
  own: { to: '#room', sent: (text) => server.heard(new RegExp(`^PRIVMSG #room :${text}$`)) },
  end: () => server.end(),
};
