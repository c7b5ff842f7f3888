// One conversation that calls tools, one at a time, and knows how long each took and whether it was answered.

const kTurnsMax = 30; // then another session: a long history would cost more with every turn
const kAnswerMs = 60_000; // longer than any limit of the gateway's that a fault runs into

export class Caller {
  opened = 0; // calls
  answered = 0;
  #gateway;
  #name;
  #sessions = 0;
  #turns = kTurnsMax;
  #socket = null;
  #onFrame = () => {};
  #onClosed = () => {};

  constructor(gateway, name) {
    this.#gateway = gateway;
    this.#name = name;
  }

  async #connect() {
    this.close();
    this.#turns = 0;
    const url = new URL(`/ws?session=${this.#name}-${++this.#sessions}`, this.#gateway.url.replace('http', 'ws'));
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#onFrame(JSON.parse(data));
    });
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('the gateway refused a conversation')));
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#onClosed(new Error('the gateway closed the conversation'));
    });
  }

  /** The result's text and status, and the milliseconds from the start of the call to its result. `onStart`: the call is open now. */
  async call(tool, args = {}, { onStart = () => {} } = {}) {
    if (this.#turns >= kTurnsMax) await this.#connect();
    ++this.#turns;
    ++this.opened;
    const seen = { status: 'none', text: '', ms: 0 };
    let started = 0;
    let timer;
    const ended = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${tool} was not answered within ${kAnswerMs} ms`)), kAnswerMs);
      this.#onClosed = reject;
      this.#onFrame = (frame) => {
        if (frame.type === 'tool_start') {
          started = performance.now();
          onStart();
        } else if (frame.type === 'tool_result') {
          Object.assign(seen, { status: frame.resultStatus, text: frame.text ?? '', ms: performance.now() - started });
        } else if (frame.type === 'error') {
          seen.problem = frame.text ?? frame.code;
        } else if (frame.type === 'typing_stop') {
          resolve();
        }
      };
    });
    this.#socket.send(JSON.stringify({ type: 'user_message', text: `call ${tool} ${JSON.stringify(args)}` }));
    await ended.finally(() => clearTimeout(timer));
    ++this.answered;
    return seen;
  }

  stop() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'stop' }));
  }

  close() {
    this.#onClosed = () => {};
    this.#socket?.close();
    this.#socket = null;
    this.#turns = kTurnsMax;
  }
}
