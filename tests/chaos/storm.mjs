// A gateway with good plugins that are called without a pause and bad ones that things happen to, until so many faults
// have happened. Measures; what the figures have to be is the tests' matter.

import { readFileSync, readdirSync } from 'node:fs';
import { makeHome, startGateway } from '../e2e/gateway.mjs';
import { defer } from '../e2e/scope.mjs';
import { upstreamConfig } from '../e2e/upstream.mjs';
import { Caller } from './caller.mjs';
import { FAULTS } from './faults.mjs';
import { startModel } from './model.mjs';
import { Random } from './random.mjs';
import { kPluginsConfig, writeVictims } from './victims.mjs';

const kEveryMs = 25; // a call of a good plugin: a person's gateway is not always busy
const kWellTries = 6;
const kUnlimited = { gateway: { webSocket: { messagesPerMinutePerConnection: 0 } } }; // the good callers do not pause
const kCrashesMax = 3; // in this time, then quarantine
const kWindowMs = 5 * 60_000;

const kGood = {
  node: ['good_node', () => ({ a: 2, b: 3 }), ({ text }) => text === '5'],
  native: ['current_time', () => ({}), ({ text }) => /\d{4}/.test(text)],
};

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

/** What happens to whom, in which order: a matter of the seed alone. */
export function planOf(seed, count, victims) {
  const random = new Random(seed);
  const fitting = Object.entries(FAULTS).filter(([, { fits }]) => victims.some(fits));
  const all = fitting.reduce((sum, [, { weight }]) => sum + weight, 0);
  return Array.from({ length: count }, (_, number) => {
    let at = random.below(all);
    const [name, fault] = fitting.find(([, { weight }]) => (at -= weight) < 0);
    return { number, name, fault, victim: random.pick(victims.filter(fault.fits)), random: new Random(random.below(2 ** 32)) };
  });
}

class Storm {
  quiet = { node: [], native: [] };
  stormy = { node: [], native: [] };
  restarts = []; // milliseconds of POST …/restart of a plugin that can start
  wrong = []; // what must not happen, with the number of the fault
  happened = {}; // by fault
  quarantines = 0;
  callers = [];
  #gateway;
  #victims;
  #tried = new Set();
  #waiting = [];

  constructor(gateway, victims, seed) {
    this.#gateway = gateway;
    this.#victims = victims;
    this.seed = seed;
  }

  caller(name) {
    const made = new Caller(this.#gateway, name);
    this.callers.push(made);
    return made;
  }

  /** Throws what the gateway answered, with its status. */
  async api(method, path) {
    const response = await fetch(this.#gateway.url + path, { method, signal: AbortSignal.timeout(90_000) });
    const body = await response.text();
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${body.slice(0, 200)}`), { status: response.status });
    return body ? JSON.parse(body) : {};
  }

  /** Both good plugins, over and over, while `isGoingOn`. */
  goOn(into, isGoingOn) {
    return Promise.all(Object.keys(kGood).map((kind) => this.#steadily(kind, into[kind], isGoingOn)));
  }

  #steadily(kind, into, isGoingOn) {
    const caller = this.caller(`good-${kind}-${this.callers.length}`);
    let round = 0;
    let isBusy = false;
    return new Promise((finished) => {
      const timer = setInterval(async () => {
        if (isBusy) return;
        isBusy = true;
        if (!isGoingOn(round++) || !await this.#callGood(caller, kind, into)) {
          clearInterval(timer);
          caller.close();
          finished();
        }
        isBusy = false;
      }, kEveryMs);
    });
  }

  async #callGood(caller, kind, into) {
    const [tool, args, isRight] = kGood[kind];
    try {
      const result = await caller.call(tool, args());
      if (result.status !== 'completed' || !isRight(result)) this.wrong.push(`a good plugin (${kind}) answered ${JSON.stringify(result).slice(0, 200)}`);
      into.push(result.ms);
      return true;
    } catch (error) {
      this.wrong.push(`a good plugin (${kind}): ${error.message}`);
      return false;
    }
  }

  /** `lanes` faults at a time, each with a plugin of its own. */
  async rage(count, lanes) {
    const plan = planOf(this.seed, count, this.#victims);
    await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
      const caller = this.caller(`bad-${lane}`);
      for (let next = this.#take(plan); next; next = this.#take(plan)) {
        if (next.wait) {
          await new Promise((resolve) => this.#waiting.push(resolve));
          continue;
        }
        await this.#befall(next, caller);
        this.#tried.delete(next.victim.id);
        for (const resolve of this.#waiting.splice(0)) resolve();
      }
      caller.close();
    }));
  }

  /** The first whose plugin is not just being tried by another lane. */
  #take(plan) {
    if (plan.length === 0) return null;
    const at = plan.findIndex(({ victim }) => !this.#tried.has(victim.id));
    if (at < 0) return { wait: true };
    const [next] = plan.splice(at, 1);
    this.#tried.add(next.victim.id);
    return next;
  }

  async #befall({ number, name, fault, victim, random }, caller) {
    this.happened[name] = (this.happened[name] ?? 0) + 1;
    const scene = { victim, random, caller, api: (...what) => this.api(...what), ...this.#actions(victim, caller) };
    try {
      await fault.act(scene);
      if (victim.well) await this.#recover(victim, caller);
    } catch (error) {
      this.wrong.push(`fault ${number} (${name}, ${victim.id}): ${error.message}`);
      caller.close();
    }
  }

  #actions(victim, caller) {
    const stopAfter = (ms, andThen = () => {}) => setTimeout(() => {
      andThen();
      caller.stop();
    }, ms);
    return {
      stopAfter,
      callOrStop: async (tool, args, ms) => {
        let timer;
        const result = await caller.call(tool, args, { onStart: () => { timer = stopAfter(ms); } });
        clearTimeout(timer);
        return result;
      },
      tryRestart: async () => {
        victim.forgivenAt = Date.now();
        try {
          await this.api('POST', `/api/plugins/${victim.id}/restart`);
        } catch (error) {
          if (!error.status || error.status === 500) throw error; // refused in words is an answer
        }
      },
    };
  }

  /** The plugin works again, after a restart by the operator where it is in quarantine, and only there. */
  async #recover(victim, caller) {
    for (let tries = 0; tries < kWellTries; ++tries) {
      const { state, diagnostics } = await this.api('GET', `/api/plugins/${victim.id}`);
      this.#checkQuarantine(victim, diagnostics.some(({ code }) => code === 'quarantined'));
      if (state === 'failed') await this.#restart(victim);
      const result = await caller.call(victim.well);
      if (result.status === 'completed') return;
    }
    throw new Error('it does not work again');
  }

  async #restart(victim) {
    const before = performance.now();
    victim.forgivenAt = Date.now();
    await this.api('POST', `/api/plugins/${victim.id}/restart`);
    this.restarts.push(performance.now() - before);
  }

  /** When the plugin's process ended unasked, since the operator last restarted it: as the log tells it. */
  #deathsOf({ id, forgivenAt = 0 }) {
    const lines = this.#gateway.log.matchAll(new RegExp(`^(\\S+) .*plugin ${id}: .*(?:it is started again when|it is in quarantine after)`, 'gm'));
    return [...lines].map(([, time]) => Date.parse(time)).filter((time) => time >= forgivenAt);
  }

  /** With the third death in five minutes, and not before. */
  #checkQuarantine(victim, isQuarantined) {
    const deaths = this.#deathsOf(victim);
    const isDue = deaths.some((time, at) => at + 1 >= kCrashesMax && time - deaths[at + 1 - kCrashesMax] < kWindowMs);
    if (isQuarantined) ++this.quarantines;
    if (isQuarantined !== isDue) this.wrong.push(`${victim.id}: ${isQuarantined ? '' : 'not '}in quarantine after deaths at ${deaths}`);
  }
}

const memoryOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** {seed, faults, lanes, quietCalls, names?} → the figures. */
export async function rage(t, { seed, faults, lanes, quietCalls, names }) {
  const home = makeHome(t);
  const victims = writeVictims(home, names);
  const model = await startModel();
  defer(t, () => model.stop());
  const gateway = await startGateway(t, { home, config: { ...upstreamConfig(model.url), plugins: kPluginsConfig, ...kUnlimited } });
  const storm = new Storm(gateway, victims, seed);
  await learned(gateway, victims);
  await storm.goOn({ node: [], native: [] }, (round) => round < 20); // both are started, code is warm
  await storm.goOn(storm.quiet, (round) => round < quietCalls);
  const before = { memory: memoryOf(gateway.pid), descriptors: readdirSync(`/proc/${gateway.pid}/fd`).length };
  let isRaging = true;
  const good = storm.goOn(storm.stormy, () => isRaging);
  const begun = performance.now();
  await storm.rage(faults, lanes).finally(() => { isRaging = false; });
  await good;
  const { plugins } = await storm.api('GET', '/doctor');
  return {
    seed, gateway, storm, seconds: (performance.now() - begun) / 1000,
    unanswered: plugins.reports.reduce((sum, { unansweredCalls }) => sum + unansweredCalls, 0),
    before, after: { memory: memoryOf(gateway.pid), descriptors: readdirSync(`/proc/${gateway.pid}/fd`).length },
  };
}

/** Every plugin whose tools are called has told them; they start one after the other. */
async function learned(gateway, victims) {
  for (const { id, atStart } of victims) if (!atStart) await gateway.says(new RegExp(`plugin ${id} \\S+ started`));
}
