// One running account of a channel. An account that ends unasked is started again, as upstream does it.

import { CallError, asCallError, textOf } from '../connection/errors.js';
import type { ChannelPlugin } from '../api/channels.js';
import { within } from '../plugin/deadline.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { channelRuntime } from '../runtime/index.js';
import { isFunction, isObject, type Json } from '../json.js';

const RESTART_FIRST_MS = 5000;
const RESTART_MAX_MS = 300_000;
const RESTARTS_MAX = 10;
const RESTART_JITTER = 0.1;
const STOP_MS = 5000;
/** An account that has not failed after so long counts as running, also when it never says so. */
const SETTLE_MS = 250;

export class AccountRun {
  readonly #plugin: Plugin;
  readonly #channel: ChannelPlugin;
  readonly #key: string;
  readonly #account: string;
  readonly #abort = new AbortController();
  #status: Json;
  #restarts = 0;
  #saysRunning = false; // the plugin itself, not this class
  #work: Promise<void> | undefined;
  #stopFunction: (() => unknown) | undefined;
  #runs: (() => void) | undefined;

  constructor(plugin: Plugin, channel: ChannelPlugin, key: string, account: string) {
    this.#plugin = plugin;
    this.#channel = channel;
    this.#key = key;
    this.#account = account;
    const initial = encodeValue(undefined, (channel.status as Json | undefined)?.defaultRuntime);
    this.#status = { ...(isObject(initial) ? initial : {}), accountId: account, running: false };
  }

  /** Resolves with the status when it runs; rejects when it fails before that. */
  async start(): Promise<Json> {
    await this.#configured();
    const first = this.#once();
    const settled = new Promise<void>((resolve) => {
      this.#runs = resolve;
      setTimeout(resolve, SETTLE_MS).unref();
    });
    await Promise.race([settled, first]);
    this.#work = this.#keepRunning(first);
    this.#report({ running: true, lastStartAt: Date.now() });
    return this.#status;
  }

  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(new CallError('cancelled', 'the account is stopped'));
    try {
      await within(STOP_MS, this.#plugin.run(async () => {
        await this.#channel.gateway?.stopAccount?.(await this.#context());
        await this.#stopFunction?.();
        await this.#work;
      }), 'the account did not stop');
    } catch (error) {
      this.#plugin.log('warn', `stopping ${this.#key} ${this.#account}: ${textOf(error)}`);
    }
    this.#report({ running: false, connected: false, lastStopAt: Date.now() });
  }

  async #resolve(): Promise<unknown> {
    return this.#channel.config.resolveAccount?.(this.#plugin.gatewayConfig, this.#account);
  }

  async #configured(): Promise<void> {
    const { config } = this.#channel;
    const account = await this.#resolve();
    if (config.isConfigured !== undefined && !(await config.isConfigured(account, this.#plugin.gatewayConfig))) {
      throw new CallError('invalid_argument', `account "${this.#account}" of ${this.#channel.id} is not configured`);
    }
  }

  async #context(): Promise<Json> {
    const { logger } = this.#plugin;
    return {
      cfg: this.#plugin.gatewayConfig,
      accountId: this.#account,
      account: await this.#resolve(),
      runtime: { log: logger.info, error: logger.error, exit: (code: number) => this.#plugin.fail(`it asked for exit code ${code}`) },
      abortSignal: this.#abort.signal,
      log: logger,
      getStatus: () => this.#status,
      setStatus: (status: Json) => {
        this.#saysRunning = status?.running === true;
        this.#report(status);
      },
      invalidateDirectoryCache: () => {},
      channelRuntime: channelRuntime(this.#plugin),
    };
  }

  async #once(): Promise<void> {
    const start = this.#channel.gateway?.startAccount;
    if (start === undefined) {
      await this.#aborted();
      return;
    }
    const begin = performance.now();
    this.#saysRunning = false;
    const ended: unknown = await this.#plugin.run(async () => start.call(this.#channel.gateway, await this.#context()));
    // An older plugin: it is done as soon as it runs, or gives the function that ends it.
    const stop = isFunction(ended) ? ended : isObject(ended) && isFunction(ended.stop) ? ended.stop.bind(ended) : undefined;
    if (stop === undefined && !(this.#saysRunning && performance.now() - begin < SETTLE_MS)) return;
    this.#stopFunction = stop as (() => unknown) | undefined;
    this.#runs?.();
    await this.#aborted();
  }

  #aborted(): Promise<void> {
    const { signal } = this.#abort;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  async #keepRunning(first: Promise<void>): Promise<void> {
    for (let run = first; ; run = this.#once()) {
      const problem = await run.then(() => 'it ended without an error', (error: unknown) => asCallError(error).message);
      if (this.#abort.signal.aborted || this.#plugin.signal.aborted) return;
      this.#report({ running: false, connected: false, lastError: problem });
      if (this.#restarts >= RESTARTS_MAX) {
        this.#plugin.log('error', `${this.#key} ${this.#account}: ${problem}; given up after ${RESTARTS_MAX} restarts`);
        return;
      }
      const wait = Math.min(RESTART_FIRST_MS * 2 ** this.#restarts, RESTART_MAX_MS) * (1 + RESTART_JITTER * Math.random());
      this.#restarts += 1;
      this.#plugin.log('warn', `${this.#key} ${this.#account}: ${problem}; restart ${this.#restarts} in ${Math.round(wait)} ms`);
      if (!(await this.#pause(wait))) return;
      this.#report({ running: true, lastStartAt: Date.now() });
    }
  }

  /** False when the account was stopped meanwhile. */
  #pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), ms);
      this.#abort.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(false);
      }, { once: true });
    });
  }

  #report(change: Json): void {
    const plain = encodeValue(undefined, change);
    this.#status = { ...this.#status, ...(isObject(plain) ? plain : {}) };
    if (this.#status.connected === true) {
      this.#restarts = 0;
      this.#runs?.();
    }
    this.#plugin.notify('channel.status', { key: this.#key, account: this.#account, status: this.#status });
  }
}
