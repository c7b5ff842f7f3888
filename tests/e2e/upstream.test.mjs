// Model servers as our upstream: an independent mock that behaves, and a bare socket that does not.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, assertTurn, textOf } from './conversation.mjs';
import { getJson, makeHome, sanitized, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { goodAnswer, misbehaviours, startUpstream, upstreamConfig } from './upstream.mjs';

describe('an independent model server', () => {
  async function withMock(t, prepare, provider) {
    const mock = new LLMock({ port: 0, chunkSize: 8 });
    prepare(mock);
    await mock.start();
    defer(t, () => mock.stop());
    const home = makeHome(t);
    const gateway = await startGateway(t, { home, config: upstreamConfig(`${mock.url}/v1`, provider) });
    return { mock, home, gateway, conversation: await Conversation.open(gateway) };
  }

  it('streams its answer through', async (t) => {
    const text = 'Herons are long-legged, long-necked birds; they fish in the shallows.';
    const { mock, gateway, conversation } = await withMock(t, (mock) => mock.onMessage('herons', { content: text }));
    const frames = await conversation.turn('Tell me about herons');
    assert.equal(assertTurn(frames).text, text);
    assert.ok(frames.filter((frame) => frame.type === 'assistant_chunk').length > 3);
    const request = mock.getLastRequest();
    assert.equal(request.body.model, 'test-model');
    assert.equal(request.body.stream, true);
    const status = await getJson(gateway, '/api/status');
    assert.notEqual(status.model.demo, true);
    assert.match(status.model.ref, /mock\/test-model/);
  });

  it('reports the usage that it counted', async (t) => {
    const usage = { prompt_tokens: 1234, completion_tokens: 56, total_tokens: 1290 };
    const { conversation } = await withMock(t, (mock) => mock.onMessage('count', { content: 'one two', usage }));
    const done = assertTurn(await conversation.turn('count'));
    assert.deepEqual(done.usage, { inputTokens: 1234, outputTokens: 56 });
  });

  it('calls our tools, several in one answer, and gets their results', async (t) => {
    const { mock, home, conversation } = await withMock(t, (mock) => {
      mock.on({ userMessage: 'look', hasToolResult: false }, (request) => {
        const names = request.tools.map((tool) => tool.function.name);
        const find = (pattern) => names.find((name) => pattern.test(name)) ?? assert.fail(`no ${pattern} in ${names}`);
        return {
          content: 'Let me look. ',
          toolCalls: [
            { id: 'call_a', name: find(/read/), arguments: JSON.stringify({ path: 'a.txt' }) },
            { id: 'call_b', name: find(/time/), arguments: '{}' },
          ],
        };
      });
      mock.on({ userMessage: 'look', hasToolResult: true }, { content: 'I have looked.' });
    });
    writeFileSync(join(home, 'workspace', 'a.txt'), 'alpha beta gamma');
    const frames = await conversation.turn('look');
    assert.equal(assertTurn(frames).finishReason, 'stop');
    assert.match(textOf(frames), /^Let me look\.\s+I have looked\.$/);
    const results = frames.filter((frame) => frame.type === 'tool_result');
    assert.deepEqual(results.map((frame) => frame.resultStatus), ['completed', 'completed']);
    const sent = mock.getLastRequest().body.messages;
    const answers = Object.fromEntries(
      sent.filter((message) => message.role === 'tool').map((message) => [message.tool_call_id, message.content]),
    );
    assert.match(answers.call_a, /alpha beta gamma/);
    assert.ok(answers.call_b);
  });

  it('is told when it calls a tool that does not exist, or with arguments that are no JSON', async (t) => {
    const { mock, conversation } = await withMock(t, (mock) => {
      mock.on({ userMessage: 'err', hasToolResult: false }, {
        toolCalls: [
          { id: 'call_a', name: 'no_such_tool', arguments: '{}' },
          { id: 'call_b', name: 'no_such_tool', arguments: '{"path": ' },
        ],
      });
      mock.on({ userMessage: 'err', hasToolResult: true }, { content: 'Sorry.' });
    });
    const frames = await conversation.turn('err');
    assert.equal(assertTurn(frames).text, 'Sorry.');
    assert.ok(frames.filter((frame) => frame.type === 'tool_result').every((frame) => frame.resultStatus === 'failed'));
    assert.equal(mock.getLastRequest().body.messages.filter((message) => message.role === 'tool').length, 2);
  });

  it('ends a model that calls tools without end', async (t) => {
    const { mock, conversation } = await withMock(t, (mock) =>
      mock.on({ userMessage: 'loop' }, (request) => {
        const { name } = request.tools.map((tool) => tool.function).find((tool) => /time/.test(tool.name));
        return { toolCalls: [{ name, arguments: '{}' }] };
      }),
    );
    const done = assertTurn(await conversation.turn('loop'));
    assert.equal(done.finishReason, 'limit');
    assert.ok(mock.getRequests().length < 200, `${mock.getRequests().length} requests`);
  });

  for (const [name, status, pattern] of [
    ['a refused key', 401, /key|unauthori[sz]ed|401/i],
    ['an unknown model', 404, /model|404/i],
    ['a bad request', 400, /400|bad|refused/i],
  ]) {
    it(`says what is wrong at once: ${name}`, async (t) => {
      const { mock, conversation } = await withMock(t, (mock) =>
        mock.onMessage('go', { error: { message: 'the server says no', type: 'invalid_request_error' }, status }),
      );
      const frames = await conversation.turn('go');
      assert.equal(assertTurn(frames).finishReason, 'error');
      const error = frames.find((frame) => frame.type === 'error');
      assert.match(error.text, pattern);
      assert.match(error.text, /the server says no/);
      assert.doesNotMatch(JSON.stringify(frames), /test-key/);
      assert.equal(mock.getRequests().length, 1, 'a hopeless request is not repeated');
    });
  }

  for (const [name, status, code] of [['a rate limit', 429, 'exhausted'], ['trouble of the server', 500, 'unavailable']]) {
    it(`asks again after ${name}, when the server says`, async (t) => {
      const { mock, conversation } = await withMock(t, (mock) => {
        mock.on({ userMessage: 'go', sequenceIndex: 0 }, { error: { message: 'come back later' }, status, retryAfter: 1 });
        mock.on({ userMessage: 'go' }, { content: 'now it works' });
      });
      const start = Date.now();
      const done = assertTurn(await conversation.turn('go'));
      assert.deepEqual([done.finishReason, done.text], ['stop', 'now it works']);
      assert.equal(mock.getRequests().length, 2);
      if (status === 429) assert.ok(Date.now() - start > 900, 'it waits as long as the server asks');
    });

    it(`says that ${name} does not pass, and goes on when it has`, async (t) => {
      const { mock, conversation } = await withMock(t, (mock) => {
        mock.onMessage('go', { error: { message: 'come back later' }, status });
        mock.onMessage('again', { content: 'now it works' });
      });
      const frames = await conversation.turn('go');
      assert.equal(assertTurn(frames).finishReason, 'error');
      const error = frames.find((frame) => frame.type === 'error');
      assert.equal(error.code, code);
      assert.match(error.text, /come back later/);
      assert.equal(assertTurn(await conversation.turn('again')).text, 'now it works');
    });
  }
});

describe('a model server that misbehaves', () => {
  const deadlineMs = 2000; // configured below
  const config = (url) => ({
    ...upstreamConfig(url, { timeoutSeconds: deadlineMs / 1000 }),
    gateway: { gracefulShutdownSeconds: 1 }, // some of these leave a turn hanging at the end
  });

  for (const [name, behave] of Object.entries(misbehaviours)) {
    it(`${name}: the client hears of it within the deadline, the session goes on`, async (t) => {
      const upstream = await startUpstream(t, behave);
      const gateway = await startGateway(t, { config: config(upstream.url) });
      const conversation = await Conversation.open(gateway);
      const start = Date.now();
      const frames = await conversation.turn('go');
      assert.ok(Date.now() - start < deadlineMs + (sanitized ? 8000 : 3000), `${Date.now() - start} ms`);
      assert.equal(assertTurn(frames).finishReason, 'error', JSON.stringify(frames));
      const error = frames.find((frame) => frame.type === 'error');
      assert.ok(error.code && error.text.length > 20, JSON.stringify(error));
      assert.doesNotMatch(error.text, /test-key/);
      upstream.behave = goodAnswer('it works again');
      assert.equal(assertTurn(await conversation.turn('again')).text, 'it works again');
      await gateway.stop();
    });
  }

  it('is not there at all: the message names the address', async (t) => {
    const upstream = await startUpstream(t, () => {});
    const dead = new URL(upstream.url);
    dead.port = '9'; // discard: nothing listens there
    const gateway = await startGateway(t, { config: config(dead.href) });
    const conversation = await Conversation.open(gateway);
    const frames = await conversation.turn('go');
    assert.equal(assertTurn(frames).finishReason, 'error');
    assert.match(frames.find((frame) => frame.type === 'error').text, /127\.0\.0\.1/);
  });

  it('does not hold up other sessions while it hangs', async (t) => {
    const upstream = await startUpstream(t, (socket, request) => {
      if (!JSON.stringify(request.body.messages).includes('hang here')) goodAnswer('quick')(socket);
    });
    const gateway = await startGateway(t, { config: config(upstream.url) });
    const [slow, quick] = [await Conversation.open(gateway), await Conversation.open(gateway)];
    slow.send({ type: 'user_message', text: 'hang here' });
    await slow.find('typing_start');
    assert.equal(assertTurn(await quick.turn('hello')).text, 'quick');
  });
});
