// The official `openai` package as a client of our /v1.

import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { before, describe, it } from 'node:test';
import { getJson, startGateway } from './gateway.mjs';
import { suiteScope } from './scope.mjs';
import { goodAnswer, misbehaviours, piece, startUpstream, streamEnd, streamHead, upstreamConfig } from './upstream.mjs';

const clientOf = (gateway, options = {}) =>
  new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'not-needed', maxRetries: 0, ...options });

const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const event = (body) => chunked(`data: ${JSON.stringify(body)}\n\n`);
const delta = (content, finish = null, more = {}) =>
  event({ id: 'x', object: 'chat.completion.chunk', model: 'test-model', ...more,
    choices: [{ index: 0, delta: content, finish_reason: finish }] });
const answerWithUsage = (text) => (socket) =>
  socket.end(
    streamHead + piece(text) + delta({}, 'stop') +
      event({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }) +
      chunked('data: [DONE]\n\n') + '0\r\n\r\n',
  );
const toolCallAnswer = (socket) =>
  socket.end(
    streamHead +
      delta({ role: 'assistant', tool_calls: [{ index: 0, id: 'call_1', type: 'function',
        function: { name: 'get_weather', arguments: '' } }] }) +
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }) +
      delta({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }) +
      delta({}, 'tool_calls') + chunked('data: [DONE]\n\n') + '0\r\n\r\n',
  );
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('openai SDK against /v1', () => {
  const scope = suiteScope();
  let gateway;
  let upstream;
  let client;
  before(async () => {
    upstream = await startUpstream(scope, answerWithUsage('Good day.'));
    gateway = await startGateway(scope, {
      config: upstreamConfig(upstream.url, { timeoutSeconds: 3 }),
    });
    client = clientOf(gateway);
  });
  const ask = (content, more = {}) =>
    client.chat.completions.create({ model: 'mock/test-model', messages: [{ role: 'user', content }], ...more });

  it('lists the models', async () => {
    const models = await client.models.list();
    assert.ok(models.data.some((model) => model.id.endsWith('test-model')), JSON.stringify(models.data));
    assert.ok(models.data.every((model) => model.object === 'model'));
  });

  it('completes a chat, with usage', async () => {
    upstream.behave = answerWithUsage('Good day.');
    const completion = await ask('Hello');
    assert.equal(completion.object, 'chat.completion');
    assert.match(completion.id, /^chatcmpl-/);
    assert.deepEqual(completion.choices[0].message.content, 'Good day.');
    assert.equal(completion.choices[0].message.role, 'assistant');
    assert.equal(completion.choices[0].finish_reason, 'stop');
    assert.deepEqual(
      [completion.usage.prompt_tokens, completion.usage.completion_tokens, completion.usage.total_tokens],
      [11, 7, 18],
    );
  });

  it('streams a chat, with usage when asked for', async () => {
    upstream.behave = (socket) =>
      socket.end(streamHead + piece('Good ') + piece('day.') + delta({}, 'stop') +
        event({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } }) +
        chunked('data: [DONE]\n\n') + '0\r\n\r\n');
    const stream = await ask('Hello', { stream: true, stream_options: { include_usage: true } });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    assert.equal(text, 'Good day.');
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.equal(chunks.filter((chunk) => chunk.choices[0]?.finish_reason === 'stop').length, 1);
    assert.equal(chunks.at(-1).usage.total_tokens, 18);
  });

  it('hands temperature, max_tokens and the history on', async () => {
    upstream.behave = answerWithUsage('ok');
    await client.chat.completions.create({
      model: 'mock/test-model', temperature: 0.25, max_tokens: 77, top_p: 0.5,
      messages: [
        { role: 'system', content: 'You speak like a heron.' },
        { role: 'user', content: 'first question' },
        { role: 'assistant', content: 'first answer' },
        { role: 'user', content: [{ type: 'text', text: 'second question' }] },
      ],
    });
    const { body } = upstream.requests.at(-1);
    assert.equal(body.temperature, 0.25);
    assert.equal(body.max_tokens ?? body.max_completion_tokens, 77);
    const sent = JSON.stringify(body.messages);
    for (const text of ['like a heron', 'first question', 'first answer', 'second question']) {
      assert.ok(sent.includes(text), `${text} is missing in ${sent}`);
    }
  });

  it('hands client tools to the model and its calls back', async () => {
    upstream.behave = toolCallAnswer;
    const first = await ask('What is the weather in Oslo?', { tools: [weather] });
    assert.equal(first.choices[0].finish_reason, 'tool_calls');
    const [call] = first.choices[0].message.tool_calls;
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo' });
    upstream.behave = answerWithUsage('It rains.');
    const second = await client.chat.completions.create({
      model: 'mock/test-model', tools: [weather],
      messages: [
        { role: 'user', content: 'What is the weather in Oslo?' },
        first.choices[0].message,
        { role: 'tool', tool_call_id: call.id, content: 'rain' },
      ],
    });
    assert.equal(second.choices[0].message.content, 'It rains.');
    const { messages } = upstream.requests.at(-1).body;
    assert.ok(messages.some((message) => message.role === 'tool' && message.content === 'rain'));
  });

  it('streams the calls of client tools', async () => {
    upstream.behave = toolCallAnswer;
    const stream = client.chat.completions.stream({
      model: 'mock/test-model', tools: [weather],
      messages: [{ role: 'user', content: 'What is the weather in Oslo?' }],
    });
    const completion = await stream.finalChatCompletion();
    assert.equal(completion.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(JSON.parse(completion.choices[0].message.tool_calls[0].function.arguments), { city: 'Oslo' });
  });

  it('keeps a session by `user`', async () => {
    upstream.behave = answerWithUsage('noted');
    await ask('My name is Ada.', { user: 'ada' });
    await ask('What is my name?', { user: 'ada' });
    assert.match(JSON.stringify(upstream.requests.at(-1).body.messages), /My name is Ada/);
    await ask('What is my name?', { user: 'bob' });
    assert.doesNotMatch(JSON.stringify(upstream.requests.at(-1).body.messages), /My name is Ada/);
  });

  it('completes and streams the responses API', async () => {
    upstream.behave = answerWithUsage('Good day.');
    const response = await client.responses.create({ model: 'mock/test-model', input: 'Hello', temperature: 0.5 });
    assert.equal(response.status, 'completed');
    assert.equal(response.output_text, 'Good day.');
    assert.equal(response.usage.total_tokens, 18);
    assert.equal(upstream.requests.at(-1).body.temperature, 0.5);

    const stream = await client.responses.create({ model: 'mock/test-model', input: 'Hello', stream: true });
    const events = [];
    for await (const item of stream) events.push(item);
    assert.equal(events[0].type, 'response.created');
    assert.equal(events.at(-1).type, 'response.completed');
    assert.equal(events.at(-1).response.status, 'completed');
    const text = events.filter((item) => item.type === 'response.output_text.delta').map((item) => item.delta).join('');
    assert.equal(text, 'Good day.');
    events.forEach((item, index) => assert.equal(item.sequence_number, events[0].sequence_number + index));
  });

  it('takes a list of messages as input of the responses API', async () => {
    upstream.behave = answerWithUsage('Good day.');
    await client.responses.create({
      model: 'mock/test-model', instructions: 'You speak like a heron.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'in parts' }] }],
    });
    const sent = JSON.stringify(upstream.requests.at(-1).body.messages);
    assert.match(sent, /in parts/);
    assert.match(sent, /like a heron/);
  });

  it('refuses bad requests with OpenAI error objects', async () => {
    await assert.rejects(
      client.chat.completions.create({ model: 'mock/test-model', messages: [] }),
      (error) => error instanceof OpenAI.BadRequestError && error.type === 'invalid_request_error' && /message/.test(error.message),
    );
    await assert.rejects(ask('x', { model: 'no-such/model' }), (error) => {
      assert.ok([400, 404].includes(error.status), String(error));
      assert.match(error.message, /no-such\/model/);
      return true;
    });
    for (const path of ['chat/completions', 'responses']) {
      const headers = { 'content-type': 'application/json' };
      const body = await getJson(gateway, `/v1/${path}`, { method: 'POST', headers, body: '{"model": ', status: 400 });
      assert.equal(body.error.type, 'invalid_request_error');
      assert.ok(body.error.message);
    }
    assert.ok((await getJson(gateway, '/v1/nothing', { status: 404 })).error.message);
  });

  it('reports a failing model as an error, not as an empty answer', async () => {
    upstream.behave = (socket) =>
      socket.end('HTTP/1.1 500 Oops\r\nContent-Length: 31\r\nConnection: close\r\n\r\n{"error":{"message":"it broke"}}');
    await assert.rejects(ask('x'), (error) => error instanceof OpenAI.APIError && error.status >= 500);
  });

  it('reports a stream that breaks as an error within the stream', async () => {
    upstream.behave = misbehaviours['dies in the middle of the stream'];
    let text = '';
    await assert.rejects(async () => {
      const stream = await ask('x', { stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    }, OpenAI.APIError);
    assert.equal(text, 'first words ');

    const events = [];
    upstream.behave = misbehaviours['dies in the middle of the stream'];
    await assert.rejects(async () => {
      const stream = await client.responses.create({ model: 'mock/test-model', input: 'x', stream: true });
      for await (const item of stream) {
        events.push(item.type);
        if (item.type === 'response.failed') throw new Error(item.response.error.message);
      }
    });
    assert.ok(!events.includes('response.completed'));
    upstream.behave = goodAnswer('fine');
    assert.equal((await ask('x')).choices[0].message.content, 'fine');
  });

  it('cancels the model when the client goes away', async () => {
    const gone = new Promise((resolve) => {
      upstream.behave = (socket) => {
        socket.write(streamHead + piece('one '));
        socket.on('close', resolve);
      };
    });
    const stream = await ask('x', { stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) stream.controller.abort();
    }
    await gone;
    upstream.behave = (socket) => socket.end(streamHead + piece('fine') + streamEnd);
    assert.equal((await ask('x')).choices[0].message.content, 'fine');
  });
});

describe('openai SDK with a token', () => {
  it('is refused with an OpenAI error without it, and let in with it', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { auth: { token: 'a-long-enough-token-42' } } } });
    await assert.rejects(clientOf(gateway).models.list(), OpenAI.AuthenticationError);
    const models = await clientOf(gateway, { apiKey: 'a-long-enough-token-42' }).models.list();
    assert.ok(models.data.length > 0);
  });
});
