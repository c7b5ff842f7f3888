// Whatever happens to plugins, the gateway stays, every call is answered, and the good plugins go on.
// CHELA_LONG=1: a thousand faults. CHELA_SEED repeats a run. The figures are printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf, quantile, rage } from './storm.mjs';
import { kinds } from './victims.mjs';

const isLong = Boolean(process.env.CHELA_LONG);
const kShort = { faults: 24, lanes: 3, quietCalls: 60,
  names: ['aborts', 'exits_in_tool', 'never_answers', 'closes_the_socket', 'writes_to_the_socket', 'floods_events', 'throws_oddly', 'is_noisy', 'exits_at_load'] };
const kLong = { faults: 1000, lanes: 1, quietCalls: 400 };
const kSlower = 1.5; // the good plugins' p99 against that of the quiet time
const kNoiseMs = isLong ? 5 : 500; // and this: a machine that builds and tests beside it is no measure
const kRestartMs = isLong ? 1000 : 10_000;
const seed = Number(process.env.CHELA_SEED ?? (isLong ? Date.now() % 2 ** 32 : 20261121));

const figures = (values) => `p50 ${quantile(values, 0.5).toFixed(1)}, p99 ${quantile(values, 0.99).toFixed(1)}, most ${Math.max(0, ...values).toFixed(1)} ms of ${values.length}`;

test(`a storm of faults (CHELA_SEED=${seed})`, { timeout: 110 * 60_000 }, async (t) => {
  const result = await rage(t, { seed, ...(isLong ? kLong : kShort) });
  const { gateway, storm, before, after } = result;
  const opened = storm.callers.reduce((sum, caller) => sum + caller.opened, 0);
  const answered = storm.callers.reduce((sum, caller) => sum + caller.answered, 0);
  t.diagnostic(`faults in ${result.seconds.toFixed(0)} s: ${JSON.stringify(storm.happened)}`);
  for (const kind of ['node', 'native']) t.diagnostic(`good ${kind}: quiet ${figures(storm.quiet[kind])}; in the storm ${figures(storm.stormy[kind])}`);
  t.diagnostic(`restarts by the operator: ${figures(storm.restarts)}; quarantines: ${storm.quarantines}; calls: ${opened}, answered: ${answered}`);
  t.diagnostic(`the gateway: ${before.memory >> 20} → ${after.memory >> 20} MiB, ${before.descriptors} → ${after.descriptors} descriptors`);
  assert.deepEqual(storm.wrong, []);
  assert.equal(gateway.child.exitCode ?? gateway.child.signalCode, null, `the gateway has gone:\n${gateway.log.slice(-4000)}`);
  assert.equal(answered, opened);
  assert.equal(result.unanswered, 0, 'calls that a plugin left open');
  for (const kind of ['node', 'native']) {
    const most = quantile(storm.quiet[kind], 0.99) * kSlower + kNoiseMs;
    assert.ok(quantile(storm.stormy[kind], 0.99) < most, `the good plugin (${kind}) was slower than ${most.toFixed(1)} ms`);
  }
  assert.ok(quantile(storm.restarts, 0.95) < kRestartMs, `restarts took ${figures(storm.restarts)}`);
});

test('the same seed brings the same faults, another one others', () => {
  const told = (number) => planOf(number, 200, kinds()).map(({ name, victim, random }) => [name, victim.id, random.next()]);
  assert.deepEqual(told(7), told(7));
  assert.notDeepEqual(told(7), told(8));
  assert.equal(new Set(told(7).map(([name]) => name)).size > 8, true);
});
