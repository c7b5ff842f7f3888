import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { Outgoing } from '../dist/connection/outgoing.js';

function make() {
  const sent = [];
  const failures = [];
  return { sent, failures, outgoing: new Outgoing((message) => sent.push(message), (reason) => failures.push(reason), () => undefined) };
}

describe('calls of the host', () => {
  it('leave no listener on a signal that lives longer', async () => {
    const { outgoing } = make();
    const { signal } = new AbortController();
    const answers = Array.from({ length: 100 }, () => outgoing.request('a', {}, { signal }));
    for (let id = 1; id <= 100; id += 1) outgoing.answered(id, { result: {} });
    await Promise.all(answers);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('beyond 1,024 wait for their turn, in order', async () => {
    const { outgoing, sent } = make();
    const answers = Array.from({ length: 1030 }, (_, number) => outgoing.request('a', { number }));
    assert.equal(sent.length, 1024);
    for (let id = 1; id <= 1030; id += 1) outgoing.answered(id, { result: id });
    assert.deepEqual(await Promise.all(answers), Array.from({ length: 1030 }, (_, number) => number + 1));
    assert.deepEqual(sent.map(({ params }) => params.number), Array.from({ length: 1030 }, (_, number) => number));
  });

  it('are cancelled by their signal, and end when the kernel says so', async () => {
    const { outgoing, sent } = make();
    const controller = new AbortController();
    const answer = outgoing.request('a', {}, { signal: controller.signal });
    controller.abort();
    assert.deepEqual(sent[1], { method: 'call.cancel', params: { call: 1 } });
    outgoing.answered(1, { error: { code: -32004, message: 'gone', data: { status: 'cancelled' } } });
    await assert.rejects(answer, { status: 'cancelled', message: 'gone' });
    await assert.rejects(outgoing.request('a', {}, { signal: controller.signal }), { status: 'cancelled' });
    assert.equal(sent.length, 2);
  });

  it('take events one by one, and give credit for those they have taken', async () => {
    const { outgoing, sent } = make();
    const taken = [];
    const answer = outgoing.request('a', {}, { onEvent: async (event) => {
      await new Promise((resolve) => setImmediate(resolve));
      taken.push(event);
    } });
    assert.equal(sent[0].params.credit, 64);
    outgoing.events(1, Array.from({ length: 64 }, (_, event) => event));
    outgoing.answered(1, { result: 'end' });
    assert.equal(await answer, 'end'); // only after the last event
    assert.equal(taken.length, 64);
  });

  it('end the connection when there are more events than credit', () => {
    const { outgoing, failures } = make();
    void outgoing.request('a', {}, { onEvent: () => new Promise(() => {}) });
    outgoing.events(1, Array(64).fill(1));
    assert.deepEqual(failures, []);
    outgoing.events(1, [1]);
    assert.match(failures[0], /credit/);
  });
});
