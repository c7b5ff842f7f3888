// chela-plugin-host as others see it: a client in another language runs the bundled plugins, and its HTTP requests go
// through the client to a model server that others wrote.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { build } from './gateway.mjs';
import { HostClient } from './plugin_host_client.mjs';
import { defer } from './scope.mjs';

const hello = { protocol: { major: 1, minor: 0 }, kernel: 'test', limits: { frameBytesMax: 1 << 24, callsMax: 1024 } };

async function startHost(t, plugin, config = {}) {
  const client = new HostClient(t);
  const greeting = await client.call('host.hello', hello);
  assert.equal(greeting.token, 'one-time');
  const directory = join(build, 'lib', 'plugins', plugin);
  const manifest = JSON.parse(readFileSync(join(directory, 'chela.plugin.json'), 'utf8'));
  await client.call('plugin.start', { plugin, directory, entry: join(directory, `${plugin}.so`), manifest, config });
  return client;
}

// Sends what the plugin asks for, as the gateway would.
const httpSend = ({ method, url, headers = [], body = '' }, event) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])) });
    request.on('error', reject).on('response', (response) => {
      const pairs = Object.entries(response.headers).map(([name, value]) => ({ name, value: String(value) }));
      event({ type: 'head', status: response.statusCode, headers: pairs });
      response.on('data', (bytes) => event({ type: 'body', data: bytes.toString('base64') })).on('end', () => resolve({}));
    });
    request.end(Buffer.from(body, 'base64'));
  });

describe('chela-plugin-host', () => {
  it('runs a tool', async (t) => {
    const client = await startHost(t, 'time');
    const call = { plugin: 'time', key: 'current_time', arguments: { time_zone: 'Asia/Tokyo' }, context: {} };
    const { content } = await client.call('tool.call', call);
    assert.match(content[0].text, /Tokyo/);
    await assert.rejects(client.call('tool.call', { ...call, key: 'none' }), (error) => error.data.status === 'not_found');
    assert.deepEqual(await client.call('host.shutdown', {}), {});
    assert.equal(await client.exited, 0);
  });

  it('streams a completion of a model server whose network it cannot reach itself', async (t) => {
    const text = 'Herons are long-legged, long-necked birds; they fish in the shallows.';
    const mock = new LLMock({ port: 0, chunkSize: 8 });
    mock.onMessage('herons', { content: text });
    await mock.start();
    defer(t, () => mock.stop());
    const client = await startHost(t, 'openai');
    client.answers['http.send'] = httpSend;
    const pieces = [];
    const { stopReason } = await client.call('provider.complete', {
      plugin: 'openai', key: 'openai-completions', service: { id: 'mock', api: 'openai-completions', baseUrl: `${mock.url}/v1` }, model: 'test-model',
      messages: [{ role: 'user', content: 'Tell me about herons' }], credit: 4,
    }, (piece) => pieces.push(piece));
    assert.equal(stopReason, 'stop');
    assert.equal(pieces.filter(({ type }) => type === 'text').map((piece) => piece.text).join(''), text);
    assert.ok(pieces.length > 4, 'more than the first credit');
  });

  it('ends when its gateway goes', async (t) => {
    const client = await startHost(t, 'demo');
    client.socket.destroy();
    assert.equal(await client.exited, 0);
  });

  it('ends when nobody understands its gateway', async (t) => {
    const client = await startHost(t, 'time');
    client.socket.write(Buffer.from([255, 255, 255, 255]));
    assert.equal(await client.exited, 2);
  });
});
