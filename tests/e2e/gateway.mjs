// Starts the real gateway for a test, with its own home, and always takes it down again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defer } from './scope.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const preset = process.env.CHELA_PRESET ?? 'dev';
export const sanitized = preset === 'asan' || preset === 'tsan';
export const build = process.env.CHELA_BUILD_DIR ?? join(root, 'build', preset);
export const binary = join(build, 'bin', 'chela');

const startTimeoutMs = 30_000;
const stopTimeoutMs = 30_000;
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

// A fresh home with a workspace. Removed after the test.
export function makeHome(t) {
  const home = mkdtempSync(join(tmpdir(), 'chela-e2e-'));
  mkdirSync(join(home, 'workspace'));
  defer(t, () => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  return home;
}

// The environment of a person who has set nothing up: no key, no model, none of our own variables, and no bundled skills,
// which would be in what every model is told.
export function cleanEnvironment(home, extra = {}) {
  const { PATH, LANG, TZ, ASAN_OPTIONS, LSAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS } = process.env;
  const kept = { PATH, LANG, TZ, ASAN_OPTIONS, LSAN_OPTIONS, UBSAN_OPTIONS, TSAN_OPTIONS };
  const environment = { ...kept, HOME: home, CHELA_HOME: home, OPENCLAW_BUNDLED_SKILLS_DIR: join(home, 'bundled-skills'), ...extra };
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}

function writeConfig(home, config) {
  const path = join(home, 'chela.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
  return path;
}

// Runs a `chela` command to its end.
export async function run(home, args, { env = {}, input = '', timeoutMs = 60_000 } = {}) {
  const child = spawn(binary, args, { env: cleanEnvironment(home, env), cwd: home });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => resolve(end));
  });
  clearTimeout(timer);
  children.delete(child);
  assertClean(stdout + stderr);
  return { code, signal, stdout, stderr, output: stdout + stderr };
}

function assertClean(log) {
  assert.doesNotMatch(log, /AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:/, log);
}

class Gateway {
  constructor(child, home) {
    Object.assign(this, { child, home, log: '' });
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }));
      child.on('error', (error) => resolve({ code: error.message })); // there is no such program
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.log += text));
    }
  }

  get pid() {
    return this.child.pid;
  }

  // Resolves to the address of the ready line; rejects with the log when it ends first or is too slow.
  async ready() {
    const found = new Promise((resolve) => {
      this.child.stdout.on('data', () => {
        const match = /^chela gateway ready: (http:\/\/\S+?):(\d+) \(/m.exec(this.log);
        if (match) resolve({ url: `${match[1]}:${match[2]}`, port: Number(match[2]) });
      });
    });
    const ended = this.exited.then(({ code, signal }) => {
      throw new Error(`the gateway ended with ${code ?? signal} before it was ready:\n${this.log}`);
    });
    ended.catch(() => {});
    Object.assign(this, await Promise.race([found, ended, timeout(startTimeoutMs, () => `not ready:\n${this.log}`)]));
    return this;
  }

  // The first line of the log that matches, as soon as it is there.
  async says(pattern) {
    const found = new Promise((resolve) => {
      const outputs = [this.child.stdout, this.child.stderr];
      const look = () => {
        const match = pattern.exec(this.log);
        if (!match) return;
        outputs.forEach((output) => output.off('data', look));
        resolve(match);
      };
      outputs.forEach((output) => output.on('data', look));
      look();
    });
    return Promise.race([found, timeout(startTimeoutMs, () => `not said: ${pattern}\n${this.log}`)]);
  }

  // SIGTERM; it must drain and leave with 0.
  async stop() {
    this.child.kill('SIGTERM');
    const late = timeout(stopTimeoutMs, () => `it did not stop:\n${this.log}`);
    const { code, signal } = await Promise.race([this.exited, late]);
    children.delete(this.child);
    assert.equal(code, 0, `the gateway left with ${code ?? signal}:\n${this.log}`);
    assertClean(this.log);
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
    children.delete(this.child);
  }

  async cleanUp() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    try {
      await this.stop();
    } finally {
      this.child.kill('SIGKILL');
    }
  }
}

function timeout(ms, message) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(message())), ms).unref();
  });
}

// Starts `chela gateway` and waits until it accepts. Options: config (object, or the text of the file), home, args, env.
export async function startGateway(t, options = {}) {
  const gateway = spawnGateway(t, options);
  return gateway.ready();
}

export function spawnGateway(t, { config = {}, home = makeHome(t), args = ['--port', '0'], env } = {}) {
  const named = config === null ? [] : ['--config', writeConfig(home, config)]; // null: no file at all
  const child = spawn(binary, ['gateway', ...named, ...args], {
    env: cleanEnvironment(home, env),
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const gateway = new Gateway(child, home);
  defer(t, () => gateway.cleanUp());
  return gateway;
}

// A gateway whose start must be refused: its exit code and everything that it said.
export async function refusedStart(t, options) {
  const gateway = spawnGateway(t, options);
  const end = await Promise.race([gateway.exited, timeout(startTimeoutMs, () => `it started:\n${gateway.log}`)]);
  children.delete(gateway.child);
  assertClean(gateway.log);
  return { ...end, log: gateway.log };
}

// JSON of a GET on the gateway, with the status checked.
export async function getJson(gateway, path, { status = 200, ...init } = {}) {
  const response = await fetch(gateway.url + path, init);
  const text = await response.text();
  assert.equal(response.status, status, `${path}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}
