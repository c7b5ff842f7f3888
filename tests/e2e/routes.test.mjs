// HTTP routes of plugins, asked by real clients: a plugin written for Node and a native one, both in a process of their own.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { getJson, makeHome, root, startGateway } from './gateway.mjs';

const token = 'a-token-for-the-tests-of-routes';
const authorized = { headers: { authorization: `Bearer ${token}` } };
const withToken = { gateway: { auth: { token } } };

const entry = `let open;
let waits = false;
export default {
  id: 'routes-node',
  register(api) {
    const route = (path, auth, match, handler) => api.registerHttpRoute({ path, auth, match, handler });
    route('/hook', 'plugin', 'exact', async (req, res) => {
      let body = '';
      for await (const piece of req) body += piece;
      res.setHeader('content-type', 'application/json');
      res.setHeader('set-cookie', 'taken=1');
      res.end(JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body, principal: req.principal, from: req.socket.remoteAddress }));
    });
    route('/tree', 'gateway', 'prefix', (req, res) => { res.end('tree ' + req.url); });
    route('/api/tree', 'plugin', 'prefix', (req, res) => { res.end('api ' + req.url); });
    route('/health', 'plugin', 'exact', (req, res) => { res.end('mine'); });
    route('/stream', 'plugin', 'exact', (req, res) => {
      open = res;
      res.write('begun');
    });
    route('/push', 'gateway', 'exact', (req, res) => {
      if (req.url.endsWith('end')) open.end('end');
      else open.write('more');
      res.end();
    });
    route('/die', 'gateway', 'exact', () => { process.kill(process.pid, 'SIGKILL'); });
    let sent = 0;
    route('/sent', 'gateway', 'exact', (req, res) => { res.end(JSON.stringify({ sent, waits })); });
    route('/flood', 'plugin', 'exact', async (req, res) => {
      const piece = Buffer.alloc(65536, 'x');
      for (let i = 0; i < 1600; i++) {
        sent += piece.length;
        waits = !res.write(piece);
        if (waits) await new Promise((done) => { res.once('drain', done); });
      }
      res.end();
    });
    route('/odd', 'plugin', 'exact', (req, res) => { res.writeHead(200, { 'content-length': '3', connection: 'x-hop', 'x-hop': '1', 'x-frame-options': 'ALLOWALL' }); res.end('abc'); });
    route('/passes', 'plugin', 'exact', () => false);
  },
};
`;

function placeNodePlugin(home) {
  const folder = join(home, 'plugins', 'routes-node');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id: 'routes-node', configSchema: { type: 'object' } }));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: 'routes-node', version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), entry);
}

async function startNode(t) {
  const home = makeHome(t);
  placeNodePlugin(home);
  const gateway = await startGateway(t, { home, config: withToken });
  await gateway.says(/plugin routes-node 1\.0\.0 started/);
  return gateway;
}

// What a client gets until the connection ends, as it came; `onBody` hears of the first byte of the body.
function readRaw(gateway, path, onBody = () => {}) {
  return new Promise((resolve) => {
    const socket = net.connect(gateway.port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      if (/\r\n\r\n./s.test(text)) onBody();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

describe('routes of a plugin written for Node', () => {
  it('answer exact paths and what is below prefixes, behind the token or not', async (t) => {
    const gateway = await startNode(t);
    const response = await fetch(`${gateway.url}/hook?a=1`, { method: 'POST', body: 'hello', headers: { cookie: 'c=1', authorization: 'Basic own', 'x-own': '2' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('set-cookie'), null);
    assert.equal(response.headers.get('x-frame-options'), 'DENY');
    assert.match(response.headers.get('content-security-policy'), /^sandbox/);
    const seen = await response.json();
    assert.deepEqual([seen.method, seen.url, seen.body, seen.principal, seen.from], ['POST', '/hook?a=1', 'hello', '', '127.0.0.1']);
    assert.deepEqual([seen.headers.cookie, seen.headers.authorization, seen.headers['x-own']], [undefined, 'Basic own', '2']);

    assert.equal((await fetch(`${gateway.url}/tree/a`)).status, 401);
    assert.equal(await (await fetch(`${gateway.url}/tree/a?b`, authorized)).text(), 'tree /tree/a?b');
    assert.equal((await fetch(`${gateway.url}/hook/a`, authorized)).status, 404);
    assert.equal((await fetch(`${gateway.url}/passes`)).status, 404);
    const head = await fetch(`${gateway.url}/hook`, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  });

  it('never take the paths of the gateway, nor those below its own without the token', async (t) => {
    const gateway = await startNode(t);
    assert.equal((await getJson(gateway, '/health', authorized)).status, 'ok');
    assert.equal((await fetch(`${gateway.url}/api/tree/x`)).status, 401);
    assert.equal(await (await fetch(`${gateway.url}/api/tree/x`, authorized)).text(), 'api /api/tree/x');
    assert.equal(typeof (await getJson(gateway, '/api/status', authorized)).version, 'string');
    const { plugins } = await getJson(gateway, '/doctor', authorized);
    assert.match(plugins.routes.find(({ path }) => path === '/health').unreachable, /the gateway answers/);
    assert.equal(plugins.routes.find(({ path }) => path === '/api/tree').auth, 'gateway');
  });

  it('stream piece by piece', async (t) => {
    const gateway = await startNode(t);
    const { body } = await fetch(`${gateway.url}/stream`);
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, 'begun');
    await fetch(`${gateway.url}/push`, authorized);
    assert.equal((await reader.read()).value, 'more');
    await fetch(`${gateway.url}/push?end`, authorized);
    assert.equal((await reader.read()).value, 'end');
    assert.equal((await reader.read()).done, true);
  });

  it('wait for a client that is slow', async (t) => {
    const gateway = await startNode(t);
    const slow = net.connect(gateway.port, '127.0.0.1', () => slow.write('GET /flood HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'));
    slow.pause();
    const state = async () => getJson(gateway, '/sent', authorized);
    let last = await state();
    for (let same = 0; same < 100;) {
      const now = await state();
      same = now.waits && now.sent === last.sent ? same + 1 : 0;
      last = now;
      assert.ok(now.sent < 40 << 20, `${now.sent} bytes were written for a client that reads nothing`);
    }
    let read = 0;
    for await (const bytes of slow) read += bytes.length;
    assert.ok(read > 1600 * 65536);
  });

  it('end in a cut connection when the plugin dies, and are back afterwards', async (t) => {
    const gateway = await startNode(t);
    let begun;
    const started = new Promise((resolve) => (begun = resolve));
    const reading = readRaw(gateway, '/stream', begun);
    await started;
    await fetch(`${gateway.url}/die`, authorized);
    const text = await reading;
    assert.match(text, /^HTTP\/1\.1 200[^]*begun/);
    assert.doesNotMatch(text, /\r\n0\r\n\r\n$/);
    await gateway.says(/plugin routes-node: its process/);
    assert.equal((await fetch(`${gateway.url}/hook`)).status, 200);
  });

  it('keep what belongs to the connection to themselves', async (t) => {
    const gateway = await startNode(t);
    const text = await readRaw(gateway, '/odd');
    assert.doesNotMatch(text, /x-hop|ALLOWALL|content-length: 3/i);
    assert.match(text, /\r\nabc\r\n/);
  });
});

const build = (...args) => execFileSync('cmake', args, { stdio: 'pipe' });

// plugin-sdk/examples/http_route, as its author builds it.
function buildExample(home) {
  const prefix = join(home, 'sdk');
  build('-S', join(root, 'plugin-sdk'), '-B', join(home, 'sdk-build'));
  build('--install', join(home, 'sdk-build'), '--component', 'sdk', '--prefix', prefix);
  const folder = join(home, 'example');
  build('-S', join(root, 'plugin-sdk/examples/http_route'), '-B', folder, `-DCMAKE_PREFIX_PATH=${prefix}`, '-DCMAKE_CXX_COMPILER=g++-12');
  build('--build', folder);
  return join(folder, 'plugins');
}

describe('routes of a native plugin', () => {
  for (const isolation of ['sandbox', 'in-process']) {
    it(`answer in isolation ${isolation}`, async (t) => {
      const home = makeHome(t);
      cpSync(buildExample(home), join(home, 'plugins'), { recursive: true });
      const manifest = JSON.parse(readFileSync(join(home, 'plugins/counter/chela.plugin.json'), 'utf8'));
      assert.equal(manifest.id, 'counter');
      const config = { ...withToken, plugins: { entries: { counter: { isolation } } } };
      const gateway = await startGateway(t, { home, config });
      const count = async (path, init) => (await fetch(gateway.url + path, init)).text();
      assert.equal(await count('/counter/tea'), 'tea: 1\n');
      assert.equal(await count('/counter/tea'), 'tea: 2\n');
      assert.equal((await fetch(`${gateway.url}/counter-admin`)).status, 401);
      assert.equal(await count('/counter-admin', authorized), 'tea: 2\n');
      assert.equal((await fetch(`${gateway.url}/counter/`)).status, 404);
    });
  }
});
