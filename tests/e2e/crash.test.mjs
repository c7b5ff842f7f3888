// kill -9 in the middle of turns, again and again: what was acknowledged is there after the restart, once.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Conversation } from './conversation.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { piece, startUpstream, streamHead, upstreamConfig } from './upstream.mjs';

const cycles = process.env.CHELA_LONG ? 200 : 20;
const sessions = ['first', 'second', 'third'];

it(`keeps every acknowledged message over ${cycles} kills`, async (t) => {
  const upstream = await startUpstream(t, (socket) => socket.write(streamHead + piece('thinking ')));
  const home = makeHome(t);
  const config = upstreamConfig(upstream.url);
  const accepted = new Map(sessions.map((session) => [session, new Set()]));

  for (let cycle = 0; cycle < cycles; ++cycle) {
    const gateway = await startGateway(t, { home, config });
    await checkHistory(gateway, accepted);
    const open = await Promise.all(sessions.map((session) => Conversation.open(gateway, { session })));
    open.forEach((conversation, index) => {
      conversation.socket.on('error', () => {});
      for (let number = 0; number < 5; ++number) {
        conversation.send({ type: 'user_message', text: `message ${cycle}.${number}`, messageId: `${index}.${cycle}.${number}` });
      }
    });
    // The kill comes after a different number of acknowledgements each time, while others are on their way.
    const wanted = 1 + (cycle % (sessions.length * 5));
    const count = () => open.flatMap(acceptedIn).length;
    const enough = Promise.all(open.map((conversation) => conversation.find(() => count() >= Math.min(wanted, 5))));
    await enough;
    await gateway.kill();
    await Promise.all(open.map((conversation) => conversation.closed));
    open.forEach((conversation, index) => {
      acceptedIn(conversation).forEach((frame) => accepted.get(sessions[index]).add(frame.messageId));
    });
  }

  const gateway = await startGateway(t, { home, config });
  await checkHistory(gateway, accepted);
  const total = [...accepted.values()].reduce((sum, ids) => sum + ids.size, 0);
  assert.ok(total >= cycles, `only ${total} messages were acknowledged`);
});

const acceptedIn = (conversation) => conversation.frames.filter((frame) => frame.type === 'message_accepted');

async function checkHistory(gateway, accepted) {
  for (const [session, ids] of accepted) {
    if (ids.size === 0) continue;
    const stored = await getJson(gateway, `/api/sessions/${session}?limit=10000`);
    assert.equal(stored.running, false, 'a turn of the killed process counts as running');
    const users = stored.messages.filter((message) => message.role === 'user').map((message) => message.id);
    for (const id of ids) {
      assert.equal(users.filter((user) => user === id).length, 1, `${id} in ${session}: ${JSON.stringify(users)}`);
    }
    assert.equal(new Set(users).size, users.length, 'a message is there twice');
  }
}
