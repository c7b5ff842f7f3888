// The performance cases at both targets. They judge answers and bounds, not speed: that is what tools/bench does.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { suiteScope } from '../../e2e/scope.mjs';
import { performanceCases, roundTrips } from './cases/performance.mjs';
import { bytesOf } from './frames.mjs';
import { judge, runCase } from './run.mjs';
import { Echo, Gateway } from './targets.mjs';

const deadline = { timeout: 30_000 };

async function runRoundTrips({ step, count }, target) {
  const peer = await target.open();
  for (let round = 1; round <= count; ++round) {
    peer.write(bytesOf([target.message(step)]));
    await peer.until(() => peer.events.length === round);
    judge(peer.events.at(-1), { answer: step }, target);
  }
  peer.socket.destroy();
}

// The gateway parses what it takes, and takes no more than 16384 fragments: the largest messages are for the echo alone.
const suits = (Target, { content, every = 0 }) =>
  Target === Echo || (content.size <= 4 << 20 && (content.size <= 1 << 20 || every <= 1024));

for (const Target of [Echo, Gateway]) {
  describe(`performance of ${Target.title}`, () => {
    const scope = suiteScope();
    let target;
    before(async () => (target = await Target.start(scope)));
    for (const example of performanceCases.filter(({ steps }) => suits(Target, steps[0])))
      it(`${example.id}: ${example.says}`, deadline, () => runCase(example, target));
    for (const example of roundTrips) {
      const { kind, content } = example.step;
      if (Target === Gateway && (kind === 'binary' || content.size < 16)) continue; // answered by a close
      it(`${example.id}: ${example.says}`, deadline, () => runRoundTrips(example, target));
    }
    it('is well afterwards', () => target.check());
  });
}

it('there are cases of every section', () => {
  const sections = new Set([...performanceCases, ...roundTrips].map(({ id }) => id.replace(/\.\d+$/, '')));
  assert.deepEqual([...sections].sort(), ['10.1', '9.1', '9.2', '9.3', '9.4', '9.5', '9.6', '9.7', '9.8']);
});
