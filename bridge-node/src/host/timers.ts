// Timers end with their plugin: its intervals are cleared, and what it would begin after its end does not begin.

import type { Plugin } from '../plugin/plugin.js';

type Timer = ReturnType<typeof setTimeout>;
type Start = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => Timer;

/** A timer that never fires, for whoever wants one after its end. */
function deadTimer(own: Start): Timer {
  const timer = own(() => {});
  clearTimeout(timer);
  return timer;
}

export function tieTimers(current: () => Plugin | undefined): void {
  const intervals = new WeakMap<Plugin, Set<Timer>>();
  const owners = new WeakMap<object, Set<Timer>>();

  const setOf = (plugin: Plugin): Set<Timer> => {
    let set = intervals.get(plugin);
    if (set === undefined) {
      const timers = new Set<Timer>();
      set = timers;
      intervals.set(plugin, set);
      plugin.signal.addEventListener('abort', () => {
        for (const timer of timers) clearInterval(timer);
        timers.clear();
      }, { once: true });
    }
    return set;
  };

  const replace = (name: 'setTimeout' | 'setInterval', keep: (plugin: Plugin, timer: Timer) => void) => {
    const own = globalThis[name] as unknown as Start;
    const start: Start = (callback, ms, ...args) => {
      const plugin = current();
      if (plugin?.signal.aborted) return deadTimer(own);
      const timer = own(callback, ms, ...args);
      if (plugin !== undefined) keep(plugin, timer);
      return timer;
    };
    // What else hangs on the function (for util.promisify) stays.
    Object.defineProperties(start, Object.getOwnPropertyDescriptors(own));
    (globalThis as Record<string, unknown>)[name] = start;
  };
  replace('setTimeout', () => {});
  replace('setInterval', (plugin, timer) => {
    const timers = setOf(plugin);
    timers.add(timer);
    owners.set(timer, timers);
  });

  const forget = (clear: (timer?: Timer) => void) => (timer?: Timer) => {
    if (typeof timer === 'object' && timer !== null) owners.get(timer)?.delete(timer);
    clear(timer);
  };
  globalThis.clearInterval = forget(globalThis.clearInterval as (timer?: Timer) => void) as typeof clearInterval;
  globalThis.clearTimeout = forget(globalThis.clearTimeout as (timer?: Timer) => void) as typeof clearTimeout;
}
