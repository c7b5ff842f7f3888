// Starts and stops the gateway under test. The real binary is the rule: CHELA_BIN, or bin/chela below CHELA_BUILD_DIR.
// CHELA_URL names one that already runs (journeys that restart it are then left out of the run by name).
// CHELA_MOCK=DIST takes the page's development mock instead, with the built page in the folder DIST.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {createInterface} from 'node:readline';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const buildDir = process.env.CHELA_BUILD_DIR ?? join(root, 'build/dev');
const kReadyMs = 20_000;

export const isExternal = Boolean(process.env.CHELA_URL);
export const screenshots = join(buildDir, 'browser-screenshots');

/** {modelUrl?, token?, prepare?}: without a model service the gateway answers with its built-in demonstration; `prepare(home)` comes first. */
export class Gateway {
  #child = null;
  #home = mkdtempSync(join(tmpdir(), 'chela-browser-'));
  #port = 0;
  #options;
  url = process.env.CHELA_URL ?? '';

  get home() {
    return this.#home;
  }

  constructor(options = {}) {
    this.#options = options;
  }

  async start() {
    if (isExternal) return this;
    this.#options.prepare?.(this.#home);
    const [program, args] = process.env.CHELA_MOCK ? this.#mockCommand() : this.#realCommand();
    const env = {...process.env, CHELA_HOME: this.#home};
    for (const name of Object.keys(env)) if (/^(MODEL_PROVIDER_|OPENCLAW_|CHELA__|OPENAI_)/.test(name)) delete env[name];
    this.#child = spawn(program, args, {env, stdio: ['ignore', 'pipe', 'pipe']});
    const log = [];
    createInterface({input: this.#child.stderr}).on('line', line => log.push(line));
    const ready = new Promise((resolve, reject) => {
      createInterface({input: this.#child.stdout}).on('line', line => {
        const match = /^chela gateway ready: (http:\/\/\S+)/.exec(line);
        if (match) resolve(match[1]);
        else log.push(line);
      });
      this.#child.once('error', reject);
      this.#child.once('exit', code => reject(new Error(`the gateway ended with ${code}:\n${log.join('\n')}`)));
      setTimeout(() => reject(new Error(`the gateway was not ready in ${kReadyMs} ms:\n${log.join('\n')}`)), kReadyMs).unref();
    });
    this.url = await ready;
    this.#port = Number(new URL(this.url).port);
    return this;
  }

  #mockCommand() {
    const args = [join(root, 'kernel/gateway/web/dev/mock.mjs'), '--port', String(this.#port), '--dist', process.env.CHELA_MOCK,
      '--state', join(this.#home, 'mock.json')];
    if (this.#options.token) args.push('--token', this.#options.token);
    return [process.execPath, args];
  }

  #realCommand() {
    const config = {gateway: {}};
    if (this.#options.token) config.gateway.auth = {mode: 'token', token: this.#options.token};
    if (this.#options.modelUrl) {
      config.agents = {defaults: {model: {primary: 'scripted/one'}}};
      config.models = {providers: {scripted: {baseUrl: this.#options.modelUrl, apiKey: 'none', api: 'openai-completions',
        models: [{id: 'one', name: 'One'}]}}};
    }
    const file = join(this.#home, 'test-config.json');
    writeFileSync(file, JSON.stringify(config));
    const program = process.env.CHELA_BIN ?? join(buildDir, 'bin/chela');
    return [program, ['gateway', '--config', file, '--port', String(this.#port), '--bind', '127.0.0.1']];
  }

  /** SIGKILL, as a crash would; start() then comes back on the same port with the same home. */
  async kill() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async stop() {
    await this.kill();
    rmSync(this.#home, {recursive: true, force: true});
  }
}
