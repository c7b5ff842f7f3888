// A message came in: the kernel runs the turn, the plugin delivers its pieces (variant B of the contract's 7.3).
// Each delivery is awaited before the kernel hears of it, so that a slow chat network slows the turn, and nothing is lost unseen.

import { asCallError, textOf } from '../connection/errors.js';
import type { Plugin } from '../plugin/plugin.js';
import { encodeValue } from '../plugin/values.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

type Deliver = (payload: Json, info: { kind: string }) => unknown;

interface Turn {
  context: Json;
  route?: Json | undefined;
  deliver: Deliver;
  onError?: ((error: unknown, info: { kind: string }) => unknown) | undefined;
  onReplyStart?: (() => unknown) | undefined;
  replyOptions?: Json | undefined;
}

export interface TurnResult extends Json {
  queuedFinal: boolean;
  counts: { tool: number; block: number; final: number };
}

/** After so long without an answer a turn has its message: the models think, and the queue would give it out again. */
const ADOPT_MS = 5000;

/** What of upstream's reply options is data; the functions among them are called here. */
const OPTION_NAMES = ['images', 'toolsAllow', 'disableBlockStreaming', 'suppressTyping', 'skillFilter', 'isHeartbeat', 'timeoutOverrideSeconds'];

const LISTENERS: Record<string, string> = { partial: 'onPartialReply', reasoning: 'onReasoningStream', tool: 'onToolResult', block: 'onBlockReply' };

function optionsOf(replyOptions: Json): Json {
  const options: Json = {};
  for (const name of OPTION_NAMES) if (replyOptions[name] !== undefined) options[name] = encodeValue(undefined, replyOptions[name]);
  options.listeners = ['partial', 'reasoning'].filter((type) => isFunction(replyOptions[LISTENERS[type]!]));
  return options;
}

const call = (listener: unknown, ...args: unknown[]): unknown => (isFunction(listener) ? (listener(...args) as unknown) : undefined);

async function deliverPiece(plugin: Plugin, turn: Turn, piece: Json, id: number): Promise<void> {
  const type = String(piece.type);
  const payload = isObject(piece.payload) ? piece.payload : {};
  const { replyOptions = {} } = turn;
  if (type === 'typing') {
    await call(turn.onReplyStart);
    await call(replyOptions.onReplyStart);
    return;
  }
  await call(replyOptions[LISTENERS[type] ?? ''], payload);
  if (type === 'partial' || type === 'reasoning') return;
  let error = '';
  let sent: unknown;
  try {
    sent = await turn.deliver(payload, { kind: type });
  } catch (problem) {
    error = textOf(problem) || 'the delivery failed';
    await call(turn.onError, problem, { kind: type });
  }
  if (piece.awaited !== true) return;
  const messageId = stringOf((sent as Json | null | undefined)?.messageId);
  plugin.notify('turn.delivered', { call: id, delivery: piece.delivery, error, ...(messageId !== undefined && { messageId }) });
}

/** Tells the queue that a message came from, once, that the kernel has it: it is not given to a turn again. */
function adopting(plugin: Plugin, lifecycle: unknown): () => Promise<void> {
  let told: Promise<void> | undefined;
  const tell = async () => {
    try {
      await call((lifecycle as Json | undefined)?.onAdopted);
    } catch (error) {
      plugin.log('warn', `a message that a turn has taken: ${textOf(error)}`);
    }
  };
  return () => (told ??= tell());
}

export async function runTurn(plugin: Plugin, turn: Turn): Promise<TurnResult> {
  const { replyOptions = {} } = turn;
  const signal = replyOptions.abortSignal instanceof AbortSignal ? { signal: replyOptions.abortSignal } : {};
  call(replyOptions.onAgentRunStart, stringOf(turn.context.MessageSid) ?? '');
  const adopt = adopting(plugin, replyOptions.turnAdoptionLifecycle);
  const answer = plugin.request('turn.run', {
    context: encodeValue(undefined, turn.context),
    ...(turn.route !== undefined && { route: encodeValue(undefined, turn.route) }),
    options: optionsOf(replyOptions),
  }, { ...signal, onEvent: async (piece, id) => {
    await adopt();
    await plugin.run(() => deliverPiece(plugin, turn, piece as Json, id));
  } });
  const slow = setTimeout(() => void adopt(), ADOPT_MS).unref();
  try {
    const result = await answer;
    await adopt();
    return result as TurnResult;
  } finally {
    clearTimeout(slow);
  }
}

/** runtime.channel.reply: the classic way of community channels. */
export function replyRuntime(plugin: Plugin): Json {
  const run = (params: Json, dispatcher: Json) => runTurn(plugin, {
    context: params.ctx as Json,
    deliver: (payload, info) => (dispatcher.deliver as Deliver)(payload, info),
    onError: dispatcher.onError as Turn['onError'],
    onReplyStart: (dispatcher.onReplyStart ?? (dispatcher.typingCallbacks as Json | undefined)?.onReplyStart) as Turn['onReplyStart'],
    replyOptions: { ...(params.replyOptions as Json | undefined), ...(params.toolsAllow !== undefined && { toolsAllow: params.toolsAllow }) },
  });
  return {
    dispatchReplyWithBufferedBlockDispatcher: async (params: Json) => {
      const dispatcher = params.dispatcherOptions as Json;
      try {
        return await run(params, dispatcher);
      } finally {
        await call(dispatcher.onIdle);
        await call(dispatcher.onCleanup);
      }
    },
    createReplyDispatcherWithTyping: (options: Json) => makeDispatcher(options),
    createReplyDispatcher: (options: Json) => makeDispatcher(options).dispatcher,
    dispatchReplyFromConfig: (params: Json) => {
      const dispatcher = params.dispatcher as ReturnType<typeof makeDispatcher>['dispatcher'];
      return run(params, dispatcher.options);
    },
    withReplyDispatcher: async (params: { run(): unknown; onSettled?(): unknown }) => {
      try {
        return await params.run();
      } finally {
        await params.onSettled?.();
      }
    },
    settleReplyDispatcher: async (params: { onSettled?(): unknown }) => {
      await params.onSettled?.();
    },
  };
}

/** A dispatcher as plugins hold one: it delivers by the plugin's own function, in order. */
function makeDispatcher(options: Json) {
  const counts = { tool: 0, block: 0, final: 0 };
  let queue: Promise<unknown> = Promise.resolve();
  const send = (kind: keyof typeof counts) => (payload: Json) => {
    counts[kind] += 1;
    queue = queue.then(() => (options.deliver as Deliver)(payload, { kind })).catch((error: unknown) => call(options.onError, error, { kind }));
    return true;
  };
  const dispatcher = {
    options,
    sendToolResult: send('tool'),
    sendBlockReply: send('block'),
    sendFinalReply: send('final'),
    waitForIdle: async () => void (await queue),
    getQueuedCounts: () => ({ ...counts }),
    markComplete: () => {},
  };
  return { dispatcher, replyOptions: {}, markDispatchIdle: () => call(options.onIdle ?? (options.typingCallbacks as Json | undefined)?.onIdle), markRunComplete: () => {} };
}

/** runtime.channel.inbound, also known as runtime.channel.turn: the way of upstream's own channels. */
export function inboundRuntime(plugin: Plugin): Json {
  const dispatch = async (plan: Json): Promise<Json> => {
    const delivery = plan.delivery as Json;
    const route = plan.route as Json | undefined;
    const context = (plan.ctxPayload ?? plan.ctx) as Json;
    const dispatchResult = await runTurn(plugin, {
      context,
      route,
      deliver: async (payload, info) => {
        const prepared = isFunction(delivery.preparePayload) ? await delivery.preparePayload(payload, info) : payload;
        return (delivery.deliver as Deliver)((prepared ?? payload) as Json, info);
      },
      onError: delivery.onError as Turn['onError'],
      onReplyStart: (plan.dispatcherOptions as Json | undefined)?.onReplyStart as Turn['onReplyStart'],
      replyOptions: plan.replyOptions as Json | undefined,
    });
    return { admission: { kind: 'dispatch' }, dispatched: true, ctxPayload: context,
      routeSessionKey: route?.sessionKey ?? context?.SessionKey, dispatchResult };
  };
  return {
    dispatch,
    dispatchReply: dispatch,
    runPreparedReply: async (turn: Json) => {
      const dispatchResult = await (turn.runDispatch as () => unknown)();
      return { admission: { kind: 'dispatch' }, dispatched: true, ctxPayload: turn.ctxPayload, dispatchResult };
    },
    run: (params: Json) => runAdapter(params, dispatch),
  };
}

interface Adapter {
  ingest(raw: unknown): unknown;
  classify?(input: unknown): unknown;
  preflight?(input: unknown, event: unknown): unknown;
  resolveTurn(input: unknown, event: unknown, preflight: unknown): unknown;
  onFinalize?(result: unknown): unknown;
}

async function runAdapter(params: Json, dispatch: (plan: Json) => Promise<Json>): Promise<Json> {
  const adapter = params.adapter as unknown as Adapter;
  const drop = (reason: string) => ({ admission: { kind: 'drop', reason }, dispatched: false });
  const input = await adapter.ingest(params.raw);
  if (input === null || input === undefined) return drop('ingest-null');
  const event = (await adapter.classify?.(input)) ?? { kind: 'message', canStartAgentTurn: true };
  if ((event as Json).canStartAgentTurn === false) return { admission: { kind: 'handled', reason: `event:${(event as Json).kind}` }, dispatched: false };
  const before = await adapter.preflight?.(input, event);
  const preflight = isObject(before) ? (typeof before.kind === 'string' ? { admission: before } : before) : {};
  const admission = (preflight as Json).admission as Json | undefined;
  if (admission !== undefined && admission.kind !== 'dispatch') return { admission, dispatched: false };
  const plan = (await adapter.resolveTurn(input, event, preflight)) as Json;
  let result: Json;
  try {
    result = isFunction(plan.runDispatch) ? { admission: { kind: 'dispatch' }, dispatched: true, ctxPayload: plan.ctxPayload,
      dispatchResult: await plan.runDispatch() } : await dispatch(plan);
  } catch (error) {
    await adapter.onFinalize?.({ admission: { kind: 'dispatch' }, dispatched: false, error: asCallError(error).message });
    throw error;
  }
  await adapter.onFinalize?.(result);
  return result;
}
