// What the kernel may ask of this process: a table of methods over the plugins that run in it.

import { callGatewayMethod } from '../calls/gateway_method.js';
import { invoke } from '../calls/capability.js';
import { listAccounts, send, startAccount, stopAccount } from '../calls/channel.js';
import { runCommand } from '../calls/command.js';
import { complete, listModels } from '../calls/provider.js';
import { callTool, resolveTools } from '../calls/tool.js';
import { CallError } from '../connection/errors.js';
import type { IncomingCall } from '../connection/incoming.js';
import type { Handler, Peer } from '../connection/peer.js';
import { runHook } from '../hooks/run.js';
import { startPlugin } from '../load/start.js';
import { within } from '../plugin/deadline.js';
import type { Kernel, Plugin } from '../plugin/plugin.js';
import { isObject, type Json } from '../json.js';
import type { HostHelloParams, HostHelloResult, PluginStartParams as StartParams } from '../protocol.js';
import { answerHello } from './hello.js';

/** The kernel waits 5 seconds. */
const SHUTDOWN_MS = 4000;

type Method = (plugin: Plugin, params: Json, call: IncomingCall) => Promise<Json>;

/** Loaded with the first request: Node's HTTP costs 11 MB. */
const handleRoute: Method = async (plugin, params, call) => (await import('../calls/http_route.js')).handleRoute(plugin, params, call);

const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries({
  'tool.call': callTool,
  'tool.resolve': resolveTools,
  'command.run': runCommand,
  'gatewayMethod.call': callGatewayMethod,
  'httpRoute.handle': handleRoute,
  'capability.invoke': invoke,
  'channel.start': startAccount,
  'channel.stop': stopAccount,
  'channel.accounts': listAccounts,
  'channel.send': send,
  'provider.complete': complete,
  'provider.listModels': listModels,
}));

/** The process around the host. */
export interface HostProcess {
  /** Every plugin has ended, and the answer is on its way. */
  finish(): void;
  /** The kernel takes frames of at most so many bytes. */
  limit(frameBytesMax: number): void;
}

export class Host implements Handler {
  readonly #plugins = new Map<string, Plugin>();
  readonly #process: HostProcess;
  #kernel: Kernel | undefined;
  #peer: Peer | undefined;

  constructor(process: HostProcess) {
    this.#process = process;
  }

  connect(peer: Peer): void {
    this.#peer = peer;
  }

  get plugins(): Iterable<Plugin> {
    return this.#plugins.values();
  }

  request(method: string, params: Json, call: IncomingCall): unknown {
    if (method === 'host.hello') return this.#hello(params as unknown as HostHelloParams);
    if (this.#kernel === undefined) throw new CallError('protocol', `${method}: host.hello comes first`);
    if (method === 'plugin.start') return this.#start(params as unknown as StartParams, this.#kernel, call);
    if (method === 'plugin.stop') return this.#stop(this.#get(params.plugin));
    if (method === 'hook.run') return this.#hook(params, call);
    if (method === 'host.shutdown') return this.#shutdown();
    const handler = METHODS.get(method);
    if (handler === undefined) throw new CallError('unsupported', `there is no method ${method}`);
    const plugin = this.#get(params.plugin);
    return plugin.serve(call, () => handler(plugin, params, call));
  }

  notification(method: string, params: Json): void {
    if (method !== 'plugin.configChanged') return;
    const plugin = this.#plugins.get(params.plugin as string);
    plugin?.configChanged(params.config as Json, isObject(params.gatewayConfig) ? params.gatewayConfig : undefined);
  }

  #hello(params: HostHelloParams): HostHelloResult {
    if (this.#kernel !== undefined) throw new CallError('protocol', 'host.hello: it was said before');
    const answer = answerHello(params);
    const peer = this.#peer!;
    if (params.stateDirectory) process.env.OPENCLAW_STATE_DIR ??= params.stateDirectory; // where plugins look by themselves
    this.#process.limit(params.limits.frameBytesMax);
    this.#kernel = {
      request: (method, given, options) => peer.request(method, given, options),
      requestSync: (method, given) => peer.requestSync(method, given),
      notify: (method, given) => peer.notify(method, given),
      stateDirectory: params.stateDirectory ?? '',
      version: params.kernel,
    };
    return answer;
  }

  #get(id: unknown): Plugin {
    const plugin = this.#plugins.get(id as string);
    if (plugin === undefined) throw new CallError('not_found', `plugin "${String(id)}" is not started`);
    if (plugin.failed) throw new CallError('unavailable', `plugin "${plugin.id}" has ended: ${plugin.failure}`);
    return plugin;
  }

  async #start(params: StartParams, kernel: Kernel, call: IncomingCall): Promise<Json> {
    const known = this.#plugins.get(params.plugin);
    if (known !== undefined && !known.failed) throw new CallError('already_exists', `plugin "${params.plugin}" is started already`);
    let plugin: Plugin | undefined;
    try {
      const own = { ...kernel, stateDirectory: params.stateDirectory ?? kernel.stateDirectory };
      return await startPlugin(params, own, call.signal, (made) => {
        plugin = made;
        this.#plugins.set(made.id, made);
      });
    } catch (error) {
      if (plugin === undefined || this.#plugins.get(plugin.id) === plugin) this.#plugins.delete(params.plugin);
      throw error;
    }
  }

  async #stop(plugin: Plugin): Promise<Json> {
    await plugin.end(new CallError('unavailable', `plugin "${plugin.id}" is stopped`));
    this.#plugins.delete(plugin.id);
    return {};
  }

  #hook(params: Json, call: IncomingCall): Promise<Json> {
    const only = Array.isArray(params.plugins) ? new Set(params.plugins) : undefined;
    const asked = [...this.#plugins.values()].filter((plugin) => !plugin.failed && (only === undefined || only.has(plugin.id)));
    const extras = { abortSignal: call.signal, hookInvocation: { assertActive: () => {} }, getSessionExtension: () => undefined,
      getCron: () => undefined };
    return runHook(asked, params.name as string, params.event as Json, params.context as Json, extras) as Promise<Json>;
  }

  async #shutdown(): Promise<Json> {
    const reason = new CallError('unavailable', 'the gateway is shutting down');
    const ends = Promise.all([...this.#plugins.values()].map((plugin) => plugin.end(reason)));
    await within(SHUTDOWN_MS, ends).catch(() => {}); // who has not ended by now ends with the process
    this.#plugins.clear();
    setImmediate(() => this.#process.finish());
    return {};
  }
}
