// The first conversation: demo provider, no key, over /ws with the `ws` client.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Conversation, assertTurn, textOf } from './conversation.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { suiteScope } from './scope.mjs';
import { goodAnswer, piece, startUpstream, streamEnd, streamHead, upstreamConfig } from './upstream.mjs';

describe('demo conversation', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    const home = makeHome(scope);
    writeFileSync(join(home, 'workspace', 'notes.txt'), 'The heron nests in March.\n');
    gateway = await startGateway(scope, { home });
  });

  it('says openly that it is a demonstration', async () => {
    const status = await getJson(gateway, '/api/status');
    assert.equal(status.model.demo, true);
    assert.equal(status.authRequired, false);
    assert.match(status.notice, /demo/i);
  });

  it('answers raw text with one raw frame', async () => {
    const conversation = await Conversation.open(gateway);
    conversation.send('Hello!');
    const answer = await conversation.find((frame) => typeof frame === 'string');
    assert.ok(answer.length > 10, answer);
    await conversation.settle();
    assert.equal(conversation.frames.length, 1, JSON.stringify(conversation.frames));
    await conversation.close();
  });

  it('takes a JSON text that is no known envelope as raw text', async () => {
    const conversation = await Conversation.open(gateway);
    conversation.send('{"type":"weather","city":"Oslo"}');
    assert.equal(typeof (await conversation.find(() => true)), 'string');
    await conversation.close();
  });

  it('streams an envelope turn in order, in pieces that add up to the answer', async () => {
    const conversation = await Conversation.open(gateway);
    const frames = await conversation.turn('Hello there!', { messageId: 'm-1' });
    const done = assertTurn(frames);
    assert.equal(frames[0].messageId, 'm-1');
    assert.equal(frames[0].seq, 1);
    assert.equal(done.finishReason, 'stop');
    assert.ok(frames.filter((frame) => frame.type === 'assistant_chunk').length >= 3, 'it came in one piece');
    assert.equal(textOf(frames), done.text);
    assert.ok(done.usage.outputTokens > 0);
    await conversation.close();
  });

  it('accepts `content` for `text`, makes up a message id, ignores heartbeats', async () => {
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'heartbeat' });
    conversation.send({ type: 'user_message', content: 'Hello' });
    await conversation.find('typing_stop');
    assertTurn(conversation.frames);
    assert.ok(conversation.frames[0].messageId);
    await conversation.close();
  });

  it('runs a tool and shows it: the time', async () => {
    const conversation = await Conversation.open(gateway);
    const frames = await conversation.turn('What time is it?');
    assertTurn(frames);
    const [start, result] = ['tool_start', 'tool_result'].map((type) => frames.find((frame) => frame.type === type));
    assert.ok(start && result, JSON.stringify(frames));
    assert.equal(start.toolCallId, result.toolCallId);
    assert.equal(start.toolName, result.toolName);
    assert.equal(typeof start.argumentsPreview, 'string');
    assert.equal(result.resultStatus, 'completed');
    assert.ok(result.durationMs >= 0);
    await conversation.close();
  });

  it('reads a file of the workspace with a tool and answers from it', async () => {
    const conversation = await Conversation.open(gateway);
    const frames = await conversation.turn('Please read the file notes.txt');
    const done = assertTurn(frames);
    assert.match(frames.find((frame) => frame.type === 'tool_result').text, /heron nests/);
    assert.match(done.text, /heron nests/);
    const stored = await getJson(gateway, `/api/sessions/${frames[0].sessionId}`);
    const answer = stored.messages.find((message) => message.role === 'assistant' && message.toolCalls);
    assert.match(answer.toolCalls[0].result, /heron nests/);
    await conversation.close();
  });

  it('does not run a message twice', async () => {
    const conversation = await Conversation.open(gateway);
    const first = await conversation.turn('Hello', { messageId: 'same' });
    const from = conversation.frames.length;
    conversation.send({ type: 'user_message', text: 'Hello', messageId: 'same' });
    const again = await conversation.find('message_accepted', from);
    assert.equal(again.messageId, 'same');
    await conversation.settle();
    assert.deepEqual(conversation.frames.slice(from).map((frame) => frame.type), ['message_accepted']);
    const stored = await getJson(gateway, `/api/sessions/${first[0].sessionId}`);
    assert.equal(stored.messages.filter((message) => message.role === 'user').length, 1);
    await conversation.close();
  });

  it('answers hello and attach with attached, and closes on binary frames with 1003', async () => {
    const conversation = await Conversation.open(gateway, { session: 'attach-1' });
    conversation.send({ type: 'hello' });
    assert.equal((await conversation.find('attached')).sessionId, 'attach-1');
    conversation.send({ type: 'attach', sessionId: 'attach-2', after: 0 });
    const second = await conversation.find((frame) => frame.type === 'attached' && frame.sessionId === 'attach-2');
    assert.equal(second.seq, 0);
    conversation.socket.send(Buffer.from([1, 2, 3]));
    assert.equal((await conversation.closed).code, 1003);
  });

  it('shows one session to every connection on it', async () => {
    const session = 'shared';
    const speaker = await Conversation.open(gateway, { session });
    const listener = await Conversation.open(gateway, { session });
    listener.send({ type: 'hello' });
    await listener.find('attached');
    const said = await speaker.turn('Hello');
    await listener.find('typing_stop');
    const events = (frames) => frames.filter((frame) => frame.seq !== undefined && frame.type !== 'attached');
    assert.deepEqual(events(listener.frames), events(said));
    await Promise.all([speaker.close(), listener.close()]);
  });

  it('keeps sessions: list, title, history, delete', async () => {
    const conversation = await Conversation.open(gateway, { session: 'kept' });
    await conversation.turn('Hello from the list test');
    await conversation.close();
    const { sessions } = await getJson(gateway, '/api/sessions');
    const kept = sessions.find((session) => session.id === 'kept');
    assert.equal(kept.messageCount, 2);
    assert.ok(kept.title);
    const stored = await getJson(gateway, '/api/sessions/kept');
    assert.deepEqual(stored.messages.map((message) => message.role), ['user', 'assistant']);
    assert.equal(stored.running, false);
    await getJson(gateway, '/api/sessions/kept', { method: 'DELETE', status: 204 });
    await getJson(gateway, '/api/sessions/kept', { status: 404 });
  });

  it('runs a turn over HTTP, whole and as server-sent events', async () => {
    const { id } = await getJson(gateway, '/api/sessions', { method: 'POST', status: 201 });
    const path = `/api/sessions/${id}/messages`;
    const headers = { 'content-type': 'application/json' };
    const whole = await getJson(gateway, path, { method: 'POST', headers, body: JSON.stringify({ text: 'Hello' }) });
    assert.equal(whole.message.role, 'assistant');
    assert.ok(whole.message.text);
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { ...headers, accept: 'text/event-stream' },
      body: JSON.stringify({ text: 'Hello again' }),
    });
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    const text = await response.text();
    const events = [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => JSON.parse(match[1]));
    assertTurn(events);
  });
});

describe('a conversation with a slow model', () => {
  // The upstream sends one piece per `release()`.
  async function slowModel(t, pieces = 3) {
    const upstream = await startUpstream(t, async (socket) => {
      socket.write(streamHead);
      for (let index = 0; index < pieces; ++index) {
        socket.write(piece(`piece ${index} `));
        await new Promise((resolve) => (upstream.release = resolve));
      }
      if (!socket.destroyed) socket.end(streamEnd);
    });
    const config = { ...upstreamConfig(upstream.url), gateway: { gracefulShutdownSeconds: 1 } };
    return { upstream, gateway: await startGateway(t, { config }) };
  }

  it('shows each piece as it arrives', async (t) => {
    const { upstream, gateway } = await slowModel(t, 3);
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'user_message', text: 'go' });
    for (let index = 0; index < 3; ++index) {
      // The model has not sent the next piece yet, so this one cannot have waited for it.
      await conversation.find(() => textOf(conversation.frames).includes(`piece ${index}`));
      assert.ok(!textOf(conversation.frames).includes(`piece ${index + 1}`));
      upstream.release();
    }
    await conversation.find('typing_stop');
    assert.equal(assertTurn(conversation.frames).text, 'piece 0 piece 1 piece 2 ');
  });

  it('stops a turn at once, keeps what was said, and goes on', async (t) => {
    const { upstream, gateway } = await slowModel(t);
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'user_message', text: 'go' });
    await conversation.find('assistant_chunk');
    conversation.send({ type: 'stop' });
    await conversation.find('typing_stop');
    const done = assertTurn(conversation.frames);
    assert.equal(done.finishReason, 'cancelled');
    assert.equal(done.text, 'piece 0 ');
    const stored = await getJson(gateway, `/api/sessions/${done.sessionId}`);
    assert.equal(stored.messages.at(-1).status, 'cancelled');
    upstream.behave = goodAnswer('again');
    assert.equal(assertTurn(await conversation.turn('again')).text, 'again');
  });

  it('misses and repeats nothing when the client reconnects with after=SEQ', async (t) => {
    const { upstream, gateway } = await slowModel(t);
    const session = 'resumed';
    const first = await Conversation.open(gateway, { session });
    first.send({ type: 'user_message', text: 'go' });
    await first.find('assistant_chunk');
    const seen = first.frames.at(-1).seq;
    first.socket.terminate();
    await first.closed;
    upstream.release();
    const second = await Conversation.open(gateway, { session, after: seen });
    second.send({ type: 'hello' });
    await second.find(() => textOf(second.frames).includes('piece 1'));
    upstream.release();
    await second.find(() => textOf(second.frames).includes('piece 2'));
    upstream.release();
    await second.find('typing_stop');
    const events = [...first.frames, ...second.frames].filter((frame) => frame.type !== 'attached');
    assert.equal(assertTurn(events).text, 'piece 0 piece 1 piece 2 ');
  });

  it('answers messages that arrive during a turn afterwards, in order', async (t) => {
    const { upstream, gateway } = await slowModel(t, 1);
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'user_message', text: 'one', messageId: 'one' });
    await conversation.find('assistant_chunk');
    upstream.behave = goodAnswer('second answer');
    conversation.send({ type: 'user_message', text: 'two', messageId: 'two' });
    await conversation.find((frame) => frame.type === 'message_accepted' && frame.messageId === 'two');
    upstream.release();
    const isDone = (id) => (frame) => frame.type === 'assistant_done' && frame.inReplyToMessageId === id;
    const done = await conversation.find(isDone('two'));
    assert.equal(done.text, 'second answer');
    assert.ok(conversation.frames.findIndex(isDone('one')) < conversation.frames.findIndex(isDone('two')));
  });

  it('drains on SIGTERM: an open turn does not keep it, clients hear of it', async (t) => {
    const { gateway } = await slowModel(t);
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'user_message', text: 'go' });
    await conversation.find('assistant_chunk');
    await gateway.stop();
    assert.equal((await conversation.closed).code, 1001);
  });
});
