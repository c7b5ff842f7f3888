// Native tools in this Node process.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bad, bundled, keepingLogger, made, opened, temporary } from './native.mjs';

describe('a native tool', () => {
  it('that blocks runs beside the loop', async (t) => {
    const plugin = opened(t, bundled('time'));
    const told = JSON.parse(await plugin.callTool('current_time', { time_zone: 'Europe/Berlin' }));
    assert.equal(told.time_zone, 'Europe/Berlin');
    assert.ok(Math.abs(Date.parse(told.utc) - Date.now()) < 60_000);
  });
  it('fails with a status and a reason', async (t) => {
    const plugin = opened(t, bundled('time'));
    await assert.rejects(plugin.callTool('current_time', { time_zone: 'Europe/Berlim' }), { status: 'not_found', message: /did you mean Europe\/Berlin/ });
    await assert.rejects(plugin.callTool('no_such_tool', {}), { status: 'not_found' });
  });
  it('is configured, and refused when that is wrong', async (t) => {
    const plugin = opened(t, bundled('time'), { config: { timeZone: 'Asia/Tokyo' } });
    assert.equal(JSON.parse(await plugin.callTool('current_time', {})).time_zone, 'Asia/Tokyo');
    assert.throws(() => opened(t, bundled('time'), { config: { timeZone: 'Mars' } }), { name: 'PluginError', status: 'not_found', message: /^configuring: / });
  });
  it('knows the workspace of its caller', async (t) => {
    const workspace = temporary(t);
    writeFileSync(join(workspace, 'a.txt'), 'alpha\nbeta\n');
    const plugin = opened(t, bundled('files'));
    assert.match(await plugin.callTool('read_file', { path: 'a.txt' }, { context: { workspace } }), /alpha[^]*beta/);
    await assert.rejects(plugin.callTool('read_file', { path: '../a.txt' }, { context: { workspace } }), { status: 'denied' });
  });
  it('is asynchronous, at once or by a timer', async (t) => {
    const plugin = opened(t, bad('sound'));
    assert.equal(await plugin.callTool('echo', { text: 'ä', nul: '\u0000' }), JSON.stringify({ text: 'ä', nul: '\u0000' }));
    const started = performance.now();
    assert.equal(await plugin.callTool('later', {}), 'later');
    assert.ok(performance.now() - started > 900);
  });
  it('that was built with the SDK logs through the host', async (t) => {
    const logger = keepingLogger();
    const plugin = opened(t, made('template_tool'), { logger, config: { greeting: 'Moin' } });
    assert.equal(await plugin.callTool('greet', { name: 'Ada' }), 'Moin, Ada!');
    assert.deepEqual(logger.lines, [['info', 'greeting Ada']]);
  });
  it('answers from its own thread, with progress before', async (t) => {
    const logger = keepingLogger();
    const plugin = opened(t, made('threads'), { logger });
    const shown = [];
    assert.equal(await plugin.callTool('count', {}, { onProgress: (piece) => shown.push(piece) }), 'counted');
    assert.deepEqual(shown, ['one ', 'two ', 'three ']);
    assert.deepEqual(logger.lines, [['info', 'threads is up']]);
  });
  it('that says too much is cut short', async (t) => {
    const plugin = opened(t, made('threads'));
    let bytes = 0;
    assert.equal(await plugin.callTool('flood', {}, { onProgress: (piece) => (bytes += piece.length) }), 'flooded');
    assert.ok(bytes < 20000 * 4096, `${bytes} bytes`);
  });
  it('may not call the loop\'s functions from a thread', async (t) => {
    const logger = keepingLogger();
    assert.equal(await opened(t, made('threads'), { logger }).callTool('trespass', {}), 'refused');
    assert.match(logger.lines.at(-1).join(' '), /^error chela\.timer\/1 start was called from another thread/);
  });
  it('runs beside others, of the same plugin and of a second one', async (t) => {
    const [time, threads] = [opened(t, bundled('time')), opened(t, made('threads'))];
    const calls = Array.from({ length: 200 }, (_, i) => (i % 2 ? time.callTool('current_time', {}) : threads.callTool('count', {})));
    const answers = await Promise.all(calls);
    assert.equal(answers.filter((answer) => answer === 'counted').length, 100);
  });
  it('of a plugin that is there twice has a state of its own', async (t) => {
    const [first, second] = ['A', 'B'].map((greeting) => opened(t, made('template_tool'), { config: { greeting } }));
    assert.deepEqual(await Promise.all([first, second].map((plugin) => plugin.callTool('greet', { name: 'x' }))), ['A, x!', 'B, x!']);
  });
});

describe('the end of a call', () => {
  for (const tool of ['obedient', 'block', 'silent']) {
    it(`comes at once when it is aborted: ${tool}`, async (t) => {
      const plugin = opened(t, made('threads'));
      const controller = new AbortController();
      const call = plugin.callTool(tool, {}, { signal: controller.signal });
      setImmediate(() => controller.abort());
      await assert.rejects(call, { status: 'cancelled' });
      assert.equal(await plugin.callTool('count', {}), 'counted');
    });
    it(`comes with its deadline: ${tool}`, async (t) => {
      const plugin = opened(t, made('threads'));
      await assert.rejects(plugin.callTool(tool, {}, { timeoutMs: 30 }), { status: 'timed_out' });
    });
    it(`comes with the plugin's: ${tool}`, async (t) => {
      const plugin = opened(t, made('threads'));
      const call = assert.rejects(plugin.callTool(tool, {}), { status: 'unavailable', message: /was stopped/ });
      await plugin.close();
      await call;
      await assert.rejects(plugin.callTool('count', {}), { status: 'unavailable' });
    });
  }
  it('is there before it began when the signal was aborted', async (t) => {
    const plugin = opened(t, made('threads'));
    await assert.rejects(plugin.callTool('silent', {}, { signal: AbortSignal.abort() }), { status: 'cancelled' });
    assert.equal(plugin.openCalls, 0);
  });
  it('is counted: a plugin that leaves four calls open gets no more', async (t) => {
    const plugin = opened(t, made('threads'));
    for (let i = 0; i < 4; ++i) await assert.rejects(plugin.callTool('silent', {}, { timeoutMs: 5 }), { status: 'timed_out' });
    await assert.rejects(plugin.callTool('count', {}), { status: 'unavailable', message: /left 4 calls open/ });
  });
  it('counts once', async (t) => {
    const logger = keepingLogger();
    const plugin = opened(t, made('threads'), { logger });
    assert.equal(await plugin.callTool('twice', {}), 'once');
    await plugin.callTool('count', {});
    assert.ok(logger.lines.some(([level, line]) => level === 'error' && /completed before/.test(line)), JSON.stringify(logger.lines));
  });
});
