// Runs one case against one target with a peer of bytes, and judges what came back.

import assert from 'node:assert/strict';
import { bufferOf, bytesOf, close, ping } from './frames.mjs';
import { describe } from './peer.mjs';

export const mark = 'still of use?';

// Fails when `events` are not what the case wants of the target.
export function judgeAll(events, wanted, target) {
  assert.equal(
    events.length,
    wanted.length,
    `expected ${wanted.length} frames, got: ${events.map(describe).join(' ')}`,
  );
  wanted.forEach((expected, index) => judge(events[index], expected, target));
}

export function judge(event, expected, target) {
  const shown = describe(event);
  if ('answer' in expected) {
    const step = target.message(expected.answer);
    assert.ok(target.accepts(event, step), `expected the answer to the message, got ${shown}`);
  } else if ('pong' in expected) {
    assert.equal(event.kind, 'pong', `expected a pong, got ${shown}`);
    assert.deepEqual(event.payload, bufferOf(expected.pong));
  } else {
    assert.equal(event.kind, 'close', `expected a close, got ${shown}`);
    assert.equal(event.code, expected.close, shown);
  }
}

export async function runCase(example, target) {
  const steps = example.steps.map((step) => (step.step === 'message' ? target.message(step) : step));
  const expect = target.expectation(example.expect);
  const ends = expect.some((expected) => 'close' in expected);
  const sendsClose = steps.some(({ step, opcode }) => step === 'frame' && opcode === 'close');
  const peer = await target.open();
  try {
    if (sendsClose) peer.noteClose();
    const data = bytesOf(ends ? steps : [...steps, ping(mark)]);
    if (example.chop) await peer.writeChopped(data, example.chop);
    else peer.write(data);
    if (!ends) {
      const count = expect.length + 1;
      await peer.until(() => peer.events.length >= count);
      judge(peer.events[count - 1], { pong: mark }, target);
      peer.noteClose();
      peer.write(bytesOf([close(1000, 'done')]));
    }
    await peer.untilEnd();
    judgeAll(peer.events, ends ? expect : [...expect, { pong: mark }, { close: 1000 }], target);
  } finally {
    peer.socket.destroy();
  }
}
