// Calls that this side has made. More than the other side allows wait here, in order.

import { CallError, fromWire } from './errors.js';
import type { Check } from './peer.js';

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
