// runtime.channel.session: the kernel keeps the sessions. What a channel says of them is noted here as its messages come in; what it asks is
// answered by the kernel, and by the notes where the kernel cannot be asked at once.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Plugin } from '../../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../../json.js';
import { sessionNow, sessionsNow } from '../sessions.js';
import { pluginDirectoryOf, readDocument, stateDirectoryOf, writeDocument } from './store.js';

const SESSIONS_MAX = 2000;
const WRITE_MS = 1000;

/** What is known of sessions; written at most once a second, and at the end. */
class SessionNotes {
  readonly #path: string;
  #notes: Json | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(plugin: Plugin) {
    this.#path = join(pluginDirectoryOf(plugin), 'sessions.json');
    plugin.onEnd(() => this.#write());
  }

  all(): Json {
    this.#notes ??= readDocument(this.#path);
    return this.#notes;
  }

  find(key: unknown): Json | undefined {
    const found = this.all()[String(key).toLowerCase()];
    return isObject(found) ? found : undefined;
  }

  note(key: unknown, change: Json): Json {
    const notes = this.all();
    const name = String(key).toLowerCase();
    const entry = { ...(this.find(key) ?? { sessionId: name }), ...change, updatedAt: Date.now() };
    delete notes[name]; // so that the newest stand last
    notes[name] = entry;
    const names = Object.keys(notes);
    for (const old of names.slice(0, Math.max(0, names.length - SESSIONS_MAX))) delete notes[old];
    this.#timer ??= setTimeout(() => this.#write(), WRITE_MS).unref();
    return entry;
  }

  #write(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#notes !== undefined) writeDocument(this.#path, this.#notes);
  }
}

function metaOf(ctx: unknown): Json {
  if (!isObject(ctx)) return {};
  const meta: Json = {};
  const names = { ChatType: 'chatType', Provider: 'channel', OriginatingChannel: 'channel', OriginatingTo: 'lastTo', AccountId: 'lastAccountId', ConversationLabel: 'displayName' };
  for (const [from, to] of Object.entries(names)) if (stringOf(ctx[from]) !== undefined) meta[to] = ctx[from];
  return meta;
}

export function sessionRuntime(plugin: Plugin): Json {
  const notes = new SessionNotes(plugin);
  const updateLastRoute = async (params: Json) => {
    const { channel, to, accountId, threadId } = (isObject(params.deliveryContext) ? params.deliveryContext : params) as Json;
    return notes.note(params.sessionKey, { lastChannel: channel, lastTo: to, lastAccountId: accountId, lastThreadId: threadId });
  };
  const entry = (key: unknown) => sessionNow(plugin, key, notes.find(key));
  return {
    resolveStorePath: (store?: unknown, options: Json = {}) => {
      const agent = stringOf(options?.agentId) ?? 'main';
      const template = stringOf(store);
      if (template === undefined) return join(stateDirectoryOf(plugin), 'agents', agent, 'sessions', 'sessions.json');
      return resolve(template.replaceAll('{agentId}', agent).replace(/^~(?=\/|$)/, homedir()));
    },
    readSessionUpdatedAt: ({ sessionKey }: Json) => entry(sessionKey)?.updatedAt,
    recordSessionMetaFromInbound: async ({ sessionKey, ctx }: Json) => notes.note(sessionKey, metaOf(ctx)),
    recordInboundSession: async (params: Json) => {
      try {
        const entry = notes.note(params.sessionKey, metaOf(params.ctx));
        if (isObject(params.updateLastRoute)) await updateLastRoute(params.updateLastRoute);
        return entry;
      } catch (error) {
        if (isFunction(params.onRecordError)) params.onRecordError(error);
        return null;
      }
    },
    updateLastRoute,
    /** For agent.session and the SDK's older readers of the session store. */
    entries: () => sessionsNow(plugin, notes.all()),
    entry,
  };
}
