// The kernel's side of the protocol, in plain JavaScript: starts the host process, asks, answers, and keeps what it was told.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const FRAME_BYTES_MAX = 16 << 20;
export const TOKEN = 'a-token-of-this-start';
export const FLAGS = ['--optimize-for-size', '--max-semi-space-size=1', '--max-old-space-size=192'];

export class RemoteError extends Error {
  constructor({ code, message, data }) {
    super(message);
    Object.assign(this, { code, data, status: data?.status });
  }
}

/** One host process and the connection to it. */
export class Kernel {
  #buffer = Buffer.alloc(0);
  #nextId = 1;
  #open = new Map();
  #watchers = new Set();
  notifications = [];
  stdout = '';
  stderr = '';
  /** method → (params, id) => result, for what plugins ask. */
  methods = {};

  constructor({ flags = FLAGS, env = {}, program = join(ROOT, 'dist/main.js'), parameters = [] } = {}) {
    this.state = mkdtempSync(join(tmpdir(), 'chela-bridge-'));
    this.process = spawn(process.execPath, [...flags, program, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: this.state, CHELA_HOST_TOKEN: TOKEN, ...env },
    });
    this.socket = this.process.stdio[3];
    this.socket.on('data', (chunk) => this.#read(chunk));
    this.socket.on('error', () => {});
    this.process.stdout.on('data', (chunk) => (this.stdout += chunk));
    this.process.stderr.on('data', (chunk) => (this.stderr += chunk));
    this.exited = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve({ code, signal })));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    void this.closed.then(() => this.#cut());
  }

  static async start(options) {
    const kernel = new Kernel(options);
    kernel.hello = await kernel.request('host.hello', kernel.helloParams());
    return kernel;
  }

  helloParams() {
    return { protocol: { major: 1, minor: 0 }, kernel: 'fake/1.0', limits: { frameBytesMax: 16 << 20, callsMax: 1024 }, stateDirectory: this.state };
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(body.length);
    this.write(Buffer.concat([head, body]));
  }

  notify(method, params) {
    this.send({ method, params });
  }

  /** Has `id`, too, for cancelling. */
  request(method, params = {}, { onEvent } = {}) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => this.#open.set(id, { resolve, reject, onEvent }));
    this.send({ id, method, params });
    return Object.assign(answer, { id });
  }

  startPlugin(directory, { plugin = 'under-test', entry = '', config = {}, ...more } = {}) {
    return this.request('plugin.start', { plugin, directory, entry, config, ...more });
  }

  /** The first notification, told already or yet to come, for which `test` holds. */
  told(method, test = () => true) {
    const known = this.notifications.find((found) => found.method === method && test(found.params));
    if (known !== undefined) return Promise.resolve(known.params);
    return new Promise((resolve) => {
      const watcher = (message) => {
        if (message.method !== method || !test(message.params)) return;
        this.#watchers.delete(watcher);
        resolve(message.params);
      };
      this.#watchers.add(watcher);
    });
  }

  logged(pattern) {
    return this.told('log.write', ({ line }) => pattern.test(line));
  }

  /** Ends the process, whatever it is doing. */
  async end() {
    this.socket.destroy();
    this.process.kill('SIGKILL');
    await this.exited;
    rmSync(this.state, { recursive: true, force: true });
  }

  #read(chunk) {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 4) {
      const size = this.#buffer.readUInt32LE(0);
      if (size > FRAME_BYTES_MAX) {
        this.broken = true; // what the kernel does then: the sender cannot be trusted any more
        this.process.kill('SIGKILL');
        return;
      }
      if (this.#buffer.length < 4 + size) return;
      const message = JSON.parse(this.#buffer.toString('utf8', 4, 4 + size));
      this.#buffer = this.#buffer.subarray(4 + size);
      this.#received(message);
    }
  }

  #received(message) {
    const { id, method, params } = message;
    assert.equal(message.jsonrpc, '2.0');
    if (method === 'call.event') {
      for (const event of params.events) this.#open.get(params.call)?.onEvent?.(event, params);
    } else if (method === undefined) {
      const open = this.#open.get(id);
      this.#open.delete(id);
      if (message.error === undefined) open?.resolve(message.result);
      else open?.reject(new RemoteError(message.error));
    } else if (id === undefined) {
      this.notifications.push(message);
      for (const watcher of this.#watchers) watcher(message);
    } else {
      void this.#answer(id, method, params);
    }
  }

  async #answer(id, method, params) {
    try {
      const handler = this.methods[method];
      if (handler === undefined) throw Object.assign(new Error(`${method}: not here`), { status: 'unsupported' });
      this.send({ id, result: (await handler(params, id)) ?? {} });
    } catch (error) {
      this.send({ id, error: { code: -32007, message: error.message, data: { status: error.status ?? 'internal' } } });
    }
  }

  #cut() {
    for (const { reject } of this.#open.values()) reject(new RemoteError({ message: 'the connection has ended', data: { status: 'unavailable' } }));
    this.#open.clear();
  }
}

/** A kernel for a block of tests that ends with it. */
export function kernelFor({ before, after }, options) {
  const holder = {};
  before(async () => {
    holder.kernel = await Kernel.start(options);
  });
  after(() => holder.kernel?.end());
  return holder;
}
