// A WebSocket client of bytes: sends whatever it is given, and reads what the server sends by the letter of RFC 6455.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { closePayload, encode, opcodes } from './frames.mjs';

const names = Object.fromEntries(Object.entries(opcodes).map(([name, code]) => [code, name]));
const utf8 = new TextDecoder('utf-8', { fatal: true });
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const deadlineMs = 15_000;

// The frame at the start of `data`, or nothing while it is not whole.
function decode(data) {
  if (data.length < 2) return undefined;
  const [first, second] = data;
  assert.equal(second & 0x80, 0, 'a server must not mask');
  assert.equal(first & 0x70, 0, 'a reserved bit is set');
  let size = second & 0x7f;
  let head = 2;
  if (size >= 126) {
    head = size === 126 ? 4 : 10;
    if (data.length < head) return undefined;
    const written = size;
    size = written === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
    assert.ok(written === 126 ? size > 125 : size > 0xffff, 'the length is not in its shortest form');
  }
  if (data.length < head + size) return undefined;
  return {
    kind: names[first & 0x0f],
    fin: (first & 0x80) !== 0,
    payload: data.subarray(head, head + size),
    end: head + size,
  };
}

export class Peer {
  // Events in order: {kind: 'text' | 'binary', payload}, {kind: 'ping' | 'pong', payload}, {kind: 'close', code, reason}.
  events = [];
  ended = false;
  head = '';
  #pieces = [];
  #buffered = 0;
  #wanted = 0;
  #sentClose = false;
  #waiting = [];

  constructor(socket, { answersClose = true, answersPing = true } = {}) {
    Object.assign(this, { socket, answersClose, answersPing });
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#take(data));
    socket.on('error', (error) => (this.error = error));
    socket.on('end', () => socket.end());
    socket.on('close', () => ((this.ended = true), this.#wake()));
  }

  static request(port, { path = '/', headers = {} } = {}) {
    const key = randomBytes(16).toString('base64');
    const lines = {
      Host: `127.0.0.1:${port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
      ...headers,
    };
    const fields = Object.entries(lines).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
    return { key, request: `GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n` };
  }

  static async open(port, options = {}) {
    const socket = net.connect(port, '127.0.0.1');
    const peer = new Peer(socket, options);
    const { key, request } = Peer.request(port, options);
    socket.write(request);
    await peer.until(() => peer.head.endsWith('\r\n\r\n'));
    assert.match(peer.head, /^HTTP\/1\.1 101 /, peer.head);
    const accept = createHash('sha1')
      .update(key + acceptSuffix)
      .digest('base64');
    assert.match(peer.head, new RegExp(`^Sec-WebSocket-Accept: ${accept.replaceAll(/[+/]/g, '\\$&')}\r$`, 'm'));
    return peer;
  }

  #take(data) {
    let rest = data;
    if (!this.head.endsWith('\r\n\r\n')) {
      const seen = this.head + data.toString('latin1');
      const end = seen.indexOf('\r\n\r\n');
      const taken = end < 0 ? seen.length : end + 4;
      rest = data.subarray(taken - this.head.length);
      this.head = seen.slice(0, taken);
    }
    this.#pieces.push(rest);
    this.#buffered += rest.length;
    if (this.#buffered >= this.#wanted) this.#decodeAll();
    this.#wake();
  }

  // Frames of many megabytes are joined once, not at each of their packets.
  #decodeAll() {
    let data = Buffer.concat(this.#pieces);
    try {
      for (let found = decode(data); found; found = decode(data)) {
        data = data.subarray(found.end);
        this.#event(found);
      }
    } catch (error) {
      this.error = error;
      this.socket.destroy();
    }
    this.#pieces = [data];
    this.#buffered = data.length;
    const isLarge = data.length >= 10 && (data[1] & 0x7f) === 127;
    this.#wanted = isLarge ? 10 + Number(data.readBigUInt64BE(2)) : 0;
  }

  #event({ kind, fin, payload }) {
    assert.ok(kind && fin, `the server sent a fragment or an unknown opcode: ${kind}`);
    if (kind === 'text') utf8.decode(payload);
    if (kind !== 'close') {
      this.events.push({ kind, payload });
      if (kind === 'ping' && this.answersPing) this.write(encode({ opcode: 'pong', payload }));
      return;
    }
    assert.notEqual(payload.length, 1);
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
    this.events.push({ kind, code, reason: utf8.decode(payload.subarray(2)) });
    if (this.answersClose && !this.#sentClose)
      this.write(encode({ opcode: 'close', payload: closePayload(code ?? 1000) }));
  }

  #wake() {
    this.#waiting.splice(0).forEach((resume) => resume());
  }

  noteClose() {
    this.#sentClose = true;
  }

  write(data) {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(data);
  }

  // In packets of at most `size` bytes.
  async writeChopped(data, size) {
    for (let at = 0; at < data.length && !this.ended; at += size) {
      this.write(data.subarray(at, at + size));
      await new Promise(setImmediate);
    }
  }

  async until(done, ms = deadlineMs) {
    const deadline = Date.now() + ms;
    while (!done()) {
      const left = deadline - Date.now();
      if (this.ended || left <= 0) {
        const seen = this.events.slice(-10).map(describe).join(' ');
        assert.fail(
          `${this.ended ? 'closed' : 'nothing more'} after: ${this.head.split('\r')[0]} ${seen} ${this.error ?? ''}`,
        );
      }
      await new Promise((resume) => {
        const timer = setTimeout(resume, left);
        this.#waiting.push(() => (clearTimeout(timer), resume()));
      });
    }
  }

  async untilEnd(ms = deadlineMs) {
    await this.until(() => this.ended, ms);
  }
}

// One event in a form that a person can compare.
export function describe({ kind, code, reason, payload }) {
  if (kind === 'close') return reason ? `close(${code ?? ''} ${reason})` : `close(${code ?? ''})`;
  const shown = payload.length <= 60 ? payload.toString('latin1') : `#${payload.length}`;
  return `${kind}(${shown})`;
}
