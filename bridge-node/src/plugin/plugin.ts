// One plugin in this process, from plugin.start to plugin.stop. Loop only.

import { CallError, textOf } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import type { RequestOptions } from '../connection/outgoing.js';
import { LineLimit, makeLogger, type Logger } from '../host/log.js';
import { HookHandlers } from '../hooks/handlers.js';
import { isObject, type Json } from '../json.js';
import type { LogWriteParamsLevel as Level, PluginRegistration as Registration, PluginStartParams as StartParams, PluginStartParamsMode as Mode } from '../protocol.js';
import { runAs } from './context.js';
import { within } from './deadline.js';
import { Diagnostics } from './diagnostics.js';
import { Handles } from './handles.js';
import { Registrations, type NewRegistration } from './registrations.js';

const ENDING_MS = 5000;

/** Upstream's gateway fills in the defaults of agents before any plugin sees the configuration: plugins read and write below them unasked. */
export function withAgentDefaults(config: Json): Json {
  const agents = isObject(config.agents) ? config.agents : {};
  return isObject(agents.defaults) ? config : { ...config, agents: { ...agents, defaults: {} } };
}

/** The kernel as a plugin may use it: every message is sent in the plugin's name. */
export interface Kernel {
  request(method: string, params: object, options?: RequestOptions): Promise<unknown>;
  /** The answer, at once; nothing else happens in this process until it is there. Needs the addon. */
  requestSync(method: string, params: object): unknown;
  notify(method: string, params: object): void;
  readonly stateDirectory: string;
  readonly version: string;
}

export interface Service {
  id: string;
  start?(context: unknown): unknown;
  stop?(context: unknown): unknown;
}

/** Something that ends with the plugin: a service, an account, a listener. The newest ends first. */
export type Ending = () => unknown;

export class Plugin {
  readonly id: string;
  readonly directory: string;
  readonly manifest: Json;
  readonly mode: Mode;
  readonly version: string | undefined;
  readonly registrations = new Registrations();
  readonly diagnostics = new Diagnostics();
  readonly hooks = new HookHandlers();
  readonly handles = new Handles();
  readonly logger: Logger;
  readonly kernel: Kernel;
  readonly #ended = new AbortController();
  readonly #broken = new AbortController();
  readonly #calls = new Set<IncomingCall>();
  readonly #endings: Ending[] = [];
  readonly #lines = new LineLimit();
  readonly #configListeners = new Set<() => void>();
  config: Json;
  gatewayConfig: Json;
  source = '';
  realSdk: string | undefined; // the folder whose node_modules has upstream's real package
  open = true; // register() is running
  failed = false;
  failure = '';
  #ready: (() => void) | undefined;
  #announced = false;
  #changed = false;

  constructor(params: StartParams, kernel: Kernel) {
    this.id = params.plugin;
    this.directory = params.directory;
    this.manifest = params.manifest ?? {};
    this.mode = params.mode ?? 'full';
    this.version = params.version;
    this.config = params.config;
    this.gatewayConfig = withAgentDefaults(params.gatewayConfig ?? {});
    this.kernel = kernel;
    this.logger = makeLogger((level, line) => this.log(level, line));
  }

  /** Aborted when the plugin stops or fails. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Aborted when the plugin fails, before anything of it ends. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  run<T>(work: () => T): T {
    return runAs(this, work);
  }

  log(level: Level, line: string): void {
    for (const text of this.#lines.take(line, Date.now())) {
      this.kernel.notify('log.write', { plugin: this.id, level, line: text });
    }
  }

  request(method: string, params: object, options?: RequestOptions): Promise<unknown> {
    if (this.failed || this.signal.aborted) return Promise.reject(new CallError('unavailable', `${method}: the plugin has ended`));
    const signal = options?.signal === undefined ? this.signal : AbortSignal.any([this.signal, options.signal]);
    return this.kernel.request(method, { plugin: this.id, ...params }, { ...options, signal });
  }

  requestSync(method: string, params: object): unknown {
    if (this.failed || this.signal.aborted) throw new CallError('unavailable', `${method}: the plugin has ended`);
    return this.kernel.requestSync(method, { plugin: this.id, ...params });
  }

  notify(method: string, params: object): void {
    if (!this.signal.aborted) this.kernel.notify(method, { plugin: this.id, ...params });
  }

  /** What has to be there before the plugin works, and is too dear for one that was only registered. */
  beforeWork(prepare: () => void): void {
    this.#ready = prepare;
  }

  prepare(): void {
    const prepare = this.#ready;
    this.#ready = undefined;
    prepare?.();
  }

  /** Runs a call of the kernel as this plugin; it ends with the plugin. */
  async serve<T>(call: IncomingCall, work: () => T | Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      this.prepare();
      return await runAs(this, work);
    } finally {
      this.#calls.delete(call);
    }
  }

  /** Adds a registration; one that cannot be added is told. `noun` is what people call it. */
  register(registration: NewRegistration, noun: string): void {
    const fault = this.registrations.add(registration);
    const { kind, id } = registration;
    if (fault === 'known') {
      const code = kind === 'tool' ? 'duplicate_tool_name' : 'duplicate_registration';
      this.diagnostics.warn(code, `${noun} "${id}" is registered twice: the first stays`);
    } else if (fault !== undefined) {
      const problem = fault === 'too long' ? 'its name is too long' : 'the plugin has too many registrations';
      this.diagnostics.warn('invalid_registration', `${noun} "${id.slice(0, 64)}": ${problem}`);
    }
    this.changed();
  }

  onEnd(ending: Ending): void {
    this.#endings.push(ending);
  }

  onConfig(listener: () => void): () => void {
    this.#configListeners.add(listener);
    return () => this.#configListeners.delete(listener);
  }

  configChanged(config: Json, gatewayConfig: Json | undefined): void {
    this.config = config;
    if (gatewayConfig !== undefined) this.gatewayConfig = withAgentDefaults(gatewayConfig);
    for (const listener of this.#configListeners) this.run(listener);
  }

  /** From now on, changes of the registrations are told to the kernel, once per turn of the loop. */
  announce(): Registration[] {
    this.#announced = true;
    return this.registrations.list();
  }

  changed(): void {
    if (!this.#announced || this.#changed) return;
    this.#changed = true;
    queueMicrotask(() => {
      this.#changed = false;
      this.notify('plugin.registered', { registrations: this.registrations.list() });
    });
  }

  /** The plugin has broken; the process goes on without it. */
  fail(message: string): void {
    if (this.failed || this.signal.aborted) return;
    this.failed = true;
    this.failure = message;
    if (this.#announced) this.kernel.notify('plugin.failed', { plugin: this.id, message });
    this.#broken.abort(new CallError('unavailable', message));
    void this.end(new CallError('unavailable', `the plugin has ended: ${message}`));
  }

  /** Ends what it has begun, the newest first. Never rejects. */
  async end(reason: CallError): Promise<void> {
    this.open = false;
    for (const call of [...this.#calls]) call.cancel(reason);
    this.registrations.clear();
    this.hooks.clear();
    const endings = this.#endings.splice(0).reverse();
    for (const ending of endings) {
      try {
        await within(ENDING_MS, runAs(this, async () => ending()));
      } catch (error) {
        this.log('warn', `while it stopped: ${textOf(error)}`);
      }
    }
    this.handles.clear();
    this.#ended.abort(reason);
  }
}
