// The open conversation: loads it, keeps it in step with the gateway, sends and stops. The one place that joins the
// pure thread, the connection and the outbox; the components only read its signals and call its functions.

import {batch, signal} from '@preact/signals';
import {ApiError, getSession, stopTurn} from './api.ts';
import {Connection} from './connection.ts';
import {keepOutbox, outboxOf} from './outbox.ts';
import type {Attached, TurnEvent} from './protocol.ts';
import {say, unauthorized} from './notices.ts';
import {showTalk, view} from './route.ts';
import {refreshSessions} from './sessions.ts';
import {addUserMessage, applyEvent, applySnapshot, emptyThread, setDelivery, unaccepted, type Thread} from './thread.ts';

const kFirstLimit = 200;
const kSettleMs = 1500;

/** What is shown; follows `latest` once per frame, however many events arrive in between. */
export const thread = signal<Thread | null>(null);
export const isLoading = signal(false);
export const hasOlder = signal(false);
export const loadProblem = signal('');

let latest: Thread | null = null;
let limit = kFirstLimit;
let fetching: Promise<void> | null = null;
let fetchAgain = false;
let held: TurnEvent[] = []; // events that arrive while a snapshot is on its way
let publishing = false;
let settleTimer = 0;

export const connection = new Connection({
  after: () => latest?.seq ?? 0,
  onAttached,
  onEvent,
  onTooBig,
  onUnauthorized: () => unauthorized(),
});

function publish(next: Thread | null, atOnce = false): void {
  latest = next;
  if (atOnce) thread.value = next;
  if (atOnce || publishing) return;
  publishing = true;
  const show = (): void => {
    publishing = false;
    thread.value = latest;
  };
  if (document.visibilityState === 'visible') requestAnimationFrame(show);
  else setTimeout(show, 200); // a hidden page gets no frames
}

export function sessionInAddress(): string {
  const match = /^#s=([\w.:%~-]+)$/.exec(location.hash);
  try {
    return match?.[1] ? decodeURIComponent(match[1]) : '';
  } catch {
    return '';
  }
}

function setAddress(id: string): void {
  const hash = id ? `#s=${encodeURIComponent(id)}` : location.pathname + location.search;
  if (sessionInAddress() !== id || view.peek().name !== 'talk') history.pushState(null, '', hash);
  showTalk();
}

function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return prefix + Array.from(bytes, byte => (byte % 36).toString(36) + (byte >> 4 & 15).toString(16)).join('');
}

export function startNew(): void {
  connection.close();
  setAddress('');
  batch(() => {
    publish(null, true);
    isLoading.value = false;
    loadProblem.value = '';
    hasOlder.value = false;
  });
}

export async function openSession(id: string): Promise<void> {
  if (latest?.id === id && !loadProblem.value) return setAddress(id);
  connection.close();
  setAddress(id);
  limit = kFirstLimit;
  held = [];
  const waiting = outboxOf(id);
  batch(() => {
    publish({...emptyThread(id), items: waiting}, true);
    isLoading.value = true;
    loadProblem.value = '';
    hasOlder.value = false;
  });
  await refetch();
  if (latest?.id === id && !loadProblem.value) connection.open(id);
}

/** Takes the gateway's word for the whole conversation. A call during another one makes that one look once more. */
function refetch(): Promise<void> {
  fetchAgain = fetching !== null;
  fetching ??= fetchUntilCurrent().finally(() => {
    fetching = null;
    const events = held;
    held = [];
    for (const event of events) onEvent(event);
  });
  return fetching;
}

async function fetchUntilCurrent(): Promise<void> {
  do {
    fetchAgain = false;
    await fetchSnapshot();
  } while (fetchAgain);
}

async function fetchSnapshot(): Promise<void> {
  const id = latest?.id;
  if (!id) return;
  try {
    const snapshot = await getSession(id, limit);
    if (latest?.id !== id) return;
    batch(() => {
      hasOlder.value = snapshot.messages.length >= limit;
      isLoading.value = false;
      publish(applySnapshot(latest, snapshot, connection.phase.peek().name !== 'open'), true);
    });
  } catch (error) {
    if (latest?.id !== id) return;
    isLoading.value = false;
    onLoadProblem(error);
  }
}

function onLoadProblem(error: unknown): void {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) {
    loadProblem.value = 'locked';
    unauthorized();
  } else if (status === 404) {
    // A new conversation that the gateway has not heard of yet is not a problem; an address to a deleted one is.
    if (latest && unaccepted(latest).length > 0) return;
    startNew();
    say('That conversation does not exist any more.');
  } else if (latest && latest.items.length === 0) {
    loadProblem.value = error instanceof Error ? error.message : String(error);
  }
}

export async function loadOlder(): Promise<void> {
  if (!hasOlder.value) return;
  limit *= 5;
  await refetch();
}

export async function retryLoading(): Promise<void> {
  if (latest) await openSession(latest.id);
}

/** Half a character, as a cut emoji leaves it, is no UTF-8 and would never arrive. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

export function send(text: string): void {
  const now = Date.now();
  let current = latest;
  const isNew = current === null;
  current ??= emptyThread(newId('web-'));
  current = addUserMessage(current, newId('m-'), wellFormed(text), now);
  publish(current, true);
  if (isNew) {
    setAddress(current.id);
    connection.open(current.id);
  }
  flush();
}

/** Tries once more with a message that the gateway refused. */
export function resend(id: string): void {
  if (!latest) return;
  publish(setDelivery(latest, id, 'queued'), true);
  flush();
}

function flush(): void {
  if (!latest) return;
  let next = latest;
  for (const item of unaccepted(latest)) {
    if (item.delivery !== 'queued') continue;
    const frame = {type: 'user_message', text: item.text, messageId: item.id, sessionId: next.id} as const;
    if (!connection.send(frame)) break;
    next = setDelivery(next, item.id, 'sent');
  }
  publish(next);
  keepOutbox(next.id, unaccepted(next));
}

export function stop(): void {
  if (!latest?.running) return;
  if (!connection.send({type: 'stop'})) stopTurn(latest.id).catch(() => say('The gateway was not reached; the turn goes on.'));
}

function onAttached(frame: Attached): void {
  if (!latest) return;
  let next = latest;
  for (const item of unaccepted(latest)) next = setDelivery(next, item.id, 'queued'); // it may be lost on the way
  latest = next;
  flush();
  const isFresh = next.seq === 0 && unaccepted(next).length === next.items.length; // nothing that could be missed
  // Missed events that are gone, or a gateway that forgot and numbers anew.
  if ((frame.resumed === false && !isFresh) || frame.seq < next.seq) void refetch();
  clearTimeout(settleTimer);
  const wasRunning = next.running;
  settleTimer = setTimeout(() => {
    // What was missed should have been repeated by now. If it was not, or a turn was cut by a restart, look again.
    if (latest?.id !== frame.sessionId) return;
    if ((latest.seq < frame.seq && !isFresh) || (wasRunning && latest.seq === next.seq)) void refetch();
  }, kSettleMs);
}

function onEvent(event: TurnEvent): void {
  if (!latest) return;
  if (fetching) {
    held.push(event);
    return;
  }
  const result = applyEvent(latest, event, Date.now());
  if (event.type === 'error' && event.seq === undefined) {
    if (result.thread === latest) say(event.text ?? event.code ?? 'The gateway reports an error.');
    else keepOutbox(latest.id, unaccepted(result.thread));
  }
  publish(result.thread);
  if (result.outcome === 'refetch') void refetch();
  if (event.type === 'message_accepted') keepOutbox(result.thread.id, unaccepted(result.thread));
  if (event.type === 'message_accepted' || event.type === 'typing_stop') void refreshSessions();
}

function onTooBig(): void {
  const first = latest && unaccepted(latest).find(item => item.delivery === 'sent');
  if (!latest || !first) return;
  publish(setDelivery(latest, first.id, 'failed', 'This message is longer than the gateway accepts. Shorten it, or send it in parts.'), true);
  keepOutbox(latest.id, unaccepted(latest));
}
