// One WebSocket conversation as a client sees it: frames are queued and awaited by kind, never slept for.

import assert from 'node:assert/strict';
import WebSocket from 'ws';

const frameTimeoutMs = 20_000;

export class Conversation {
  frames = [];
  #waiting = [];

  // Options: session, after, token (query), and what the `ws` client takes.
  static async open(gateway, { session, after, query = {}, protocols = [], ...options } = {}) {
    const url = new URL('/ws', gateway.url.replace('http', 'ws'));
    for (const [name, value] of Object.entries({ session, after, ...query })) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const conversation = new Conversation(new WebSocket(url, protocols, options));
    await conversation.opened;
    return conversation;
  }

  constructor(socket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('unexpected-response', (_, response) => {
        reject(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
        socket.terminate();
      });
      socket.on('error', reject);
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('message', (data) => this.#receive(data.toString()));
    this.closed.then(() => this.#wake());
  }

  #receive(text) {
    let frame = text;
    try {
      const parsed = JSON.parse(text);
      if (parsed && typeof parsed === 'object' && typeof parsed.type === 'string') frame = parsed;
    } catch {
      // raw mode: plain text
    }
    this.frames.push(frame);
    this.#wake();
  }

  #wake() {
    this.#waiting.splice(0).forEach((resume) => resume());
  }

  // The first frame from index `from` on that `wanted` accepts (a type, or a function).
  async find(wanted, from = 0) {
    const accepts = typeof wanted === 'function' ? wanted : (frame) => frame.type === wanted;
    const deadline = Date.now() + frameTimeoutMs;
    for (;;) {
      const index = this.frames.findIndex((frame, at) => at >= from && accepts(frame));
      if (index >= 0) return this.frames[index];
      const left = deadline - Date.now();
      if (left <= 0 || this.socket.readyState === WebSocket.CLOSED) {
        assert.fail(`no ${wanted}; seen: ${JSON.stringify(this.frames.slice(from))}`);
      }
      await new Promise((resume) => {
        const timer = setTimeout(resume, left);
        this.#waiting.push(() => (clearTimeout(timer), resume()));
      });
    }
  }

  send(frame) {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  // Sends a message and resolves to the frames of its turn, up to `typing_stop`.
  async turn(text, more = {}) {
    const from = this.frames.length;
    this.send({ type: 'user_message', text, ...more });
    await this.find('typing_stop', from);
    return this.frames.slice(from);
  }

  // A ping and its pong: everything the gateway had sent before has then arrived.
  async settle() {
    const answered = new Promise((resolve) => this.socket.once('pong', resolve));
    this.socket.ping();
    await answered;
  }

  async close() {
    this.socket.close();
    return this.closed;
  }
}

export const textOf = (frames) =>
  frames.filter((frame) => frame.type === 'assistant_chunk').map((frame) => frame.text).join('');

// Checks what holds for every stream of events: `seq` without gaps, and the order within one turn.
export function assertTurn(frames) {
  const events = frames.filter((frame) => frame.seq !== undefined);
  events.forEach((event, index) => {
    if (index > 0) assert.equal(event.seq, events[index - 1].seq + 1, JSON.stringify(events));
  });
  const types = frames.map((frame) => frame.type).join(' ');
  assert.match(
    types,
    /^message_accepted typing_start( assistant_chunk| reasoning_chunk| tool_start| tool_chunk| tool_result)*( error)? assistant_done typing_stop$/,
  );
  const done = frames.find((frame) => frame.type === 'assistant_done');
  const { messageId, sessionId } = frames[0];
  for (const event of events) {
    assert.equal(event.sessionId, sessionId);
    if (event.type !== 'message_accepted') assert.equal(event.inReplyToMessageId, messageId, JSON.stringify(event));
  }
  return done;
}
