// Who gets in: token, origin, host, proxies; and what must be refused before it listens to the world.

import assert from 'node:assert/strict';
import http from 'node:http';
import { before, describe, it } from 'node:test';
import { Conversation } from './conversation.mjs';
import { getJson, refusedStart, spawnGateway, startGateway } from './gateway.mjs';
import { suiteScope } from './scope.mjs';

const token = 'a-long-enough-token-42';
const bearer = { authorization: `Bearer ${token}` };

// fetch() does not let a test set Host or Origin.
function request(gateway, path, headers) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: gateway.port, path, headers, agent: false };
    http.get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    }).on('error', reject);
  });
}

describe('a gateway with a token', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    gateway = await startGateway(scope, { config: { gateway: { auth: { token } } } });
  });

  it('lets anyone see that it lives, and load the page', async () => {
    for (const path of ['/healthz', '/readyz', '/chat']) {
      assert.equal((await fetch(gateway.url + path)).status, 200, path);
    }
  });

  it('wants it everywhere else', async () => {
    for (const path of ['/api/status', '/api/sessions', '/v1/models', '/health', '/metrics', '/doctor', '/doctor/text']) {
      const response = await fetch(gateway.url + path);
      assert.equal(response.status, 401, path);
      assert.ok((await response.json()).error.message, path);
      assert.equal((await fetch(gateway.url + path, { headers: bearer })).status, 200, path);
    }
  });

  it('takes no other for it, and locks out who guesses', async (t) => {
    const guessed = await startGateway(t, { config: { gateway: { auth: { token } } } });
    const guess = async (authorization) =>
      (await fetch(`${guessed.url}/api/status`, { headers: { authorization } })).status;
    for (const wrong of ['Bearer wrong', token, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer ', `Basic ${token}`]) {
      assert.equal(await guess(wrong), 401, wrong);
    }
    let status = 401;
    for (let index = 0; index < 100 && status === 401; ++index) status = await guess(`Bearer guess-${index}`);
    assert.equal(status, 429);
  });

  it('takes no token in the query unless that is allowed', async (t) => {
    assert.equal((await fetch(`${gateway.url}/api/status?token=${token}`)).status, 401);
    const lenient = await startGateway(t, {
      config: { gateway: { auth: { token }, security: { allowQueryStringToken: true } } },
    });
    assert.equal((await fetch(`${lenient.url}/api/status?token=${token}`)).status, 200);
    assert.equal((await fetch(`${lenient.url}/api/status?token=wrong`)).status, 401);
    const conversation = await Conversation.open(lenient, { query: { token } });
    await conversation.close();
  });

  it('guards /ws: header, subprotocol pair, nothing', async () => {
    await assert.rejects(Conversation.open(gateway), { status: 401 });
    await assert.rejects(Conversation.open(gateway, { query: { token } }), { status: 401 });
    await (await Conversation.open(gateway, { headers: bearer })).close();
    const encoded = Buffer.from(token).toString('base64url');
    const conversation = await Conversation.open(gateway, { protocols: ['chela.v1', `chela.token.${encoded}`] });
    assert.equal(conversation.socket.protocol, 'chela.v1');
    await conversation.close();
    await assert.rejects(Conversation.open(gateway, { protocols: ['chela.v1', 'chela.token.d3Jvbmc'] }), { status: 401 });
  });

  it('never shows the token', async () => {
    for (const path of ['/doctor', '/doctor/text', '/api/status', '/metrics']) {
      const text = await (await fetch(gateway.url + path, { headers: bearer })).text();
      assert.ok(!text.includes(token), path);
    }
    assert.ok(!gateway.log.includes(token));
  });
});

describe('origin and host', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    gateway = await startGateway(scope, {
      config: { gateway: { security: { allowedOrigins: ['https://desk.example'] } } },
    });
  });

  it('another site\'s page gets nothing, the listed one does', async () => {
    await assert.rejects(Conversation.open(gateway, { origin: 'https://evil.example' }), { status: 403 });
    await assert.rejects(Conversation.open(gateway, { origin: 'null' }), { status: 403 });
    await (await Conversation.open(gateway, { origin: 'https://desk.example' })).close();
    const own = await Conversation.open(gateway, { origin: gateway.url });
    await own.close();
    assert.equal((await request(gateway, '/api/status', { origin: 'https://evil.example' })).status, 403);
    assert.equal((await request(gateway, '/api/status', { origin: 'https://desk.example' })).status, 200);
  });

  it('a name that was re-bound to loopback gets nothing', async () => {
    assert.equal((await request(gateway, '/api/status', { host: 'evil.example' })).status, 403);
    assert.equal((await request(gateway, '/api/status', { host: `localhost:${gateway.port}` })).status, 200);
    await assert.rejects(
      Conversation.open(gateway, { headers: { host: 'evil.example' }, origin: 'http://evil.example' }),
      { status: 403 },
    );
  });

  it('a proxy that nobody announced is not served without a token, and its word counts for nothing with one', async (t) => {
    const headers = {
      'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https',
    };
    const refused = await request(gateway, '/api/status', headers);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /gateway\.security\.trustForwardedHeaders/);
    const guarded = await startGateway(t, { config: { gateway: { auth: { token } } } });
    assert.equal((await request(guarded, '/api/status', { ...headers, ...bearer })).status, 200);
    const page = { ...headers, ...bearer, origin: 'https://evil.example' };
    assert.equal((await request(guarded, '/api/status', page)).status, 403);
  });

  it('a known proxy speaks for others: the origin is the one that the browser saw', async (t) => {
    const proxied = await startGateway(t, {
      config: { gateway: { auth: { token }, security: { trustForwardedHeaders: true, allowedHosts: ['desk.example'] } } },
    });
    const headers = {
      ...bearer, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'desk.example', 'x-forwarded-proto': 'https',
    };
    assert.equal((await request(proxied, '/api/status', { ...headers, origin: 'https://desk.example' })).status, 200);
    assert.equal((await request(proxied, '/api/status', { ...headers, origin: 'https://evil.example' })).status, 403);
  });
});

describe('a bind to the world', () => {
  const open = { gateway: { bind: '0.0.0.0', auth: { token } } };

  it('needs a token, and the message names the key', async (t) => {
    const { code, log } = await refusedStart(t, { config: { gateway: { bind: '0.0.0.0' } } });
    assert.notEqual(code, 0);
    assert.match(log, /gateway\.auth\.token/);
    const { log: byOption } = await refusedStart(t, { config: {}, args: ['--port', '0', '--bind', '0.0.0.0'] });
    assert.match(byOption, /gateway\.auth\.token/);
  });

  it('starts with one', async (t) => {
    const gateway = await startGateway(t, { config: open });
    assert.equal((await fetch(`http://127.0.0.1:${gateway.port}/healthz`)).status, 200);
    await getJson({ url: `http://127.0.0.1:${gateway.port}` }, '/api/status', { headers: bearer });
  });

  it('refuses secrets written into the file', async (t) => {
    const config = { ...open, models: { providers: { mock: {
      baseUrl: 'https://models.example/v1', apiKey: 'raw:sk-123456789', models: [{ id: 'm' }] } } } };
    const { code, log } = await refusedStart(t, { config });
    assert.notEqual(code, 0);
    assert.match(log, /models\.providers\.mock\.apiKey/);
    assert.doesNotMatch(log, /sk-123456789/);
  });

  it('says which port is taken', async (t) => {
    const first = await startGateway(t, {});
    const second = spawnGateway(t, { args: ['--port', String(first.port)] });
    const { code } = await second.exited;
    assert.notEqual(code, 0);
    assert.match(second.log, new RegExp(String(first.port)));
    assert.match(second.log, /in use|taken/);
  });
});
