// Calls that this side has made. More than the other side allows wait here, in order.

import { CallError, fromWire } from './errors.js';
import type { Check } from './peer.js';

const { parse } = JSON; // as it is before any plugin runs

const CALLS_MAX = 1024;
const CALLS_WAITING_MAX = 65_536;
const CREDIT = 64;

export interface RequestOptions {
  /** Gets the events of a streaming call, one after another; the next one waits for it. */
  onEvent?: (event: unknown, call: number) => unknown;
  signal?: AbortSignal | undefined;
}

interface Open {
  method: string;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  options: RequestOptions;
  events: unknown[];
  /** How many more events the other side may send. */
  credit: number;
  working: boolean;
  ended: (() => void) | null;
  /** Takes the listener off a signal that may outlive many calls. */
  unlisten: (() => void) | null;
}

interface Response {
  id?: unknown;
  method?: unknown;
  result?: unknown;
  error?: unknown;
}

/** A call whose caller reads the connection itself until `message` is there. */
export interface SyncCall {
  message: Response | undefined;
  /** Whether the text was its response. */
  take(text: string): boolean;
  /** The result; throws when it failed or did not come in time. */
  finish(): unknown;
}

function responseOf(text: string): Response | undefined {
  try {
    const message = parse(text) as Response | null;
    return message?.method === undefined ? (message ?? undefined) : undefined;
  } catch {
    return undefined; // whoever handles it later ends the connection
  }
}

export class Outgoing {
  readonly #send: (message: object) => void;
  readonly #fail: (reason: string) => void;
  readonly #check: Check;
  readonly #open = new Map<number, Open>();
  readonly #waiting: (() => void)[] = [];
  #nextId = 1;

  constructor(send: (message: object) => void, fail: (reason: string) => void, check: Check) {
    this.#check = check;
    this.#send = send;
    this.#fail = fail;
  }

  request(method: string, params: object, options: RequestOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const begin = () => this.#begin(params, { method, resolve, reject, options, events: [], credit: CREDIT, working: false, ended: null, unlisten: null });
      if (this.#open.size < CALLS_MAX) begin();
      else if (this.#waiting.length < CALLS_WAITING_MAX) this.#waiting.push(begin);
      else reject(new CallError('exhausted', `${method}: too many calls are waiting for the gateway`));
    });
  }

  beginSync(method: string, params: object, send: (message: object) => void): SyncCall {
    if (this.#open.size >= CALLS_MAX) throw new CallError('exhausted', `${method}: ${CALLS_MAX} calls are open already`);
    const defect = this.#check(method, 'params', params);
    if (defect !== undefined) throw new CallError('invalid_argument', defect);
    const id = this.#nextId++;
    send({ id, method, params });
    const call: SyncCall = {
      message: undefined,
      take: (text) => {
        const message = responseOf(text);
        if (message?.id !== id) return false;
        call.message = message;
        return true;
      },
      finish: () => this.#finishSync(id, method, call.message),
    };
    return call;
  }

  #finishSync(id: number, method: string, message: Response | undefined): unknown {
    if (message === undefined) {
      // The late answer finds its call, which nobody waits for.
      const ignore = () => {};
      this.#open.set(id, { method, resolve: ignore, reject: ignore, options: {}, events: [], credit: CREDIT, working: false, ended: null, unlisten: null });
      this.#send({ method: 'call.cancel', params: { call: id } });
      throw new CallError('timed_out', `${method}: the gateway did not answer in time`);
    }
    const defect = message.error === undefined ? this.#check(method, 'result', message.result) : undefined;
    if (defect !== undefined) this.#fail(defect);
    if (message.error !== undefined) throw fromWire(message.error as object);
    return message.result;
  }

  /** False when it is no response to anything that was asked. */
  answered(id: unknown, message: { result?: unknown; error?: unknown }): boolean {
    const open = this.#open.get(id as number);
    if (open === undefined) return false;
    this.#open.delete(id as number);
    open.unlisten?.();
    const defect = message.error === undefined ? this.#check(open.method, 'result', message.result) : undefined;
    if (defect !== undefined) this.#fail(defect);
    const finish = () => {
      if (message.error === undefined) open.resolve(message.result);
      else open.reject(fromWire(message.error as object));
    };
    if (open.working) open.ended = finish;
    else finish();
    this.#waiting.shift()?.();
    return true;
  }

  events(call: number, events: unknown): void {
    const open = this.#open.get(call);
    if (open === undefined) return; // it has ended; the events crossed its end
    for (const event of events as unknown[]) {
      const defect = this.#check(open.method, 'event', event);
      if (defect !== undefined) this.#fail(defect);
      open.events.push(event);
    }
    open.credit -= (events as unknown[]).length;
    if (open.credit < 0) this.#fail('more events than there was credit for');
    else if (!open.working) void this.#work(call, open);
  }

  #begin(params: object, open: Open): void {
    const { method } = open;
    const { signal } = open.options;
    if (signal?.aborted) {
      open.reject(new CallError('cancelled', `${method}: cancelled before it began`));
      return;
    }
    const defect = this.#check(method, 'params', params);
    if (defect !== undefined) {
      open.reject(new CallError('invalid_argument', defect));
      return;
    }
    const id = this.#nextId++;
    try {
      this.#send({ id, method, params: open.options.onEvent === undefined ? params : { ...params, credit: CREDIT } });
    } catch (error) {
      open.reject(error);
      return;
    }
    this.#open.set(id, open);
    if (signal === undefined) return;
    const cancel = () => this.#send({ method: 'call.cancel', params: { call: id } });
    signal.addEventListener('abort', cancel, { once: true });
    open.unlisten = () => signal.removeEventListener('abort', cancel);
  }

  async #work(call: number, open: Open): Promise<void> {
    open.working = true;
    let done = 0;
    while (open.events.length > 0) {
      try {
        await open.options.onEvent?.(open.events.shift(), call);
      } catch {
        // The listener's own trouble; it is told to people by whoever gave it.
      }
      done += 1;
      if (done >= CREDIT / 2 || open.events.length === 0) {
        open.credit += done;
        if (this.#open.has(call)) this.#send({ method: 'call.credit', params: { call, add: done } });
        done = 0;
      }
    }
    open.working = false;
    open.ended?.();
  }
}
