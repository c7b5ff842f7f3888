// "is typing" while an answer is made, and the prefix of answers.

import { resolveEffectiveMessagesConfig } from './messages.js';
import type { Json } from './values.js';

const KEEP_ALIVE_MS = 3000;
const LONGEST_MS = 60_000;
const FAILURES_MAX = 2;

export function logTypingFailure({ log, channel, target, action, error }: Json): void {
  log?.(`${channel} typing${action === undefined ? '' : ` ${action}`} failed${target === undefined ? '' : ` target=${target}`}: ${String(error)}`);
}

/** Starts it, repeats it as the network forgets it, and ends it once. */
export function createTypingCallbacks(params: Json): Json {
  const { start, stop, onStartError, onStopError, keepaliveIntervalMs = KEEP_ALIVE_MS, maxDurationMs = LONGEST_MS } = params;
  let repeat: NodeJS.Timeout | undefined;
  let longest: NodeJS.Timeout | undefined;
  let begun = false;
  let failures = 0;
  const quiet = () => {
    clearInterval(repeat);
    clearTimeout(longest);
    repeat = undefined;
  };
  const once = async () => {
    try {
      await start();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures >= (params.maxConsecutiveFailures ?? FAILURES_MAX)) quiet();
      onStartError?.(error);
    }
  };
  const end = async () => {
    quiet();
    if (!begun) return;
    begun = false;
    try {
      await stop?.();
    } catch (error) {
      (onStopError ?? onStartError)?.(error);
    }
  };
  return {
    onReplyStart: async () => {
      begun = true;
      failures = 0;
      quiet();
      if (keepaliveIntervalMs > 0) repeat = setInterval(() => void once(), keepaliveIntervalMs).unref();
      if (maxDurationMs > 0) longest = setTimeout(() => void end(), maxDurationMs).unref();
      await once();
    },
    onIdle: () => void end(),
    onCleanup: () => void end(),
  };
}

export function createReplyPrefixContext({ cfg, agentId, channel, accountId }: Json): Json {
  const prefixContext: Json = {};
  const { responsePrefix } = resolveEffectiveMessagesConfig(cfg, agentId, { channel, accountId });
  return {
    prefixContext,
    responsePrefix,
    responsePrefixContextProvider: () => prefixContext,
    onModelSelected: (model: Json) => Object.assign(prefixContext, { provider: model.provider, model: model.model, thinkingLevel: model.thinkLevel ?? 'off' }),
  };
}
