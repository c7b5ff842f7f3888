import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Snapshot, TurnEvent} from '../../../../kernel/gateway/web/src/protocol.ts';
import {addUserMessage, applyEvent, applySnapshot, emptyThread, setDelivery, unaccepted, type AssistantItem, type Thread}
  from '../../../../kernel/gateway/web/src/thread.ts';

// Any member of any event: the tests write events as they are on the wire.
type Wire = {type: TurnEvent['type']; [member: string]: unknown};

function play(thread: Thread, events: Wire[]): {thread: Thread; outcomes: string[]} {
  const outcomes: string[] = [];
  for (const event of events) {
    const result = applyEvent(thread, event as unknown as TurnEvent, 1000);
    thread = result.thread;
    outcomes.push(result.outcome);
  }
  return {thread, outcomes};
}

function numbered(from: number, replyTo: string, events: Wire[]): Wire[] {
  return events.map((event, i) => ({...event, seq: from + i, sessionId: 's', inReplyToMessageId: replyTo}));
}

function answers(thread: Thread): AssistantItem[] {
  return thread.items.filter(item => item.role === 'assistant') as AssistantItem[];
}

function textOf(item: AssistantItem | undefined): string {
  return (item?.blocks ?? []).flatMap(block => block.kind === 'text' ? [block.text] : []).join('|');
}

const kTurn: Wire[] = [
  {type: 'message_accepted', messageId: 'm1'},
  {type: 'typing_start'},
  {type: 'reasoning_chunk', text: 'hm'},
  {type: 'assistant_chunk', text: 'Let me '},
  {type: 'assistant_chunk', text: 'look.'},
  {type: 'tool_start', toolCallId: 't1', toolName: 'list_files', argumentsPreview: '{"path":"."}'},
  {type: 'tool_chunk', toolCallId: 't1', text: 'a\n'},
  {type: 'tool_result', toolCallId: 't1', toolName: 'list_files', text: 'a\nb', resultStatus: 'completed', durationMs: 7},
  {type: 'assistant_chunk', text: 'Two files.'},
  {type: 'assistant_done', text: 'Let me look.\n\nTwo files.', finishReason: 'stop', usage: {inputTokens: 3, outputTokens: 4}},
  {type: 'typing_stop'},
];

function asked(): Thread {
  return addUserMessage(emptyThread('s'), 'm1', 'what is here?', 1);
}

test('a whole turn keeps text and tools in their order', () => {
  const {thread, outcomes} = play(asked(), numbered(1, 'm1', kTurn));
  assert.deepEqual(new Set(outcomes), new Set(['applied']));
  assert.equal(thread.seq, kTurn.length);
  assert.equal(thread.running, false);
  const [answer] = answers(thread);
  assert.deepEqual(answer?.blocks.map(block => block.kind), ['reasoning', 'text', 'tool', 'text']);
  assert.equal(textOf(answer), 'Let me look.|Two files.');
  assert.equal(answer?.state, 'done');
  const tool = answer?.blocks[2];
  assert.ok(tool?.kind === 'tool');
  assert.deepEqual(tool.call, {id: 't1', name: 'list_files', arguments: '{"path":"."}', output: 'a\nb', status: 'completed', durationMs: 7});
});

test('repeated events change nothing', () => {
  const events = numbered(1, 'm1', kTurn);
  const once = play(asked(), events).thread;
  const twice = play(asked(), events.flatMap((event, i) => [event, ...events.slice(Math.max(0, i - 2), i + 1)])).thread;
  assert.deepEqual(twice, once);
});

test('a gap asks for a snapshot and is not applied', () => {
  const events = numbered(1, 'm1', kTurn);
  const {thread, outcomes} = play(asked(), [events[0]!, events[1]!, events[3]!]);
  assert.deepEqual(outcomes, ['applied', 'applied', 'refetch']);
  assert.equal(thread.seq, 2);
});

test('a message from another tab asks for a snapshot once', () => {
  const {outcomes} = play(emptyThread('s'), numbered(1, 'm9', [{type: 'message_accepted', messageId: 'm9'}, {type: 'typing_start'}]));
  assert.deepEqual(outcomes, ['refetch', 'applied']);
});

test('events of another session are not ours', () => {
  const {thread, outcomes} = play(asked(), [{type: 'assistant_chunk', text: 'x', seq: 1, sessionId: 'other'}]);
  assert.deepEqual(outcomes, ['ignored']);
  assert.deepEqual(thread, asked());
});

test('a receipt counts whatever its number is', () => {
  const {thread} = play({...asked(), seq: 20}, [{type: 'message_accepted', messageId: 'm1', seq: 3, sessionId: 's'}]);
  assert.deepEqual(unaccepted(thread), []);
});

test('the final text replaces pieces that say something else', () => {
  const {thread} = play(asked(), numbered(1, 'm1', [{type: 'assistant_chunk', text: 'half'},
    {type: 'tool_start', toolCallId: 't', toolName: 'x'}, {type: 'assistant_done', text: 'the whole answer', finishReason: 'length'}]));
  const [answer] = answers(thread);
  assert.deepEqual(answer?.blocks.map(block => block.kind), ['tool', 'text']);
  assert.equal(textOf(answer), 'the whole answer');
  assert.equal(answer?.finishReason, 'length');
});

test('a turn that is stopped leaves no tool running', () => {
  const {thread} = play(asked(), numbered(1, 'm1', [{type: 'tool_start', toolCallId: 't', toolName: 'x'},
    {type: 'assistant_done', finishReason: 'cancelled'}, {type: 'typing_stop'}]));
  const [answer] = answers(thread);
  assert.equal(answer?.state, 'cancelled');
  assert.ok(answer.blocks[0]?.kind === 'tool' && answer.blocks[0].call.status === 'failed');
});

test('an error keeps what came before it', () => {
  const {thread} = play(asked(), numbered(1, 'm1', [{type: 'assistant_chunk', text: 'I begin'},
    {type: 'error', code: 'unavailable', text: 'the service is away'}, {type: 'assistant_done', text: 'I begin', finishReason: 'error'},
    {type: 'typing_stop'}]));
  const [answer] = answers(thread);
  assert.deepEqual([answer?.state, answer?.problem, textOf(answer)], ['error', 'the service is away', 'I begin']);
});

test('an answer stands behind its own question when two are waiting', () => {
  const two = addUserMessage(asked(), 'm2', 'and then?', 2);
  const {thread} = play(two, [...numbered(1, 'm1', kTurn), ...numbered(12, 'm2', [{type: 'assistant_message', text: 'nothing'}])]);
  assert.deepEqual(thread.items.map(item => item.role === 'user' ? item.id : `to ${item.replyTo}`), ['m1', 'to m1', 'm2', 'to m2']);
});

test('an unknown event is counted and otherwise left alone', () => {
  const {thread, outcomes} = play(asked(), [{type: 'novelty' as TurnEvent['type'], seq: 1, sessionId: 's'}]);
  assert.deepEqual(outcomes, ['applied']);
  assert.deepEqual(thread, {...asked(), seq: 1});
});

const kSnapshot: Snapshot = {id: 's', title: 'T', seq: 11, running: false, messages: [
  {id: 'm1', role: 'user', text: 'what is here?', createdAt: '2026-01-01T00:00:00Z'},
  {id: 'a1', role: 'assistant', text: 'Two files.', reasoning: 'hm', createdAt: 1_767_225_600,
    toolCalls: [{id: 't1', name: 'list_files', arguments: {path: '.'}, result: 'a\nb', status: 'completed', durationMs: 7}]},
]};

test('a snapshot becomes the thread', () => {
  const thread = applySnapshot(null, kSnapshot, true);
  assert.equal(thread.seq, 11);
  assert.deepEqual(answers(thread)[0]?.blocks.map(block => block.kind), ['reasoning', 'tool', 'text']);
  assert.equal(thread.items[0]?.createdAt, thread.items[1]?.createdAt); // ISO text and seconds mean the same
});

test('a snapshot keeps the messages that wait for a receipt, once', () => {
  let before = addUserMessage(asked(), 'm2', 'second', 2);
  before = setDelivery(before, 'm1', 'sent');
  const thread = applySnapshot(before, kSnapshot, true);
  assert.deepEqual(thread.items.map(item => item.id), ['m1', 'a1', 'm2']);
  assert.deepEqual(unaccepted(thread).map(item => item.id), ['m2']);
});

const kRunning: Snapshot = {...kSnapshot, seq: 16, running: true,
  messages: [...kSnapshot.messages, {id: 'm2', role: 'user', text: 'more'}, {id: 'a2', role: 'assistant', text: 'We', status: 'running'}]};

test('joining in mid-turn: the answer is built from its events, finished ones are not repeated', () => {
  const joined = applySnapshot(null, kRunning, true);
  assert.equal(joined.seq, 0);
  assert.equal(applySnapshot(null, {...kRunning, heldAfter: 11}, true).seq, 11);
  const {thread, outcomes} = play(joined, [...numbered(1, 'm1', kTurn), ...numbered(12, 'm2', [{type: 'message_accepted', messageId: 'm2'},
    {type: 'typing_start'}, {type: 'assistant_chunk', text: 'Well'}])]);
  assert.ok(!outcomes.includes('refetch'));
  assert.deepEqual(answers(thread).map(textOf), ['Two files.', 'Well']);
  assert.equal(thread.running, true);
});

test('joining in mid-turn: repeated turns that were not loaded are left alone', () => {
  const joined = applySnapshot(null, {...kRunning, messages: kRunning.messages.slice(2)}, true);
  const {thread, outcomes} = play(joined, [...numbered(1, 'm1', kTurn), ...numbered(12, 'm2', [{type: 'message_accepted', messageId: 'm2'},
    {type: 'typing_start'}, {type: 'assistant_chunk', text: 'Well'}])]);
  assert.ok(!outcomes.includes('refetch'));
  assert.deepEqual(thread.items.map(item => item.role), ['user', 'assistant']);
  assert.deepEqual(answers(thread).map(textOf), ['Well']);
});

test('a snapshot in mid-turn keeps what already arrived and goes on after it', () => {
  const before = play(applySnapshot(null, kRunning, true), numbered(12, 'm2', [{type: 'message_accepted', messageId: 'm2'}, {type: 'typing_start'},
    {type: 'assistant_chunk', text: 'Well, he'}])).thread;
  const {thread} = play(applySnapshot(before, kRunning, false), numbered(17, 'm2', [{type: 'assistant_chunk', text: 'ere'},
    {type: 'assistant_done', text: 'Well, here'}]));
  assert.deepEqual(answers(thread).map(textOf), ['Two files.', 'Well, here']);
});

test('a refused message says why and is not sent again', () => {
  const {thread} = play(asked(), [{type: 'error', code: 'exhausted', text: 'too many', inReplyToMessageId: 'm1', sessionId: 's'}]);
  assert.deepEqual(unaccepted(thread), []);
  const [item] = thread.items;
  assert.ok(item?.role === 'user');
  assert.deepEqual([item.delivery, item.problem], ['failed', 'too many']);
});

test('an answer that a crash cut off says so', () => {
  const thread = applySnapshot(null, {...kSnapshot, messages: [kSnapshot.messages[0]!, {id: 'a1', role: 'assistant', text: '', status: 'error',
    error: 'the gateway was stopped'}]}, true);
  assert.deepEqual([answers(thread)[0]?.state, answers(thread)[0]?.problem], ['error', 'the gateway was stopped']);
});
