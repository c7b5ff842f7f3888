// One conversation as a value, and the pure functions that change it: events and snapshots go in, a new thread comes
// out. No clock, no network, no DOM, so that every order of events can be tested.

import type {FinishReason, Snapshot, StoredMessage, Time, ToolStatus, TurnEvent, Usage} from './protocol.ts';

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
  output: string;
  status: ToolStatus | 'running';
  durationMs?: number;
}
export type Block =
  | {kind: 'text'; text: string}
  | {kind: 'reasoning'; text: string}
  | {kind: 'tool'; call: ToolCall};

/** queued: not given to a socket yet; sent: given, no receipt yet; accepted: on the gateway's disk. */
export type DeliveryState = 'queued' | 'sent' | 'accepted' | 'failed';
export interface UserItem {
  role: 'user';
  id: string;
  text: string;
  createdAt: number;
  delivery: DeliveryState;
  problem?: string;
}
export interface AssistantItem {
  role: 'assistant';
  id: string;
  replyTo: string;
  blocks: Block[];
  createdAt: number;
  state: 'running' | 'done' | 'cancelled' | 'error';
  finishReason?: FinishReason;
  problem?: string;
  usage?: Usage;
}
export type Item = UserItem | AssistantItem;

export interface Thread {
  id: string;
  title: string;
  /** The last event that is part of `items`; 0 when any event may be the next. */
  seq: number;
  /** The last event that the snapshot behind `items` knew. */
  snapshotSeq: number;
  running: boolean;
  items: readonly Item[];
}

/** `refetch`: the events alone do not lead to the gateway's state; only a new snapshot does. */
export type Outcome = 'applied' | 'ignored' | 'refetch';

export function emptyThread(id: string): Thread {
  return {id, title: '', seq: 0, snapshotSeq: 0, running: false, items: []};
}

export function toMillis(time: Time | undefined, fallback = 0): number {
  if (typeof time === 'number') return time < 1e12 ? time * 1000 : time;
  const parsed = time ? Date.parse(time) : NaN;
  return Number.isNaN(parsed) ? fallback : parsed;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function fromStored(message: StoredMessage, replyTo: string): Item {
  const createdAt = toMillis(message.createdAt);
  if (message.role === 'user') {
    return {role: 'user', id: message.id, text: message.text ?? '', createdAt, delivery: 'accepted'};
  }
  const blocks: Block[] = [];
  if (message.reasoning) blocks.push({kind: 'reasoning', text: message.reasoning});
  for (const stored of message.toolCalls ?? []) {
    const call: ToolCall = {
      id: stored.id,
      name: stored.name,
      arguments: asText(stored.arguments),
      output: asText(stored.result),
      status: stored.status ?? 'completed',
    };
    if (stored.durationMs !== undefined) call.durationMs = stored.durationMs;
    blocks.push({kind: 'tool', call});
  }
  if (message.text) blocks.push({kind: 'text', text: message.text});
  const item: AssistantItem =
    {role: 'assistant', id: message.id, replyTo, blocks, createdAt, state: message.status ?? 'done'};
  if (message.usage) item.usage = message.usage;
  if (message.error) item.problem = message.error;
  return item;
}

/**
 * The gateway's snapshot, plus the messages that still wait here for their receipt. The answer in progress is only partly
 * in a snapshot, if at all. `joining`: all its events will be asked for again, so it is left out and built from them.
 * Otherwise events go on after the snapshot, and what arrived here is kept; a hole closes with the whole text at the end.
 */
export function applySnapshot(before: Thread | null, snapshot: Snapshot, joining: boolean): Thread {
  let items: Item[] = [];
  let lastUser = '';
  for (const message of snapshot.messages) {
    if (message.role === 'user') lastUser = message.id;
    items.push(fromStored(message, lastUser));
  }
  const running = snapshot.running ?? false;
  const snapshotSeq = snapshot.seq ?? 0;
  if (running && joining) {
    items = items.filter(item => item.role === 'user' || item.state !== 'running');
  } else if (running) {
    const here = before?.items.findLast(item => item.role === 'assistant' && item.state === 'running');
    const at = items.findIndex(item => item.role === 'assistant' && item.state === 'running');
    if (here && at >= 0) items[at] = here;
    else if (here) items.push(here);
  }
  const known = new Set(items.map(item => item.id));
  for (const item of before?.items ?? []) {
    if (item.role === 'user' && item.delivery !== 'accepted' && !known.has(item.id)) items.push(item);
  }
  const title = snapshot.title ?? before?.title ?? '';
  return {id: snapshot.id, title, seq: running && joining ? snapshot.heldAfter ?? 0 : snapshotSeq, snapshotSeq, running, items};
}

export function addUserMessage(thread: Thread, id: string, text: string, now: number): Thread {
  return {...thread, items: [...thread.items, {role: 'user', id, text, createdAt: now, delivery: 'queued'}]};
}

export function setDelivery(thread: Thread, id: string, delivery: DeliveryState, problem?: string): Thread {
  const items = thread.items.map(item => {
    if (item.role !== 'user' || item.id !== id || item.delivery === delivery) return item;
    const {problem: _old, ...rest} = item;
    return problem === undefined ? {...rest, delivery} : {...rest, delivery, problem};
  });
  return {...thread, items};
}

/** Messages that no receipt was seen for, oldest first. Sending one twice is harmless: its id is its identity. */
export function unaccepted(thread: Thread): UserItem[] {
  return thread.items.filter((item): item is UserItem =>
    item.role === 'user' && (item.delivery === 'queued' || item.delivery === 'sent'));
}

export function applyEvent(thread: Thread, event: TurnEvent, now: number): {thread: Thread; outcome: Outcome} {
  if (event.sessionId !== undefined && event.sessionId !== thread.id) return {thread, outcome: 'ignored'};
  if (event.type === 'message_accepted') thread = accept(thread, event.messageId);
  const seq = event.seq;
  if (seq !== undefined) {
    if (seq <= thread.seq) return {thread, outcome: 'ignored'};
    // seq 0 means that nothing is known yet: the gateway may have let go of the oldest events.
    if (thread.seq !== 0 && seq > thread.seq + 1) return {thread, outcome: 'refetch'};
    thread = {...thread, seq};
  }
  if (isFinished(thread, event) || isBeforeFirst(thread, event)) return {thread, outcome: 'ignored'};
  return applyToItems(thread, event, now);
}

function accept(thread: Thread, messageId: string): Thread {
  const waiting = thread.items.some(item => item.id === messageId && item.role === 'user' && item.delivery !== 'accepted');
  return waiting ? setDelivery(thread, messageId, 'accepted') : thread;
}

/** An event of a turn whose answer came complete with a snapshot: it is repeated only because we asked from the start. */
function isFinished(thread: Thread, event: TurnEvent): boolean {
  const replyTo = event.inReplyToMessageId;
  if (!replyTo || event.type === 'typing_stop') return false;
  const answer = thread.items.findLast(item => item.role === 'assistant' && item.replyTo === replyTo);
  return answer?.role === 'assistant' && answer.state !== 'running';
}

/** A repeated event of a turn that is older than the messages that were loaded. */
function isBeforeFirst(thread: Thread, event: TurnEvent): boolean {
  const id = event.type === 'message_accepted' ? event.messageId : event.inReplyToMessageId;
  return event.seq !== undefined && event.seq <= thread.snapshotSeq && id !== undefined && !thread.items.some(item => item.id === id);
}

function applyToItems(thread: Thread, event: TurnEvent, now: number): {thread: Thread; outcome: Outcome} {
  switch (event.type) {
    case 'message_accepted': {
      // Written in another tab or on another device: the event does not carry its text.
      const known = thread.items.some(item => item.id === event.messageId);
      const running = thread.running || event.seq !== undefined; // its turn follows; a repeated receipt may promise nothing
      return {thread: {...thread, running}, outcome: known ? 'applied' : 'refetch'};
    }
    case 'typing_start':
      return {thread: {...withAnswer(thread, event, now, item => item), running: true}, outcome: 'applied'};
    case 'typing_stop':
      return {thread: {...closeAnswers(thread, event), running: false}, outcome: 'applied'};
    case 'error':
      if (event.seq === undefined) return {thread: refuse(thread, event), outcome: 'ignored'}; // no part of a turn
      return {thread: withAnswer(thread, event, now, item => ({...item, problem: problemText(event)})), outcome: 'applied'};
    case 'assistant_done':
    case 'assistant_message':
      return {thread: withAnswer(thread, event, now, item => finish(item, event)), outcome: 'applied'};
    case 'assistant_chunk':
    case 'reasoning_chunk':
    case 'tool_start':
    case 'tool_chunk':
    case 'tool_result': {
      const next = withAnswer(thread, event, now, item => ({...item, blocks: applyToBlocks(item.blocks, event)}));
      return {thread: {...next, running: true}, outcome: 'applied'};
    }
    default:
      return {thread, outcome: 'applied'}; // an event of a newer gateway: counted, not shown
  }
}

/** The gateway did not take a message: it will not be sent again by itself. */
function refuse(thread: Thread, event: TurnEvent & {type: 'error'}): Thread {
  const refused = unaccepted(thread).find(item => item.id === event.inReplyToMessageId);
  return refused ? setDelivery(thread, refused.id, 'failed', problemText(event)) : thread;
}

function problemText(event: TurnEvent & {type: 'error'}): string {
  return event.text || event.code || 'something went wrong';
}

/** Changes the answer that `event` belongs to; a new one is put behind the message that it answers. */
function withAnswer(thread: Thread, event: TurnEvent, now: number, change: (item: AssistantItem) => AssistantItem): Thread {
  const replyTo = event.inReplyToMessageId ?? lastUserId(thread);
  const items = [...thread.items];
  const at = items.findLastIndex(item => item.role === 'assistant' && item.replyTo === replyTo && item.state === 'running');
  if (at >= 0) {
    items[at] = change(items[at] as AssistantItem);
    return {...thread, items};
  }
  const fresh: AssistantItem = {
    role: 'assistant', id: `answer-${replyTo}-${event.seq ?? items.length}`, replyTo, blocks: [], createdAt: now,
    state: 'running',
  };
  let place = items.findLastIndex(item => item.role === 'user' && item.id === replyTo) + 1 || items.length;
  while (items[place]?.role === 'assistant') ++place;
  items.splice(place, 0, change(fresh));
  return {...thread, items};
}

function lastUserId(thread: Thread): string {
  return thread.items.findLast(item => item.role === 'user')?.id ?? '';
}

type BlockEvent = TurnEvent & {type: 'assistant_chunk' | 'reasoning_chunk' | 'tool_start' | 'tool_chunk' | 'tool_result'};

function applyToBlocks(blocks: readonly Block[], event: BlockEvent): Block[] {
  switch (event.type) {
    case 'assistant_chunk': return appendText(blocks, 'text', event.text);
    case 'reasoning_chunk': return appendText(blocks, 'reasoning', event.text);
    case 'tool_start':
      return [...blocks, {kind: 'tool', call: {id: event.toolCallId, name: event.toolName,
        arguments: event.argumentsPreview ?? '', output: '', status: 'running'}}];
    case 'tool_chunk':
      return changeCall(blocks, event.toolCallId, '', call => ({...call, output: call.output + event.text}));
    case 'tool_result':
      return changeCall(blocks, event.toolCallId, event.toolName ?? '', call => {
        const done: ToolCall = {...call, status: event.resultStatus, output: event.text ?? call.output};
        if (event.durationMs !== undefined) done.durationMs = event.durationMs;
        return done;
      });
  }
}

function appendText(blocks: readonly Block[], kind: 'text' | 'reasoning', text: string): Block[] {
  const last = blocks.at(-1);
  if (last?.kind === kind) return [...blocks.slice(0, -1), {kind, text: last.text + text}];
  return text ? [...blocks, {kind, text}] : [...blocks];
}

function changeCall(blocks: readonly Block[], id: string, name: string, change: (call: ToolCall) => ToolCall): Block[] {
  const at = blocks.findLastIndex(block => block.kind === 'tool' && block.call.id === id);
  const found = blocks[at];
  if (found?.kind === 'tool') return blocks.with(at, {kind: 'tool', call: change(found.call)});
  const call: ToolCall = {id, name: name || 'tool', arguments: '', output: '', status: 'running'};
  return [...blocks, {kind: 'tool', call: change(call)}];
}

function finish(item: AssistantItem, event: TurnEvent & {type: 'assistant_done' | 'assistant_message'}): AssistantItem {
  const reason = event.type === 'assistant_done' ? event.finishReason ?? 'stop' : 'stop';
  const state = reason === 'cancelled' ? 'cancelled' : reason === 'error' ? 'error' : 'done';
  const done: AssistantItem = {...item, state, finishReason: reason, blocks: settle(withWholeText(item.blocks, event.text))};
  if (event.type === 'assistant_done' && event.usage) done.usage = event.usage;
  return done;
}

/** The final text wins over the pieces, unless they say the same: then their places between the tools are kept. */
function withWholeText(blocks: readonly Block[], whole: string | undefined): readonly Block[] {
  if (!whole?.trim()) return blocks;
  const squeeze = (text: string): string => text.replace(/\s+/g, '');
  const pieces = blocks.flatMap(block => block.kind === 'text' ? [block.text] : []);
  const wanted = squeeze(whole);
  if (squeeze(pieces.join('')) === wanted || squeeze(pieces.at(-1) ?? '') === wanted) return blocks;
  return [...blocks.filter(block => block.kind !== 'text'), {kind: 'text', text: whole}];
}

/** A turn that is over has no running tools. */
function settle(blocks: readonly Block[]): Block[] {
  return blocks.map(block => block.kind === 'tool' && block.call.status === 'running'
    ? {kind: 'tool', call: {...block.call, status: 'failed', output: block.call.output || 'stopped'}} : block);
}

function closeAnswers(thread: Thread, event: TurnEvent): Thread {
  const replyTo = event.inReplyToMessageId;
  const items = thread.items.map((item): Item =>
    item.role === 'assistant' && item.state === 'running' && (!replyTo || item.replyTo === replyTo)
      ? {...item, state: item.problem ? 'error' : 'done', blocks: settle(item.blocks)} : item);
  return {...thread, items};
}
