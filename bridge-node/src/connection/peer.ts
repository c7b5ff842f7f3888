// JSON-RPC 2.0, both ways, over frames. Loop only; knows no method but those of chela.call/1.

import { CallError, toWire } from './errors.js';
import { IncomingCall } from './incoming.js';
import { Outgoing, type RequestOptions } from './outgoing.js';

const { parse, stringify } = JSON; // as they are before any plugin runs

const CALLS_MAX = 1024;
const CANCEL_GRACE_MS = 500;
const SYNC_TIMEOUT_MS = 5000; // well below the pings that the loop cannot answer meanwhile
const JSON_RPC_NOT_A_REQUEST = -32600;

/** What the host process does with what the other side wants. */
export interface Handler {
  request(method: string, params: Record<string, unknown>, call: IncomingCall): unknown;
  notification(method: string, params: Record<string, unknown>): void;
}

/** What is wrong with a part of a method's message; none for methods that nobody knows. */
export type Check = (method: string, part: 'params' | 'result' | 'event', value: unknown) => string | undefined;

/** Where messages go; `fail` ends the connection because the other side cannot be trusted to know what it does. */
export interface Carrier {
  send(text: string): void;
  ready(): Promise<void> | undefined;
  fail(reason: string): void;
  /** Without the event loop: whether that is possible, at once on the wire, and the messages that come next. */
  canBlock?(): boolean;
  sendNow?(text: string, timeoutMs: number): void;
  receiveNow?(timeoutMs: number): string[];
}

interface Message {
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export class Peer {
  readonly #carrier: Carrier;
  readonly #handler: Handler;
  readonly #check: Check;
  readonly #incoming = new Map<number, IncomingCall>();
  readonly #outgoing: Outgoing;
  #later: string[] = []; // came while a call blocked

  constructor(carrier: Carrier, handler: Handler, check: Check) {
    this.#carrier = carrier;
    this.#handler = handler;
    this.#check = check;
    this.#outgoing = new Outgoing((message) => this.#send(message), (reason) => carrier.fail(reason), check);
  }

  request(method: string, params: object, options?: RequestOptions): Promise<unknown> {
    return this.#outgoing.request(method, params, options);
  }

  /** The answer, at once: nothing else happens in this process until it is there. Needs the addon. */
  requestSync(method: string, params: object, timeoutMs = SYNC_TIMEOUT_MS): unknown {
    const { canBlock, sendNow, receiveNow } = this.#carrier;
    if (!canBlock?.call(this.#carrier)) throw new CallError('unsupported', `${method}: a call that blocks needs the addon`);
    const end = performance.now() + timeoutMs;
    const open = this.#outgoing.beginSync(method, params, (message) => sendNow!.call(this.#carrier, stringify({ jsonrpc: '2.0', ...message }), timeoutMs));
    const others: string[] = [];
    while (open.message === undefined && performance.now() < end) {
      for (const text of receiveNow!.call(this.#carrier, Math.max(1, Math.ceil(end - performance.now())))) {
        if (open.message !== undefined || !open.take(text)) others.push(text);
      }
    }
    this.#keep(others);
    return open.finish();
  }

  /** Messages that crossed a call that blocked are handled in their order, once nobody blocks. */
  #keep(texts: string[]): void {
    if (texts.length === 0) return;
    if (this.#later.length === 0) setImmediate(() => this.#handleLater());
    this.#later.push(...texts);
  }

  #handleLater(): void {
    for (let text = this.#later.shift(); text !== undefined; text = this.#later.shift()) this.#handle(text);
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  receive(text: string): void {
    if (this.#later.length > 0) this.#later.push(text);
    else this.#handle(text);
  }

  #handle(text: string): void {
    let message: unknown;
    try {
      message = parse(text);
    } catch {
      this.#carrier.fail('a message is not JSON');
      return;
    }
    if (!isObject(message)) {
      this.#carrier.fail('a message is not an object');
      return;
    }
    this.#dispatch(message);
  }

  #dispatch(message: Message): void {
    const { id, method } = message;
    const params = message.params ?? {};
    if (method === undefined) {
      if (!this.#outgoing.answered(id, message)) this.#carrier.fail('a message is neither request, notification nor response');
    } else if (id === undefined) {
      if (typeof method !== 'string' || !isObject(params)) this.#carrier.fail('a notification is malformed');
      else this.#notified(method, params);
    } else if (!Number.isInteger(id) || (id as number) < 0 || this.#incoming.has(id as number)) {
      this.#carrier.fail('the id of a request is no integer, or in use');
    } else if (typeof method !== 'string' || !isObject(params)) {
      this.#send({ id, error: { code: JSON_RPC_NOT_A_REQUEST, message: 'a request needs a method and an object of parameters',
        data: { status: 'invalid_argument' } } });
    } else {
      this.#requested(id as number, method, params);
    }
  }

  #notified(method: string, params: Record<string, unknown>): void {
    const defect = this.#check(method, 'params', params);
    if (defect !== undefined) this.#carrier.fail(defect);
    const call = params.call as number;
    if (method === 'call.cancel') {
      this.#incoming.get(call)?.cancel(new CallError('cancelled', 'the caller does not wait any more'));
    } else if (method === 'call.credit') {
      this.#incoming.get(call)?.grant(params.add as number);
    } else if (method === 'call.event') {
      this.#outgoing.events(call, params.events);
    } else {
      this.#handler.notification(method, params);
    }
  }

  #requested(id: number, method: string, params: Record<string, unknown>): void {
    if (method === 'host.ping') {
      this.#send({ id, result: {} });
      return;
    }
    if (this.#incoming.size >= CALLS_MAX) {
      this.#refuse(id, new CallError('exhausted', `${method}: ${CALLS_MAX} calls are open already`));
      return;
    }
    const call = new IncomingCall(id, method, params.credit, {
      sendEvents: (open, events) => this.#send({ method: 'call.event', params: { call: open, events } }),
      ready: () => this.#carrier.ready(),
    });
    this.#incoming.set(id, call);
    void this.#answer(call, params);
  }

  async #answer(call: IncomingCall, params: Record<string, unknown>): Promise<void> {
    try {
      const defect = this.#check(call.method, 'params', params);
      if (defect !== undefined) throw new CallError('invalid_argument', defect);
      const work = this.#handler.request(call.method, params, call);
      const result = work instanceof Promise ? await this.#orCancelled(call, work) : work;
      await call.drained();
      this.#close(call, { id: call.id, result: this.#sound(call.method, result ?? {}) });
    } catch (error) {
      await call.drained();
      this.#close(call, { id: call.id, error: toWire(call.cancelled ?? error) });
    }
  }

  /** Results are made of what plugins return: one that the other side would not understand is an error here. */
  #sound(method: string, result: unknown): unknown {
    const defect = this.#check(method, 'result', result);
    if (defect !== undefined) throw new CallError('internal', `the plugin's answer does not fit: ${defect}`);
    return result;
  }

  /** The work's outcome; when the call is cancelled and the work goes on regardless, `cancelled` after a grace. */
  #orCancelled(call: IncomingCall, work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      call.onCancel((error) => {
        if (error.status === 'cancelled') setTimeout(reject, CANCEL_GRACE_MS, error).unref();
        else reject(error);
      });
      work.then(resolve, reject);
    });
  }

  #close(call: IncomingCall, response: { id: number; result?: unknown; error?: unknown }): void {
    if (!this.#incoming.delete(call.id)) return;
    try {
      this.#send(response);
    } catch (error) {
      this.#refuse(call.id, error);
    }
  }

  #refuse(id: number, error: unknown): void {
    this.#send({ id, error: toWire(error) });
  }

  #send(message: object): void {
    this.#carrier.send(stringify({ jsonrpc: '2.0', ...message }));
  }
}
