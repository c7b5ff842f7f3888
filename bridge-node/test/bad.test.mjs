// Plugins with one defect each, and what becomes of it. Beside each runs a good one, which must go on where the process does.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pluginFolder, probe } from './folder.mjs';
import { FLAGS, Kernel } from './kernel.mjs';

const FOLDER = fileURLToPath(new URL('bad', import.meta.url));
const SILENCE_MS = 700; // no answer to a ping in so long: the event loop is blocked; the kernel waits 15 s

const bystander = pluginFolder({ 'index.mjs': `export default (api) => { ${probe('well')} };` });

/** A host process with the bad plugin and a good one. */
class Scene {
  static async open(name, t, { started = true, flags } = {}) {
    const scene = new Scene();
    scene.kernel = await Kernel.start({ flags });
    t.after(() => scene.kernel.end());
    await scene.kernel.startPlugin(bystander, { plugin: 'bystander' });
    scene.start = scene.kernel.startPlugin(FOLDER, { plugin: 'bad', entry: join(FOLDER, `${name}.mjs`), manifest: { id: 'bad' } });
    scene.start.catch(() => {});
    if (started) await scene.start;
    return scene;
  }
  go(args = {}, options = {}) {
    const answer = this.kernel.request('tool.call', { plugin: 'bad', key: 'tool:go', arguments: args, context: {} }, options);
    answer.catch(() => {});
    return answer;
  }
  text = async (args) => (await this.go(args)).content[0]?.text;
  async othersAreWell() {
    const { content } = await this.kernel.request('tool.call', { plugin: 'bystander', key: 'tool:probe', arguments: {}, context: {} });
    assert.equal(content[0].text, 'well');
  }
  async fails(pattern) {
    const { message } = await this.kernel.told('plugin.failed', ({ plugin }) => plugin === 'bad');
    assert.match(message, pattern);
    await assert.rejects(this.go(), { status: 'unavailable' });
    await this.othersAreWell();
  }
  /** Pings until one stays without an answer; the first ones may have been read together with what blocks the loop. */
  async isSilent() {
    for (let pings = 0; pings < 50; pings += 1) {
      const late = AbortSignal.timeout(SILENCE_MS);
      const silence = new Promise((resolve) => late.addEventListener('abort', () => resolve(true)));
      if (await Promise.race([this.kernel.request('host.ping').then(() => false), silence])) return;
    }
    assert.fail('it answers');
  }
  async cancelled(answer) {
    this.kernel.notify('call.cancel', { call: answer.id });
    await assert.rejects(answer, { status: 'cancelled' });
  }
}

const failing = (pattern) => async (scene) => {
  void scene.go();
  await scene.fails(pattern);
};
const answering = (expected, args) => async (scene) => {
  assert.equal(await scene.text(args), expected);
  await scene.othersAreWell();
};
const ending = (check) => async (scene) => {
  const answer = scene.go();
  check(await scene.kernel.exited);
  await scene.kernel.closed;
  await assert.rejects(answer);
};
const unstarted = { started: false };

const CASES = {
  loops_in_tool: async (scene) => {
    void scene.go();
    await scene.isSilent();
  },
  loops_at_register: [unstarted, (scene) => scene.isSilent()],
  fills_the_heap: [{ flags: [...FLAGS.slice(0, 2), '--max-old-space-size=64'] }, ending(({ code, signal }) => assert.ok(code !== 0 || signal !== null))],
  exits_in_tool: failing(/process\.exit/),
  exits_at_load: [unstarted, async (scene) => {
    await assert.rejects(scene.start, ({ status, message }) => status === 'unavailable' && /process\.exit/.test(message));
    await scene.othersAreWell();
  }],
  exits_late: async (scene) => {
    assert.equal(await scene.text(), 'soon');
    await scene.fails(/process\.exit/);
  },
  aborts: failing(/process\.abort/),
  kills_itself: failing(/process\.kill/),
  rejects_unhandled: failing(/nobody looks/),
  throws_in_timer: failing(/from a timer/),
  throws_in_emitter: failing(/from an emitter/),
  crashes_a_worker: failing(/in a thread/),
  abandons_requests: async (scene) => {
    assert.equal(await scene.text(), 'ok');
    await scene.kernel.logged(/gone/);
    await scene.kernel.logged(/fetch failed/);
    assert.equal(await scene.text(), 'ok');
  },
  pollutes_prototypes: answering('TypeError'),
  replaces_builtins: answering('ok'),
  is_noisy: async (scene) => {
    assert.equal(await scene.text(), 'ok');
    for (const line of [/^by console$/, /^by stream$/, /by: 'error'/]) {
      assert.equal((await scene.kernel.told('log.write', (params) => line.test(params.line))).plugin, 'bad');
    }
    await scene.othersAreWell();
    assert.equal(scene.kernel.stdout, 'by descriptor\n');
  },
  floods_the_log: async (scene) => {
    assert.equal(await scene.text(), 'ok');
    const lines = scene.kernel.notifications.filter(({ method }) => method === 'log.write').map(({ params }) => params.line);
    assert.ok(lines.length <= 202, `${lines.length} lines`);
    assert.equal(lines[0].length, 8192);
  },
  floods_events: async (scene) => {
    let events = 0;
    const { content } = await new Promise((resolve, reject) => {
      const answer = scene.go({}, { onEvent: (_event, { events: list }) => {
        events += 1;
        if (list.length > 0 && events % 32 === 0) scene.kernel.notify('call.credit', { call: answer.id, add: 32 });
      } });
      answer.then(resolve, reject);
    });
    assert.equal(content[0].text, 'ok');
    assert.ok(events <= 1100, `${events} events`);
    await scene.othersAreWell();
  },
  floods_requests: async (scene) => {
    let open = 0;
    let most = 0;
    scene.kernel.methods['llm.complete'] = async () => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return { text: 'x' };
    };
    assert.equal(await scene.text(), '5000');
    assert.ok(most <= 1024, `${most} at once`);
  },
  crashes_natively: ending(({ signal }) => assert.equal(signal, 'SIGSEGV')),
  leaves_a_child: async (scene) => {
    const { pid, inherited, token } = JSON.parse(await scene.text());
    assert.deepEqual({ inherited, token }, { inherited: false, token: false });
    scene.kernel.socket.end();
    await scene.kernel.closed; // although the child lives
    assert.ok(existsSync(`/proc/${pid}`));
    process.kill(pid, 'SIGKILL');
  },
  registers_for_ever: [unstarted, async (scene) => {
    await scene.cancelled(scene.start);
    await scene.othersAreWell();
    await assert.rejects(scene.go(), { status: 'not_found' });
  }],
  loads_for_ever: [unstarted, async (scene) => {
    await scene.cancelled(scene.start);
    await scene.othersAreWell();
  }],
  never_answers: async (scene) => {
    await scene.cancelled(scene.go());
    await scene.othersAreWell();
  },
  closes_the_socket: ending(() => {}),
  writes_to_the_socket: async (scene) => {
    void scene.go();
    await scene.kernel.exited;
    assert.equal(scene.kernel.broken, true);
  },
  throws_oddly: async (scene) => {
    for (let index = 0; index < 7; index += 1) await assert.rejects(scene.go({ index }), { status: 'internal' });
    await scene.othersAreWell();
  },
  returns_a_cycle: answering('ok'),
  returns_too_much: async (scene) => {
    await assert.rejects(scene.go(), { status: 'too_large' });
    await scene.othersAreWell();
  },
  returns_traps: async (scene) => {
    await assert.rejects(scene.go(), { status: 'internal', message: 'trap' });
    await scene.othersAreWell();
  },
  overflows_the_stack: async (scene) => {
    await assert.rejects(scene.go(), /call stack/i);
    await scene.othersAreWell();
  },
  removes_listeners: async (scene) => {
    assert.equal(await scene.text(), 'ok');
    assert.notEqual((await scene.kernel.exited).code, 0);
    await scene.kernel.closed;
  },
  blocks_the_exit: async (scene) => {
    scene.kernel.socket.end();
    assert.deepEqual(await scene.kernel.exited, { code: 0, signal: null });
  },
  stops_for_ever: async (scene) => {
    const before = performance.now();
    await scene.kernel.request('host.shutdown');
    assert.deepEqual(await scene.kernel.exited, { code: 0, signal: null });
    assert.ok(performance.now() - before < 5000);
  },
  registers_late: async (scene) => {
    await scene.kernel.logged(/registerTool has no effect after/);
    await assert.rejects(scene.kernel.request('tool.call', { plugin: 'bad', key: 'tool:late', arguments: {}, context: {} }), { status: 'not_found' });
  },
  fails_in_hook: async (scene) => {
    const gate = await scene.kernel.request('hook.run', { name: 'before_tool_call', event: { toolName: 'x', params: {} }, context: {} });
    assert.deepEqual(gate.result, { block: true, blockReason: 'in a gate' });
    const end = await scene.kernel.request('hook.run', { name: 'agent_end', event: {}, context: {} });
    assert.match(end.failures[0].message, /no result after 50 ms/);
  },
  has_another_id: [unstarted, async (scene) => {
    await assert.rejects(scene.start, ({ data }) => data.diagnostics[0].code === 'manifest_mismatch');
  }],
  registers_twice: async (scene) => {
    assert.equal((await scene.start).diagnostics.at(-1).code, 'duplicate_tool_name');
    assert.equal(await scene.text(), 'first');
  },
};

describe('a plugin that', { concurrency: 2 }, () => {
  for (const [name, given] of Object.entries(CASES)) {
    const [options, act] = Array.isArray(given) ? given : [{}, given];
    it(name.replaceAll('_', ' '), { timeout: 60_000 }, async (t) => act(await Scene.open(name, t, options)));
  }
});

it('every bad plugin has its case', () => {
  assert.deepEqual(readdirSync(FOLDER).map((file) => file.replace('.mjs', '')).sort(), Object.keys(CASES).sort());
});
