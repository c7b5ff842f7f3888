// Plugins from npm as their authors published them, each driven through what it is for, against a stand-in of its service.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WeComCrypto } from '../node_modules/@creatoraris/openclaw-wecom/crypto.js';
import { kernelFor } from './kernel.mjs';
import { sdkFolder } from './sdk.mjs';

const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const holder = kernelFor({ before, after }, { env: { CHELA_BRIDGE_SHIM: sdkFolder() } });
const KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

function install(name, plugin, { config = {}, ...more } = {}) {
  const path = `${packages}${name}/openclaw.plugin.json`;
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return holder.kernel.startPlugin(packages + name, { plugin, manifest, config, ...more });
}
const asking = (plugin) => (method, params, options) => holder.kernel.request(method, { plugin, ...params }, options);

/** A service on a port of its own; `answer(request, body)` gives status and body. */
async function standIn(answer) {
  const seen = [];
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    seen.push({ method: req.method, url: req.url, body, headers: req.headers });
    const [status, text, type = 'application/json'] = answer(req, body);
    res.writeHead(status, { 'content-type': type });
    res.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { port: server.address().port, seen };
}
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A message of WeCom's to a bot, signed and sealed. */
function sealed(message, receiver = '') {
  const crypto = new WeComCrypto('token', KEY, receiver);
  const encrypt = crypto.encrypt(typeof message === 'string' ? message : JSON.stringify(message));
  const query = new URLSearchParams({ msg_signature: crypto.sign('100', 'nonce', encrypt), timestamp: '100', nonce: 'nonce' });
  return { crypto, encrypt, query, opened: (body) => JSON.parse(crypto.decrypt(JSON.parse(body).encrypt).message) };
}

describe('@askjo/camofox-browser 1.17.0', () => {
  const ask = asking('camofox');
  let service;
  before(async () => {
    service = await standIn((req) => [200, JSON.stringify(req.url.startsWith('/health') ? { ok: true } : { tabId: 'tab-1', tabs: [{ tabId: 'tab-1' }], ok: true })]);
    await install('@askjo/camofox-browser', 'camofox', { config: { autoStart: false, url: `http://127.0.0.1:${service.port}` } });
  });
  const run = (name, given) => ask('tool.call', { key: `tool:${name}`, toolCallId: 'c', arguments: given, context: { agentId: 'main', sessionKey: 's' } });

  it('opens and lists tabs of its browser', async () => {
    assert.match((await run('camofox_create_tab', { url: 'http://example.test/' })).content[0].text, /tab-1/);
    assert.match((await run('camofox_list_tabs', {})).content[0].text, /tab-1/);
    assert.deepEqual(service.seen.slice(0, 2).map(({ method }) => method), ['POST', 'GET']);
    assert.equal(JSON.parse(service.seen[0].body).userId, 'main');
  });
  it('makes its tools for one run of the agent', async () => {
    const { tools } = await ask('tool.resolve', { keys: ['tool:camofox_click'], context: {} });
    assert.equal(tools[0].name, 'camofox_click');
  });
  it('answers its command and its gateway method', async () => {
    const { reply } = await ask('command.run', { key: 'command:camofox', args: 'status', context: {} });
    assert.match(reply.text, /"ok":true/);
    assert.ok((await ask('gatewayMethod.call', { key: 'gateway_method:camofox.health', params: {}, context: {} })).payload);
  });
});

describe('@creatoraris/openclaw-wecom 0.4.3', () => {
  it('takes a message at its own port, asks the gateway, streams the answer back', async () => {
    const events = [{ type: 'response.output_text.delta', delta: 'from the model' }, { type: 'response.completed', response: { output: [] } }];
    const gateway = await standIn(() => [200, events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), 'text/event-stream']);
    const port = await freePort();
    await install('@creatoraris/openclaw-wecom', 'wecom-bot', { config: { token: 'token', encodingAESKey: KEY, port }, gatewayConfig: { gateway: { port: gateway.port } } });
    const post = async (message) => {
      const { encrypt, query, opened } = sealed(message);
      const answer = await fetch(`http://127.0.0.1:${port}/callback?${query}`, { method: 'POST', body: JSON.stringify({ encrypt }) });
      assert.equal(answer.status, 200);
      return opened(await answer.text());
    };
    const first = await post({ msgid: 'm1', msgtype: 'text', chattype: 'single', from: { userid: 'u' }, text: { content: 'hello' } });
    assert.equal(first.msgtype, 'stream');
    let state = first;
    for (let poll = 0; !state.stream.finish && poll < 500; poll += 1) state = await post({ msgid: `p${poll}`, msgtype: 'stream', stream: { id: first.stream.id } });
    assert.equal(state.stream.content, 'from the model');
    assert.match(gateway.seen[0].body, /hello/);
  });
  it('gives its port back when it stops', async () => {
    await holder.kernel.request('plugin.stop', { plugin: 'wecom-bot' });
    await install('@creatoraris/openclaw-wecom', 'wecom-bot', { config: {} });
  });
});

describe('@openclaw-china/wecom 0.1.8', () => {
  const ask = asking('wecom');
  const gatewayConfig = { channels: { wecom: { enabled: true, token: 'token', encodingAESKey: KEY, receiveId: '', webhookPath: '/hook' } } };
  before(() => install('@openclaw-china/wecom', 'wecom', { gatewayConfig }));
  const request = async (method, query, body) => {
    const pieces = [];
    const given = { key: 'http_route:*/wecom', method, target: `/hook?${query}`, headers: [], ...(body !== undefined && { body: Buffer.from(body).toString('base64') }) };
    const { handled } = await ask('httpRoute.handle', given, { onEvent: (piece) => pieces.push(piece) });
    return { handled, status: pieces[0]?.status, text: Buffer.concat(pieces.slice(1).map(({ data }) => Buffer.from(data, 'base64'))).toString() };
  };

  it('answers at its path only while its account runs', async () => {
    assert.equal((await request('GET', '')).handled, false);
    const { status } = await ask('channel.start', { key: 'channel:wecom', account: 'default' });
    assert.deepEqual([status.running, status.webhookPath], [true, '/hook']);
    const { encrypt, query } = sealed('the echo');
    query.set('echostr', encrypt);
    assert.deepEqual(await request('GET', query), { handled: true, status: 200, text: 'the echo' });
  });
  it('refuses a wrong signature, takes a right one', async () => {
    const { encrypt, query, opened } = sealed({ msgid: 'm', msgtype: 'event', event: { eventtype: 'enter_chat' } });
    const wrong = new URLSearchParams({ ...Object.fromEntries(query), msg_signature: 'no' });
    assert.equal((await request('POST', wrong, JSON.stringify({ encrypt }))).status, 401);
    const right = await request('POST', query, JSON.stringify({ encrypt }));
    assert.deepEqual([right.status, opened(right.text)], [200, {}]);
    await ask('channel.stop', { key: 'channel:wecom', account: 'default' });
    assert.equal((await request('GET', query)).handled, false);
  });
});

describe('@openclaw-china/dingtalk 0.1.19', () => {
  const ask = asking('dingtalk');
  it('knows its accounts, and refuses one without credentials', async () => {
    const { registrations } = await install('@openclaw-china/dingtalk', 'dingtalk', { gatewayConfig: { channels: { dingtalk: { enabled: true } } } });
    assert.deepEqual(registrations.map(({ key }) => key), ['channel:dingtalk']);
    assert.equal((await ask('channel.accounts', { key: 'channel:dingtalk' })).accounts[0].configured, false);
    await assert.rejects(ask('channel.start', { key: 'channel:dingtalk', account: 'default' }), { status: 'invalid_argument' });
    await assert.rejects(ask('channel.send', { key: 'channel:dingtalk', account: 'default', to: 'u', text: 'x' }));
  });
});

describe('@openclaw-china/dingtalk 0.1.19 without a network', () => {
  const caged = kernelFor({ before, after }, { env: { CHELA_HOST_NETWORK: 'gateway' } });
  it('sends its messages by the gateway', async () => {
    const sent = [];
    caged.kernel.methods['http.send'] = (params, id) => {
      const body = JSON.parse(Buffer.from(params.body, 'base64'));
      sent.push([params.url, params.headers.find(({ name }) => name === 'x-acs-dingtalk-access-token')?.value, body]);
      const answer = params.url.endsWith('/accessToken') ? { accessToken: 'at', expireIn: 7200 } : { processQueryKey: 'message-1' };
      const events = [{ type: 'head', status: 200, headers: [] }, { type: 'body', data: Buffer.from(JSON.stringify(answer)).toString('base64') }];
      caged.kernel.send({ method: 'call.event', params: { call: id, events } });
      return {};
    };
    await caged.kernel.startPlugin(`${packages}@openclaw-china/dingtalk`, { gatewayConfig: { channels: { dingtalk: { enabled: true, clientId: 'id', clientSecret: 'secret' } } } });
    const { messageId } = await caged.kernel.request('channel.send', { plugin: 'under-test', key: 'channel:dingtalk', account: 'default', to: 'user:u1', text: 'hello' });
    assert.equal(messageId, 'message-1');
    assert.deepEqual(sent.map(([url, token]) => [new URL(url).pathname, token]), [['/v1.0/oauth2/accessToken', undefined], ['/v1.0/robot/oToMessages/batchSend', 'at']]);
    assert.deepEqual([sent[1][2].userIds, JSON.parse(sent[1][2].msgParam).text], [['u1'], 'hello']);
  });
});

describe('openclaw-stt 1.0.2, in TypeScript', () => {
  const ask = asking('stt');
  it('serves its page and answers its command', async () => {
    const { registrations } = await install('openclaw-stt', 'stt', { gatewayConfig: { gateway: { port: 1 } } });
    assert.deepEqual(registrations.map(({ kind }) => kind), ['command', 'http_route', 'http_route'].slice(0, registrations.length));
    const pieces = [];
    await ask('httpRoute.handle', { key: 'http_route:/plugin/openclaw-stt/', method: 'GET', target: '/plugin/openclaw-stt/', headers: [] }, { onEvent: (piece) => pieces.push(piece) });
    const page = Buffer.concat(pieces.slice(1).map(({ data }) => Buffer.from(data, 'base64'))).toString();
    assert.ok(page.length > 50_000, page.slice(0, 200));
    assert.ok((await ask('command.run', { key: 'command:stt', args: '', context: {} })).reply.text.length > 5);
  });
});
