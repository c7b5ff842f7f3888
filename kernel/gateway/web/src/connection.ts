// One WebSocket at a time, attached to one session, that comes back by itself. It carries frames and knows when to try
// again; what the frames mean is the conversation's matter.

import {signal, type ReadonlySignal} from '@preact/signals';
import {ApiError, gatewayUrl, getStatus} from './api.ts';
import {subprotocols, token} from './auth.ts';
import type {Attached, ClientFrame, ServerFrame, TurnEvent} from './protocol.ts';
import {skillsChanged} from './skills/changed.ts';

const kBackoffMs = [300, 700, 1500, 3000, 6000, 12_000];
const kProbeMs = 30_000;
const kAttachTimeoutMs = 10_000;

export type Phase =
  | {name: 'idle'}
  | {name: 'connecting'}
  | {name: 'open'}
  | {name: 'waiting'; retryAt: number; reason: string}
  | {name: 'unauthorized'};

export interface Handlers {
  /** The last event the page has; asked at every attach. */
  after(): number;
  onAttached(frame: Attached): void;
  onEvent(event: TurnEvent): void;
  /** The gateway refused a frame as too big; the message in it will never get through. */
  onTooBig(): void;
  onUnauthorized(): void;
}

export class Connection {
  private readonly phase_ = signal<Phase>({name: 'idle'});
  private socket: WebSocket | null = null;
  private session = '';
  private failures = 0;
  private retryTimer = 0;
  private attachTimer = 0;
  private probeTimer = 0;

  constructor(private readonly handlers: Handlers) {
    addEventListener('online', () => this.look());
    addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.look();
    });
  }

  get phase(): ReadonlySignal<Phase> {
    return this.phase_;
  }

  /** Leaves the session that was open, if any. */
  open(session: string): void {
    this.close();
    this.session = session;
    this.failures = 0;
    this.attempt();
  }

  close(): void {
    this.session = '';
    this.drop();
    this.phase_.value = {name: 'idle'};
  }

  /** Only while the phase is `open`; false means that the frame went nowhere. */
  send(frame: ClientFrame): boolean {
    if (this.phase_.value.name !== 'open' || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  retryNow(): void {
    if (this.phase_.value.name !== 'waiting') return;
    clearTimeout(this.retryTimer);
    this.attempt();
  }

  /** The network or the person came back: what is open may have died without a word. */
  private look(): void {
    this.retryNow();
    this.probe();
  }

  /** Asks for what was missed. That nothing was is an answer, too, and keeps the connection from being found silent. */
  private probe(): void {
    if (this.attachTimer === 0 && this.send(this.attachFrame())) this.expectAttached();
  }

  private attachFrame(): ClientFrame {
    return {type: 'attach', sessionId: this.session, after: this.handlers.after()};
  }

  private expectAttached(): void {
    this.attachTimer = setTimeout(() => this.closed(''), kAttachTimeoutMs);
  }

  private drop(): void {
    clearTimeout(this.retryTimer);
    clearTimeout(this.attachTimer);
    this.attachTimer = 0;
    clearInterval(this.probeTimer);
    const socket = this.socket;
    this.socket = null; // handlers of a socket that is not ours any more do nothing
    socket?.close(1000);
  }

  private attempt(): void {
    this.phase_.value = {name: 'connecting'};
    const url = gatewayUrl('ws');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.search = new URLSearchParams({session: this.session}).toString();
    url.hash = '';
    const socket = new WebSocket(url, subprotocols(token()));
    this.socket = socket;
    this.expectAttached();
    socket.onopen = () => {
      if (socket === this.socket) socket.send(JSON.stringify(this.attachFrame()));
    };
    socket.onmessage = message => {
      if (socket === this.socket) this.receive(message.data);
    };
    socket.onclose = event => {
      if (socket !== this.socket) return;
      if (event.code === 1009) this.handlers.onTooBig();
      this.closed(event.code === 1008 ? event.reason : '');
    };
  }

  /** A refused WebSocket looks like a dead one; HTTP tells them apart. */
  private async askWhy(): Promise<void> {
    const session = this.session;
    try {
      await getStatus();
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status === 401;
      if (isRefused && session === this.session && this.phase_.value.name !== 'open') this.unauthorized();
    }
  }

  private receive(data: unknown): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(String(data)) as ServerFrame;
    } catch {
      return; // raw text from before the switch to envelopes
    }
    if (frame.type === 'skills.changed') {
      ++skillsChanged.value;
      return;
    }
    if (frame.type !== 'attached') return this.handlers.onEvent(frame);
    if (frame.sessionId !== this.session) return;
    clearTimeout(this.attachTimer);
    this.attachTimer = 0;
    this.failures = 0;
    clearInterval(this.probeTimer);
    this.probeTimer = setInterval(() => this.probe(), kProbeMs);
    this.phase_.value = {name: 'open'};
    this.handlers.onAttached(frame);
  }

  private closed(reason: string): void {
    this.drop();
    if (this.failures > 0) void this.askWhy();
    const delay = (kBackoffMs[Math.min(this.failures, kBackoffMs.length - 1)] ?? 0) * (0.8 + 0.4 * Math.random());
    ++this.failures;
    this.phase_.value = {name: 'waiting', retryAt: Date.now() + delay, reason};
    this.retryTimer = setTimeout(() => this.attempt(), delay);
  }

  private unauthorized(): void {
    this.drop();
    this.phase_.value = {name: 'unauthorized'};
    this.handlers.onUnauthorized();
  }
}
