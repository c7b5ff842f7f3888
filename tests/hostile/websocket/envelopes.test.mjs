// Envelopes that nobody honest sends: answered by their type, never by harm.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getJson } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { envelopeCases } from './cases/envelopes.mjs';
import { bytesOf, ping, text } from './frames.mjs';
import { mark } from './run.mjs';
import { Gateway } from './targets.mjs';

describe('envelopes', () => {
  const scope = suiteScope();
  let target;
  before(async () => (target = await Gateway.start(scope)));

  // A session may be opened from disk: what is asked for a pong may overtake it, so answers are counted first.
  for (const { name, says, frames, answers } of envelopeCases) {
    it(`${name}: ${says}`, async () => {
      const peer = await target.open();
      const received = () => peer.events.filter(({ kind }) => kind === 'text');
      for (const [index, frame] of frames.entries()) {
        peer.write(bytesOf([text(frame)]));
        await peer.until(() => received().length >= Math.min(index + 1, answers.length));
      }
      peer.write(bytesOf([ping(mark)]));
      await peer.until(() => peer.events.some(({ kind, payload }) => kind === 'pong' && payload.toString() === mark));
      const types = received().map(({ payload }) => JSON.parse(payload).type);
      assert.deepEqual(types, answers);
      peer.socket.destroy();
    });
  }

  // A session is kept from its first message on.
  it('ran no turn', async () => {
    const { sessions } = await getJson(target.gateway, '/api/sessions');
    assert.deepEqual(sessions, []);
  });
});
