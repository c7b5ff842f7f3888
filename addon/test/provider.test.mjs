// Native providers in this Node process: their requests go through Node's fetch, to a model server that we did not write.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { SANITIZED, bundled, keepingLogger, made, opened } from './native.mjs';

const SECRET = 'sk-a-secret-of-the-operator';

/** A provider with a service and its key, as upstream's entry prepares them. */
function providerFor(t, directory, baseUrl, logger) {
  const plugin = opened(t, directory, { logger });
  plugin.network.addService(baseUrl);
  plugin.secrets.add('KEY', SECRET);
  const service = { id: 'mock', baseUrl, apiKeySecret: 'KEY' };
  const complete = async (content, { more = {}, ...options } = {}) => {
    const events = [];
    const request = { service, model: 'test-model', messages: [{ role: 'user', content }], ...more };
    const reason = await plugin.complete(request, { onEvent: (event) => events.push(event), ...options });
    return { reason, events, text: events.filter(({ kind }) => kind === 'text').map(({ text }) => text).join('') };
  };
  return { plugin, service, complete };
}

/** A server that answers as `handler` says. */
async function serving(t, handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return `http://127.0.0.1:${server.address().port}/`;
}

// Its library simdjson is Node's under a sanitizer, which takes RTLD_DEEPBIND away (src/door.cpp): it cannot run there.
if (!SANITIZED) {
  describe('the provider openai', () => {
    let mock;
    before(async () => {
      mock = new LLMock({ port: 0, chunkSize: 8 });
      mock.onMessage('herons', { content: 'Herons are long-legged birds; they fish in the shallows.' });
      mock.onMessage('look', { content: 'Let me look. ', toolCalls: [{ id: 'call_a', name: 'read_file', arguments: '{"path":"a.txt"}' }] });
      await mock.start();
    });
    after(() => mock.stop());

    it('streams a text, and counts', async (t) => {
      const { complete } = providerFor(t, bundled('openai'), `${mock.url}/v1`);
      const { reason, events, text } = await complete('herons');
      assert.deepEqual([reason, text], ['stop', 'Herons are long-legged birds; they fish in the shallows.']);
      assert.ok(events.filter(({ kind }) => kind === 'text').length > 3);
      assert.ok(JSON.parse(events.find(({ kind }) => kind === 'usage').text).outputTokens > 0);
      assert.equal(mock.getLastRequest().body.model, 'test-model');
    });
    it('calls tools', async (t) => {
      const { complete } = providerFor(t, bundled('openai'), `${mock.url}/v1`);
      const { reason, events } = await complete('look');
      const call = events.find(({ kind }) => kind === 'toolCall');
      const given = events.filter(({ kind }) => kind === 'toolArguments').map(({ text }) => text).join('');
      assert.deepEqual([reason, call.text, call.name, given], ['tool_calls', 'call_a', 'read_file', '{"path":"a.txt"}']);
    });
    it('lists models', async (t) => {
      const { plugin, service } = providerFor(t, bundled('openai'), `${mock.url}/v1`);
      const models = await plugin.listModels(service);
      assert.ok(models.length > 0 && models.every(({ id }) => typeof id === 'string'));
    });
    it('completes fifty conversations at once', async (t) => {
      const { complete } = providerFor(t, bundled('openai'), `${mock.url}/v1`);
      const all = await Promise.all(Array.from({ length: 50 }, () => complete('herons')));
      assert.ok(all.every(({ text }) => text.startsWith('Herons') && text.endsWith('shallows.')));
    });
  });
}

describe('a provider made from the template', () => {
  const provider = made('template_provider');

  it('streams what comes, when it comes', async (t) => {
    const goOn = Promise.withResolvers();
    const baseUrl = await serving(t, (_, response) => {
      response.write('first ');
      void goOn.promise.then(() => response.end('second'));
    });
    const pieces = [];
    const { reason } = await providerFor(t, provider, baseUrl).complete('hi', { onEvent: ({ text }) => goOn.resolve(pieces.push(text)) });
    assert.deepEqual([reason, pieces], ['stop', ['first ', 'second']]);
  });
  it('asks only where its manifest allows', async (t) => {
    const plugin = opened(t, provider);
    const service = { id: 'x', baseUrl: 'http://127.0.0.1:9/' };
    await assert.rejects(plugin.complete({ service, model: 'm', messages: [] }), { message: /127\.0\.0\.1:9 is not among the plugin's permissions\.network/ });
  });
  it('fails when the answer is cut short', async (t) => {
    const baseUrl = await serving(t, (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('first ', () => response.destroy());
    });
    await assert.rejects(providerFor(t, provider, baseUrl).complete('hi'), { status: 'unavailable', message: /cut short/ });
  });
  it('fails when nobody listens', async (t) => {
    await assert.rejects(providerFor(t, provider, 'http://127.0.0.1:1/').complete('hi'), { status: 'unavailable', message: /connect|bad port/ });
  });
  it('is not led elsewhere', async (t) => {
    const baseUrl = await serving(t, (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end());
    await assert.rejects(providerFor(t, provider, baseUrl).complete('hi'), { message: /HTTP status 302/ });
  });
  it('ends its request when it is aborted', async (t) => {
    const closed = Promise.withResolvers();
    const baseUrl = await serving(t, (_, response) => {
      response.on('close', closed.resolve);
      response.write('first ');
    });
    const controller = new AbortController();
    const call = providerFor(t, provider, baseUrl).complete('hi', { signal: controller.signal, onEvent: () => controller.abort() });
    await assert.rejects(call, { status: 'cancelled' });
    await closed.promise;
  });
  it('that is silent for too long is cancelled', async (t) => {
    const baseUrl = await serving(t, (_, response) => response.write('first '));
    await assert.rejects(providerFor(t, provider, baseUrl).complete('hi', { silenceMs: 50 }), { status: 'timed_out' });
  });
  it('ends with its plugin', async (t) => {
    const baseUrl = await serving(t, (_, response) => response.write('first '));
    const { plugin, complete } = providerFor(t, provider, baseUrl);
    const call = assert.rejects(complete('hi'), { status: 'unavailable' });
    await plugin.close();
    await call;
  });
});

describe('secrets', () => {
  it('are filled in just before sending, and taken out of the log', async (t) => {
    const logger = keepingLogger();
    const { plugin } = providerFor(t, made('template_provider'), 'http://127.0.0.1:1/', logger);
    assert.equal(plugin.secrets.fill('Bearer {{secret:KEY}}'), `Bearer ${SECRET}`);
    assert.throws(() => plugin.secrets.fill('{{secret:OTHER}}'), { status: 'denied' });
    assert.equal(plugin.secrets.redact(`key=${SECRET}`), 'key=[secret]');
  });
});
