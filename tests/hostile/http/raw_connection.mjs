// A TCP connection on which a test writes what it likes, and which reads answers strictly: what is not exactly one
// well-formed answer after the other fails the test.

import net from 'node:net';

const patienceMs = 5_000;

export class RawConnection {
  #wake = () => {};
  #answers = new AnswerReader();

  static async open(port, options = {}) {
    const connection = new RawConnection();
    connection.socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true, ...options });
    connection.#listen();
    await new Promise((resolve, reject) => connection.socket.on('connect', resolve).on('error', reject));
    return connection;
  }

  #listen() {
    this.socket.on('data', (bytes) => this.#note(() => this.#answers.take(bytes)));
    this.socket.on('end', () => this.#note(() => (this.closed = 'end')));
    this.socket.on('close', () => this.#note(() => (this.closed ??= 'reset')));
    this.socket.on('error', () => {}); // followed by `close`
  }

  #note(action) {
    try {
      action();
    } catch (error) {
      this.failure ??= error;
    }
    this.#wake();
  }

  // To the next answer that is a HEAD's, without a body. Tells the reader beforehand.
  expectHeadAnswers(indexes) {
    this.#answers.bodiless = new Set(indexes);
  }

  get answers() {
    return this.#answers.complete;
  }

  get leftover() {
    return this.#answers.leftover;
  }

  // Bytes are given as text, one character each.
  send(text) {
    if (this.socket.writable) this.socket.write(Buffer.from(text, 'latin1'));
  }

  endSending() {
    this.socket.end();
  }

  destroy() {
    this.socket.destroy();
  }

  // Waits for `condition`; false when it has not come true in time, or cannot any more.
  async until(condition, timeoutMs = patienceMs) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      if (this.failure) throw this.failure;
      if (condition()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise((resolve) => {
        const timer = setTimeout(() => this.#wake(), left);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
    }
  }
}

// Cuts what was received into answers.
export class AnswerReader {
  complete = []; // {status, headers (lower case names), body}
  leftover = Buffer.alloc(0);
  bodiless = new Set();

  take(bytes) {
    this.leftover = Buffer.concat([this.leftover, bytes]);
    while (!this.complete.at(-1)?.upgraded) {
      const answer = this.#next();
      if (!answer) return;
      this.leftover = this.leftover.subarray(answer.size);
      this.complete.push(answer);
    }
  }

  #next() {
    const end = this.leftover.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [line, ...fields] = this.leftover.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [ -~]+$/.exec(line)?.[1] ?? fail(`status line: ${line}`));
    const headers = Object.fromEntries(fields.map(parseField));
    const answer = { status, headers, body: '', size: end + 4, upgraded: status === 101 };
    const final = this.complete.filter((before) => before.status >= 200).length;
    if (status < 200 || status === 204 || status === 304 || this.bodiless.has(final)) return answer;
    return headers['transfer-encoding'] ? this.#chunked(answer) : this.#sized(answer);
  }

  #sized(answer) {
    const length =
      /^\d+$/.exec(answer.headers['content-length'] ?? '') ?? fail(`no length: ${JSON.stringify(answer.headers)}`);
    const from = answer.size;
    answer.size += Number(length[0]);
    if (this.leftover.length < answer.size) return undefined;
    answer.body = this.leftover.subarray(from, answer.size).toString('latin1');
    return answer;
  }

  #chunked(answer) {
    for (;;) {
      const lineEnd = this.leftover.indexOf('\r\n', answer.size);
      if (lineEnd < 0) return undefined;
      const line = this.leftover.subarray(answer.size, lineEnd).toString('latin1');
      const size = parseInt(/^[0-9a-f]+$/.exec(line)?.[0] ?? fail(`chunk size: ${line}`), 16);
      const next = lineEnd + 2 + size + 2;
      if (this.leftover.length < next) return undefined;
      answer.body += this.leftover.subarray(lineEnd + 2, lineEnd + 2 + size).toString('latin1');
      answer.size = next;
      if (size === 0) return answer;
    }
  }
}

function parseField(line) {
  const [, name, value] =
    /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t -~\x80-\xff]*)$/.exec(line) ?? fail(`header line: ${JSON.stringify(line)}`);
  return [name.toLowerCase(), value];
}

function fail(message) {
  throw new Error(`the gateway's answer is malformed: ${message}`);
}
