// The parts of runtime.channel that keep something while the process runs: debouncing, activity, reactions, contexts.

import type { Plugin } from '../../plugin/plugin.js';
import { isFunction, isObject, type Json } from '../../json.js';
import { createFlush, settleFlush } from './flush.js';

const WAITING_KEYS_MAX = 2000;

interface Debounce {
  debounceMs?: number;
  buildKey(item: unknown): string | null | undefined;
  shouldDebounce?(item: unknown): boolean;
  resolveDebounceMs?(item: unknown): number | undefined;
  onFlush(items: unknown[], create: typeof createFlush): unknown;
  onError?(error: unknown, items: unknown[]): unknown;
}

/** Messages of one key that come shortly after each other are given on together. */
function createInboundDebouncer(plugin: Plugin, options: Debounce): Json {
  const waiting = new Map<string, { items: unknown[]; timer: NodeJS.Timeout }>();
  const flush = async (items: unknown[]) => {
    const failed = (error: unknown) => {
      if (!isFunction(options.onError)) throw error;
      options.onError(error, items);
    };
    try {
      await settleFlush(await options.onFlush(items, createFlush), failed);
    } catch (error) {
      failed(error);
    }
  };
  const flushKey = async (key: string) => {
    const found = waiting.get(key);
    if (found === undefined) return;
    clearTimeout(found.timer);
    waiting.delete(key);
    await flush(found.items);
  };
  const delayOf = (item: unknown) => options.resolveDebounceMs?.(item) ?? options.debounceMs ?? 0;
  const shouldBuffer = (item: unknown) => delayOf(item) > 0 && options.shouldDebounce?.(item) !== false && Boolean(options.buildKey(item));
  const drain = async () => void (await Promise.all([...waiting.keys()].map(flushKey)));
  plugin.onEnd(() => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
  });
  return {
    shouldBuffer,
    flushKey,
    drain,
    cancelKey: (key: string) => {
      clearTimeout(waiting.get(key)?.timer);
      return waiting.delete(key);
    },
    enqueue: async (item: unknown) => {
      const key = options.buildKey(item) ?? undefined;
      if (key === undefined || !shouldBuffer(item) || (!waiting.has(key) && waiting.size >= WAITING_KEYS_MAX)) {
        if (key !== undefined) await flushKey(key);
        await flush([item]);
        return;
      }
      const found = waiting.get(key);
      clearTimeout(found?.timer);
      const timer = setTimeout(() => {
        flushKey(key).catch((error: Error) => plugin.log('error', `a message that had waited: ${error.message}`));
      }, delayOf(item));
      waiting.set(key, { items: [...(found?.items ?? []), item], timer });
    },
  };
}

export function debounceRuntime(plugin: Plugin): Json {
  return {
    createInboundDebouncer: (options: Debounce) => createInboundDebouncer(plugin, options),
    resolveInboundDebounceMs: ({ cfg, channel, overrideMs }: Json) => {
      const inbound = ((cfg as Json | undefined)?.messages as Json | undefined)?.inbound as Json | undefined;
      const found = [overrideMs, (inbound?.byChannel as Json | undefined)?.[String(channel)], inbound?.debounceMs].find((ms) => typeof ms === 'number' && ms >= 0);
      return found ?? 0;
    },
  };
}

export function activityRuntime(): Json {
  const known = new Map<string, Json>();
  const keyOf = ({ channel, accountId }: Json) => `${channel} ${accountId ?? 'default'}`;
  return {
    record: (params: Json) => {
      const entry = known.get(keyOf(params)) ?? { inboundAt: null, outboundAt: null };
      known.set(keyOf(params), { ...entry, [params.direction === 'outbound' ? 'outboundAt' : 'inboundAt']: params.at ?? Date.now() });
    },
    get: (params: Json) => known.get(keyOf(params)) ?? { inboundAt: null, outboundAt: null },
  };
}

function shouldAckReaction(params: Json): boolean {
  const scope = params.scope ?? 'group-mentions';
  if (scope === 'all') return true;
  if (scope === 'direct') return params.isDirect === true;
  if (scope === 'group-all') return params.isGroup === true;
  if (scope !== 'group-mentions' || params.isMentionableGroup !== true || params.requireMention !== true) return false;
  return params.canDetectMention === true && (params.effectiveWasMentioned === true || params.shouldBypassMention === true);
}

export function reactionsRuntime(): Json {
  const told = (work: Promise<unknown>, onError: unknown) => void work.catch((error: unknown) => isFunction(onError) && onError(error));
  return {
    shouldAckReaction,
    createAckReactionHandle: ({ ackReactionValue, send, remove, onSendError }: Json) => {
      if (!ackReactionValue) return null;
      const ackReactionPromise = (send as () => Promise<void>)().then(() => true, (error: unknown) => {
        if (isFunction(onSendError)) onSendError(error);
        return false;
      });
      return { ackReactionPromise, ackReactionValue, remove };
    },
    removeAckReactionAfterReply: ({ removeAfterReply, ackReactionPromise, ackReactionValue, remove, onError }: Json) => {
      if (removeAfterReply !== true || !ackReactionPromise || !ackReactionValue) return;
      told((ackReactionPromise as Promise<boolean>).then((sent) => (sent ? (remove as () => unknown)() : undefined)), onError);
    },
    removeAckReactionHandleAfterReply: ({ removeAfterReply, ackReaction, onError }: Json) => {
      if (removeAfterReply !== true || !isObject(ackReaction)) return;
      told((ackReaction.ackReactionPromise as Promise<boolean>).then((sent) => (sent ? (ackReaction.remove as () => unknown)() : undefined)), onError);
    },
  };
}

/** runtime.channel.runtimeContexts: what the parts of one channel share by name. */
export function contextsRuntime(): Json {
  const known = new Map<string, unknown>();
  const watchers = new Set<(event: Json) => void>();
  const keyOf = ({ channelId, accountId, capability }: Json) => `${channelId} ${accountId ?? ''} ${capability}`;
  return {
    register: ({ context, abortSignal, ...key }: Json) => {
      known.set(keyOf(key), context);
      for (const watcher of watchers) watcher({ type: 'registered', key, context });
      const dispose = () => {
        if (known.get(keyOf(key)) !== context) return;
        known.delete(keyOf(key));
        for (const watcher of watchers) watcher({ type: 'unregistered', key });
      };
      if (abortSignal instanceof AbortSignal) abortSignal.addEventListener('abort', dispose, { once: true });
      return { dispose };
    },
    get: (key: Json) => known.get(keyOf(key)),
    watch: ({ onEvent }: Json) => {
      watchers.add(onEvent as (event: Json) => void);
      return () => watchers.delete(onEvent as (event: Json) => void);
    },
  };
}
