// The gateway's side of docs/plugin-protocol.md, written from that page alone: starts chela-plugin-host and talks to it.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { defer } from './scope.mjs';
import { build } from './gateway.mjs';

export class HostClient {
  #open = new Map();
  #last = 0;
  #bytes = Buffer.alloc(0);
  notifications = [];
  answers = {}; // method: (params, event) => result

  constructor(t, token = 'one-time') {
    this.child = spawn(join(build, 'bin', 'chela-plugin-host'), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'], env: { CHELA_HOST_TOKEN: token },
    });
    this.exited = new Promise((resolve) => this.child.on('exit', (code, signal) => resolve(code ?? signal)));
    this.socket = this.child.stdio[3];
    this.socket.on('data', (bytes) => this.#take(bytes)).on('error', () => {});
    this.socket.on('close', () => this.#open.forEach(({ reject }) => reject(new Error('the connection ended'))));
    defer(t, () => this.child.kill('SIGKILL'));
  }

  write(message) {
    const text = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.socket.write(Buffer.concat([length, text]));
  }

  call(method, params, onEvent) {
    const id = ++this.#last;
    this.write({ id, method, params });
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject, onEvent }));
  }

  #take(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32LE(0)) {
      const end = 4 + this.#bytes.readUInt32LE(0);
      this.#hear(JSON.parse(this.#bytes.subarray(4, end)));
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  async #hear({ id, method, params, result, error }) {
    if (method === 'call.event') {
      params.events.forEach((event) => this.#open.get(params.call).onEvent(event));
      this.write({ method: 'call.credit', params: { call: params.call, add: params.events.length } });
    } else if (method && id) {
      const event = (value) => this.write({ method: 'call.event', params: { call: id, events: [value] } });
      this.write({ id, result: await this.answers[method](params, event) });
    } else if (method) {
      this.notifications.push({ method, params });
    } else {
      const { resolve, reject } = this.#open.get(id);
      this.#open.delete(id);
      error ? reject(Object.assign(new Error(error.message), error)) : resolve(result);
    }
  }
}
