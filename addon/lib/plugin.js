// One native plugin in this Node process: started, called, cancelled, ended. Its code runs with all rights of the process.

import { loadAddon } from './addon.js';
import { PluginError, statusName } from './errors.js';
import { commandsOf, formatsOf, hooksOf, readManifest, toolsOf } from './manifest.js';
import { Network } from './network.js';
import { Requests } from './requests.js';
import { Secrets } from './secrets.js';
import { Timers } from './timers.js';

/** As EventKind in src/event.hpp. */
const KINDS = ['log', 'progress', 'text', 'reasoning', 'toolCall', 'toolArguments', 'usage', 'details', 'done'];
const LEVELS = ['debug', 'info', 'warn', 'error'];
const CALLS_LEFT_MAX = 4; // answered for, and not ended by the plugin
const DEFAULT_TIMEOUT_MS = 120_000;

const DEFAULT_HOOK_MS = 30_000;

const running = new Set();

/** What native code throws is an Error with a status. */
function toPluginError(run) {
  try {
    return run();
  } catch (error) {
    throw error instanceof PluginError || error?.status === undefined ? error : new PluginError(error.status, error.message);
  }
}

function objectOf(text, what) {
  const value = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new PluginError('protocol', `${what}: the plugin's answer is no JSON object`);
}

/** A process that ends does not wait for plugins, but they are told. */
function endAll() {
  for (const plugin of running) plugin.dispose();
}

export class NativePlugin {
  #native;
  #calls = new Map(); // id to {deliver, timer}
  #tools;
  #timers = new Timers(() => this.#native);
  #requests;
  #ended;
  #logger;

  /** Loads, configures and starts the plugin in `directory`. */
  constructor({ directory, config = {}, logger = {} }) {
    this.manifest = readManifest(directory);
    this.network = new Network(this.manifest);
    this.secrets = new Secrets();
    this.#logger = logger;
    this.#tools = new Map(toolsOf(this.manifest).map((tool) => [tool.name, tool]));
    this.#requests = new Requests({ network: this.network, secrets: this.secrets, native: () => this.#native });
    this.#ended = Promise.withResolvers();
    const { id, version, library } = this.manifest;
    const services = {
      startTimer: (timer, ms) => this.#timers.start(timer, ms),
      cancelTimer: (timer) => this.#timers.cancel(timer),
      sendHttp: (request, what) => this.#requests.send(request, what),
      cancelHttp: (request) => this.#requests.cancel(request),
    };
    const onEvent = (...event) => this.#received(...event);
    const { NativePlugin: Native } = loadAddon();
    this.#native = toPluginError(() => new Native({ library, id, version, services, onEvent, onDestroyed: () => this.#gone() }));
    try {
      toPluginError(() => this.#begin(config));
    } catch (error) {
      this.dispose();
      throw error;
    }
    if (running.size === 0) process.on('exit', endAll);
    running.add(this);
  }

  #begin(config) {
    this.#native.configure(JSON.stringify(config));
    this.#native.start();
    this.#check();
  }

  /** What the code offers and the manifest does not declare is refused, and the other way round. */
  #check() {
    const { id } = this.manifest;
    const names = this.#native.offers('chela.tool/1') ? this.#native.toolNames().split('\n').filter((name) => name !== '') : [];
    const strange = names.filter((name) => !this.#tools.has(name));
    const missing = [...this.#tools.keys()].filter((name) => !names.includes(name));
    if (strange.length > 0) throw new PluginError('invalid_argument', `starting ${id}: the code has tools that the manifest does not declare: ${strange.join(', ')}`);
    if (missing.length > 0) throw new PluginError('invalid_argument', `starting ${id}: the manifest declares tools that the code does not have: ${missing.join(', ')}`);
    for (const [kind, list] of [['provider', formatsOf], ['hook', hooksOf], ['command', commandsOf]]) {
      if (this.#native.offers(`chela.${kind}/1`) === list(this.manifest).length > 0) continue;
      throw new PluginError('invalid_argument', `starting ${id}: manifest and code disagree on whether it has the kind ${kind}`);
    }
  }

  get openCalls() {
    return this.#native?.openCalls() ?? 0;
  }

  /** The text for the model. Fails with a PluginError. */
  callTool(name, argumentsObject, { context = {}, timeoutMs = DEFAULT_TIMEOUT_MS, signal, onProgress } = {}) {
    const tool = this.#tools.get(name);
    if (tool === undefined) return Promise.reject(new PluginError('not_found', `plugin ${this.manifest.id} has no tool ${name}`));
    const begin = () => this.#native.callTool(name, JSON.stringify(argumentsObject ?? {}), JSON.stringify(context), timeoutMs, tool.blocking === true);
    return this.#call(begin, { timeoutMs, signal, onEvent: (event) => event.kind === 'progress' && onProgress?.(event.text) });
  }

  /**
   * The stop reason, after events {kind: text|reasoning|toolCall|toolArguments|usage, index, text, name}.
   * `service` and `options` are objects, `messages` and `tools` lists of objects, as chela/ext/provider.h says.
   * A provider that is silent for `silenceMs` is cancelled.
   */
  complete({ service, model, messages, tools = [], options = {} }, { silenceMs = DEFAULT_TIMEOUT_MS, signal, onEvent } = {}) {
    const texts = (list) => list.map((item) => JSON.stringify(item));
    const begin = () => this.#native.complete(JSON.stringify(service), model, texts(messages), texts(tools), JSON.stringify(options));
    return this.#call(begin, { timeoutMs: silenceMs, renew: true, signal, onEvent });
  }

  /** What the plugin says at a point: an object, or nothing. */
  async callHook(point, event, { context = {}, timeoutMs = DEFAULT_HOOK_MS } = {}) {
    const text = await this.#call(() => this.#native.callHook(point, JSON.stringify(event), JSON.stringify(context), timeoutMs), { timeoutMs });
    return text === '' ? undefined : objectOf(text, point);
  }

  /** {text, and what chela/ext/command.h calls details}. */
  async callCommand(name, argumentText, { context = {}, timeoutMs = DEFAULT_TIMEOUT_MS, onProgress } = {}) {
    let details = {};
    const onEvent = ({ kind, text }) => {
      if (kind === 'progress') onProgress?.(text);
      else if (kind === 'details') details = objectOf(text, name);
    };
    const text = await this.#call(() => this.#native.callCommand(name, argumentText, JSON.stringify(context), timeoutMs), { timeoutMs, onEvent });
    return { ...details, text };
  }

  /** [{id, contextWindow?}] */
  async listModels(service, { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = {}) {
    let text = '';
    await this.#call(() => this.#native.listModels(JSON.stringify(service)), { timeoutMs, signal, onEvent: (event) => (text += event.text) });
    return JSON.parse(text);
  }

  /** Ends open calls, then the plugin; resolved when it is destroyed, which a tool that still runs holds up. */
  close() {
    if (this.#native === undefined) return Promise.resolve();
    this.#endCalls();
    this.#native.hold(true);
    this.#native.stop();
    return this.#ended.promise;
  }

  /** The same at once, as the process ends: waits up to two seconds for tools that block. */
  dispose() {
    if (this.#native === undefined) return;
    this.#endCalls();
    const native = this.#native;
    this.#gone();
    native.dispose();
  }

  #call(begin, { timeoutMs, renew = false, signal, onEvent }) {
    if (this.#native === undefined) return Promise.reject(new PluginError('unavailable', `plugin ${this.manifest.id} has ended`));
    if (signal?.aborted) return Promise.reject(new PluginError('cancelled', 'the call was aborted'));
    if (this.openCalls - this.#calls.size >= CALLS_LEFT_MAX) {
      return Promise.reject(new PluginError('unavailable', `plugin ${this.manifest.id} left ${CALLS_LEFT_MAX} calls open: it gets no more`));
    }
    return new Promise((resolve, reject) => {
      const id = toPluginError(begin);
      const late = () => this.#finish(id, reject, new PluginError('timed_out', `plugin ${this.manifest.id} said nothing for ${timeoutMs} ms`), true);
      const aborted = () => this.#finish(id, reject, new PluginError('cancelled', 'the call was aborted'), true);
      const call = {
        timer: timeoutMs > 0 ? setTimeout(late, timeoutMs) : undefined,
        forget: () => signal?.removeEventListener('abort', aborted),
        fail: (error) => this.#finish(id, reject, error),
        deliver: (event) => {
          if (event.kind !== 'done') {
            if (renew) call.timer?.refresh();
            onEvent?.(event);
          } else if (event.status === 'ok') this.#finish(id, resolve, event.text);
          else this.#finish(id, reject, Object.assign(new PluginError(event.status, event.text || 'the plugin gave no reason'), { retryAfterMs: event.retryAfterMs }));
        },
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#calls.set(id, call);
      if (this.#calls.size === 1) this.#native.hold(true);
      this.#native.deliver(); // it may have ended already
    });
  }

  #finish(id, settle, value, cancel = false) {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    call.forget();
    settle(value);
    if (this.#calls.size === 0) this.#native?.hold(false);
    if (cancel) this.#native?.cancel(id);
  }

  #endCalls() {
    for (const call of [...this.#calls.values()]) call.fail(new PluginError('unavailable', `plugin ${this.manifest.id} was stopped`));
    this.#timers.cancelAll();
    this.#requests.cancelAll();
  }

  #gone() {
    running.delete(this);
    if (running.size === 0) process.off('exit', endAll);
    this.#native = undefined;
    this.#ended.resolve();
  }

  /** Never throws: it is called from native code. */
  #received(kindNumber, id, number, text, more, retryAfterMs) {
    const kind = KINDS[kindNumber];
    try {
      if (kind === 'log') return this.#logger[LEVELS[number] ?? 'info']?.(this.secrets.redact(text));
      const deliver = this.#calls.get(id)?.deliver;
      if (kind === 'done') return deliver?.({ kind, status: statusName(number), text, retryAfterMs });
      return deliver?.({ kind, index: number, text, name: more });
    } catch (error) {
      this.#logger.error?.(`plugin ${this.manifest.id}: a listener failed: ${error?.message}`);
    }
    return undefined;
  }
}
