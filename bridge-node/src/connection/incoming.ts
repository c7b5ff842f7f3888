// A call that the other side has made: its events, its credit, its cancellation.

import { CallError } from './errors.js';

const CREDIT_DEFAULT = 64;
const EVENTS_PER_MESSAGE_MAX = 256;
const EVENTS_WAITING_MAX = 1024;

/** The notifications by which a call streams; `ready` resolves when the socket takes more. */
export interface EventSink {
  sendEvents(call: number, events: unknown[]): void;
  ready(): Promise<void> | undefined;
}

export class IncomingCall {
  readonly id: number;
  readonly method: string;
  readonly #sink: EventSink;
  #credit: number;
  #events: unknown[] = [];
  #scheduled = false;
  #wakers: (() => void)[] = [];
  #controller: AbortController | null = null;
  #cancelled: CallError | null = null;
  #onCancel: ((error: CallError) => void) | null = null;

  constructor(id: number, method: string, credit: unknown, sink: EventSink) {
    this.id = id;
    this.method = method;
    this.#sink = sink;
    this.#credit = typeof credit === 'number' && credit >= 0 ? credit : CREDIT_DEFAULT;
  }

  /** Aborted when nobody waits for the call any more. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#cancelled !== null) this.#controller.abort(this.#cancelled);
    }
    return this.#controller.signal;
  }

  /** Why nobody waits any more; none while somebody does. */
  get cancelled(): CallError | undefined {
    return this.#cancelled ?? undefined;
  }

  /** Sends an event as soon as credit allows; resolves when it is on its way. */
  async emit(event: unknown): Promise<void> {
    if (this.#cancelled !== null) return;
    this.#events.push(event);
    this.#schedule();
    while (this.#events.length > 0 && this.#cancelled === null) await this.#wait();
    await this.#sink.ready();
  }

  /** As `emit`, for whoever does not wait: the oldest are dropped when the caller reads too slowly. */
  emitLossy(event: unknown): void {
    if (this.#cancelled !== null) return;
    if (this.#events.length >= EVENTS_WAITING_MAX) this.#events.shift();
    this.#events.push(event);
    this.#schedule();
  }

  /** Resolves when every event has been sent, or nobody wants them. */
  async drained(): Promise<void> {
    while (this.#events.length > 0 && this.#cancelled === null) await this.#wait();
  }

  grant(add: number): void {
    this.#credit += add;
    this.#flush();
  }

  cancel(error: CallError): void {
    if (this.#cancelled !== null) return;
    this.#cancelled = error;
    this.#events = [];
    this.#wake();
    this.#onCancel?.(error);
    this.#controller?.abort(error);
  }

  /** Rejects when the call is cancelled and its work does not notice within the grace. */
  onCancel(listener: (error: CallError) => void): void {
    this.#onCancel = listener;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }

  /** Events of one turn of the loop travel together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#events.length > 0 && this.#credit > 0) {
      const events = this.#events.splice(0, Math.min(this.#credit, EVENTS_PER_MESSAGE_MAX));
      this.#credit -= events.length;
      this.#sink.sendEvents(this.id, events);
    }
    if (this.#events.length === 0) this.#wake();
  }
}
