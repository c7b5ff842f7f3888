// An IRC server of one channel and one bot: it welcomes who registers, hands lines on, and keeps what it was sent (RFC 2812).

import { once } from 'node:events';
import { createServer } from 'node:net';

export class IrcServer {
  lines = [];
  #watchers = new Set();
  #sockets = new Set();

  static async start() {
    const server = new IrcServer();
    server.listener = createServer((socket) => server.#serve(socket)).listen(0, '127.0.0.1');
    await once(server.listener, 'listening');
    server.port = server.listener.address().port;
    return server;
  }

  #serve(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    let nick = '*';
    let rest = '';
    const say = (line) => socket.write(`${line}\r\n`);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        const [command, ...words] = line.split(' ');
        if (command === 'NICK') nick = words[0].replace(/^:/, '');
        if (command === 'CAP' && words[0] === 'LS') say(':server CAP * LS :');
        if (command === 'USER') {
          for (const [number, text] of [['001', 'Welcome'], ['002', 'Your host'], ['003', 'Created'], ['376', 'End of MOTD']]) say(`:server ${number} ${nick} :${text}`);
        }
        if (command === 'PING') say(`:server PONG server ${words.join(' ')}`);
        if (command === 'JOIN') {
          const room = words[0].replace(/^:/, '');
          say(`:${nick}!bot@host JOIN ${room}`);
          say(`:server 353 ${nick} = ${room} :${nick} alice`);
          say(`:server 366 ${nick} ${room} :End of /NAMES list.`);
        }
        this.#note(line);
      }
    });
  }

  #note(line) {
    this.lines.push(line);
    for (const watcher of this.#watchers) watcher(line);
  }

  /** alice says something to a nick or a channel. */
  say(target, text) {
    for (const socket of this.#sockets) socket.write(`:alice!alice@host PRIVMSG ${target} :${text}\r\n`);
  }

  heard(pattern) {
    const known = this.lines.find((line) => pattern.test(line));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const watcher = (line) => {
        if (!pattern.test(line)) return;
        this.#watchers.delete(watcher);
        resolve(line);
      };
      this.#watchers.add(watcher);
    });
  }

  end() {
    for (const socket of this.#sockets) socket.destroy();
    this.listener.close();
  }
}
