// What a person has pressed: from the channel that heard of it to the plugin that sent the buttons, and what that one has to say back by
// the functions of `respond`, which are the channel's. In one process the two meet directly. Between processes the kernel carries the event;
// what the handler says is noted there, and said here once the handler has ended.

import { findInteractive, type Interactive } from '../api/interactive.js';
import { CallError } from '../connection/errors.js';
import { currentPlugin } from '../plugin/context.js';
import type { Plugin } from '../plugin/plugin.js';
import { decodeValue, encodeValue, functionsOf } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';
import { requestGateway } from './kernel.js';

/** What every channel of upstream's lets a handler do, where the channel does not say. */
const USUAL = ['acknowledge', 'reply', 'followUp', 'editMessage', 'editButtons', 'clearButtons', 'clearComponents', 'clearTimeout', 'deleteMessage'];
const SAID_MAX = 32;
const FORGET_MS = 300_000;
const REMEMBERED_MAX = 4096;

interface Match {
  registration: Json;
  namespace: string;
  payload: string;
}

export interface InteractiveEvent extends Json {
  channel: unknown;
  data: unknown;
  invoke(match: Match): unknown;
}

interface Saying {
  name: string;
  arguments: unknown[];
}

/** A press that comes twice, as chat networks send them, is answered once. */
class Presses {
  readonly #running = new Set<string>();
  readonly #done = new Map<string, number>();

  claim(key: string, now = Date.now()): boolean {
    const done = this.#done.get(key);
    if (this.#running.has(key) || (done !== undefined && now - done < FORGET_MS)) return false;
    this.#running.add(key);
    return true;
  }

  end(key: string, answered: boolean, now = Date.now()): void {
    this.#running.delete(key);
    if (!answered) return;
    this.#done.delete(key);
    this.#done.set(key, now);
    if (this.#done.size > REMEMBERED_MAX) this.#done.delete(this.#done.keys().next().value!);
  }
}

const presses = new Presses();
const here = () => {
  const plugin = currentPlugin();
  if (plugin === undefined) throw new Error('what was pressed can only be told by code of a plugin that has been started');
  return plugin;
};

/** The channel's functions, called as the channel's plugin whoever calls them. */
function respondOf(plugin: Plugin, respond: unknown): Json {
  if (!isObject(respond)) return {};
  return Object.fromEntries(functionsOf(respond).map((name) =>
    [name, (...given: unknown[]) => plugin.run(() => (respond[name] as (...given: unknown[]) => unknown).apply(respond, given))]));
}

async function say(respond: Json, said: unknown): Promise<void> {
  for (const saying of Array.isArray(said) ? said.slice(0, SAID_MAX) as Saying[] : []) {
    const run = isObject(saying) && Object.hasOwn(respond, String(saying.name)) ? respond[saying.name] : undefined;
    if (isFunction(run)) await run(...(Array.isArray(saying.arguments) ? (decodeValue(saying.arguments) as unknown[]) : []));
  }
}

/** A handler of a plugin in another process, as if it were here; none when nobody has registered it. */
async function findElsewhere(plugin: Plugin, channel: string, namespace: string): Promise<Interactive | undefined> {
  let owner: string;
  try {
    owner = String(((await requestGateway(plugin, 'interactive.find', { channel, namespace })) as Json).plugin);
  } catch (error) {
    if (!(error instanceof CallError) || error.status !== 'not_found') plugin.log('warn', `who answers "${namespace}": ${(error as Error).message}`);
    return undefined;
  }
  return { channel, namespace, pluginId: owner, pluginName: owner, handler: async (context) => {
    const own = isObject(context.respond) ? context.respond : {};
    const event = { ...context, respond: functionsOf(own) };
    const { respond: said, ...result } = (await requestGateway(plugin, 'interactive.dispatch', { channel, namespace, event })) as Json;
    await say(own, said);
    return result;
  } };
}

async function matchOf(plugin: Plugin, channel: string, data: string): Promise<Match | undefined> {
  const [, namespace = '', payload = ''] = /^([^:]*):?([\s\S]*)$/.exec(data.trim())!;
  if (namespace === '') return undefined;
  const found = findInteractive(channel, namespace) ?? await findElsewhere(plugin, channel, namespace);
  if (found === undefined) return undefined;
  const handler = (context: Json) => found.handler({ ...context, respond: respondOf(plugin, context.respond) });
  return { registration: { ...found, handler }, namespace, payload };
}

/** dispatchPluginInteractiveHandler of the SDK. */
export async function dispatchInteractive(event: InteractiveEvent): Promise<Json> {
  const plugin = here();
  const match = await matchOf(plugin, String(event.channel).trim().toLowerCase(), String(event.data));
  if (match === undefined) return { matched: false, handled: false, duplicate: false };
  const key = stringOf(event.dedupeId)?.trim() ?? '';
  if (key !== '' && !presses.claim(key)) return { matched: true, handled: true, duplicate: true };
  let answered = false;
  try {
    if (isFunction(event.onMatched)) await event.onMatched();
    const result: unknown = await event.invoke(match);
    if (isFunction(event.afterInvoke)) await event.afterInvoke(result);
    answered = true;
    const more = isObject(result) && Object.keys(result).some((name) => name !== 'handled');
    return { matched: true, handled: (result as Json | undefined)?.handled ?? true, duplicate: false, ...(more && { result }) };
  } finally {
    if (key !== '') presses.end(key, answered);
  }
}

/** Conversations are not bound to plugins here. */
export const bindingFunctions = (): Json => ({
  requestConversationBinding: async () => ({ status: 'error', message: 'this gateway does not bind conversations to plugins' }),
  detachConversationBinding: async () => ({ removed: false }),
  getCurrentConversationBinding: async () => null,
});

/** createChannelInteractiveDispatcher of the SDK: the form in which a channel says what was pressed. */
export function interactiveDispatcher(config: Json): (given: Json) => Promise<Json> {
  const key = String(config.interactiveKey);
  const source = stringOf(config.dispatchInteractiveKey) ?? key;
  return (given) => dispatchInteractive({ ...given, channel: config.channel, data: given.data, invoke: ({ registration, namespace, payload }) => {
    const { [source]: pressed, ...context } = given.ctx as Json;
    return (registration.handler as Interactive['handler'])({ ...context, channel: config.channel,
      [key]: { ...(pressed as Json), data: given.data, namespace, payload }, respond: given.respond, ...bindingFunctions() });
  } });
}

/** A handler of this process is asked for a channel of another: what it says by `respond` comes with its answer. */
export async function answerPressed({ handler }: Interactive, event: Json): Promise<Json> {
  const said: Saying[] = [];
  const names = Array.isArray(event.respond) ? event.respond.flatMap((name) => stringOf(name) ?? []) : USUAL;
  const noting = (name: string) => async (...given: unknown[]) => {
    if (said.length >= SAID_MAX) throw new CallError('exhausted', `respond.${name}: a handler can say ${SAID_MAX} things for each press`);
    said.push({ name, arguments: encodeValue(undefined, given) as unknown[] });
  };
  const respond = Object.fromEntries(names.map((name) => [name, noting(name)]));
  const result = await handler({ ...event, respond, ...bindingFunctions() });
  return { ...(isObject(result) ? result : {}), handled: (result as Json | undefined)?.handled ?? true, ...(said.length > 0 && { respond: said }) };
}
