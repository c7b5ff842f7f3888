// What a debouncer's onFlush may answer with: work that was begun, and when the next of the same key may begin.

import { isObject, type Json } from '../../json.js';

export interface Flush {
  admission: Promise<void>;
  completion: Promise<void>;
}

type Listener = (...args: unknown[]) => unknown;

/** Begins `dispatch` with a lifecycle of its own; it is admitted once the turn owns the messages, or at its end. */
export function createFlush(params: Json): Flush {
  const source = (isObject(params.lifecycle) ? params.lifecycle : {}) as Record<string, Listener | undefined>;
  const admitted = Promise.withResolvers<void>();
  const lifecycle = {
    ...source,
    abortSignal: source.abortSignal ?? new AbortController().signal,
    onAdopted: async () => {
      await source.onAdopted?.();
      admitted.resolve();
    },
    onDeferred: () => {
      const accepted = source.onDeferred?.();
      if (accepted !== false) admitted.resolve();
      return accepted;
    },
    onAdoptionFinalizing: () => source.onAdoptionFinalizing?.(),
    onAbandoned: async () => source.onAbandoned?.(),
  };
  const completion = (async () => {
    try {
      await (params.dispatch as Listener)(lifecycle);
    } finally {
      admitted.resolve();
    }
  })();
  return { admission: admitted.promise, completion };
}

/** Waits until the next flush of the same key may begin; `failed` hears of what goes wrong later. */
export async function settleFlush(made: unknown, failed: (error: unknown) => void): Promise<void> {
  const { admission, completion } = (isObject(made) ? made : {}) as Partial<Flush>;
  if (!(completion instanceof Promise)) {
    await made;
    return;
  }
  const ended = completion.catch(failed);
  await Promise.race([admission, ended]);
}
