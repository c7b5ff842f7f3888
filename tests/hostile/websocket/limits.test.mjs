// What a WebSocket client may cost: size, fragments, silence, a reader that does not read, connections that break.
// Cases beyond the Autobahn list; W-03, W-04, W-06 to W-08 and W-14 of the project's list of threats.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';
import { before, describe, it } from 'node:test';
import { suiteScope } from '../../e2e/scope.mjs';
import { sanitized } from '../../e2e/gateway.mjs';
import { binary, bytesOf, close, encode, frame, ping, text } from './frames.mjs';
import { Peer, describe as shown } from './peer.mjs';
import { judge, runCase } from './run.mjs';
import { fragmentsMax, Gateway } from './targets.mjs';
import { Random } from '../random.mjs';

const cap = 4096;
const answered = (id, says, ...steps) => ({
  id,
  says,
  steps,
  expect: steps.filter(({ step }) => step === 'message').map((answer) => ({ answer })),
});
const tooBig = (id, says, ...steps) => ({ id, says, steps, expect: [{ close: 1009 }] });
const part = (size, more) => frame('text', { size }, { fin: false, ...more });
const rest = (size, more) => frame('continuation', { size }, more);

const sizeCases = [
  answered('cap', 'a message as large as may be', text({ size: cap })),
  answered('cap in fragments', 'in fragments of one byte', text({ size: cap }, { every: 1 })),
  answered('cap twice', 'the size counts for each message', text({ size: cap }), text({ size: cap })),
  tooBig('cap + 1', 'one byte more', text({ size: cap + 1 })),
  tooBig('cap + 1 by its head', 'refused before a byte of it has come', frame('text', '', { length: cap + 1 })),
  tooBig('cap + 1 in fragments', 'the sum counts', text({ size: cap + 1 }, { every: 1000 })),
  tooBig('cap + 1 in two', 'refused by the head of the second', part(cap), frame('continuation', '', { length: 1 })),
  tooBig('cap + 1 with a ping', 'refused although a ping came between', part(cap), frame('pong', 'x'), rest(1)),
  tooBig('binary', 'a large binary message is too large before it is binary', frame('binary', '', { length: cap + 1 })),
  tooBig('second message', 'the first one does not count, the second one does', frame('pong'), text({ size: 2 * cap })),
  {
    id: 'many messages',
    says: '500 at once are all answered',
    steps: Array.from({ length: 500 }, () => text({ size: 20 })),
    expect: Array.from({ length: 500 }, () => ({ answer: text({ size: 20 }) })),
  },
];

const empty = (count) =>
  Array.from({ length: count }, (_, index) => frame(index === 0 ? 'text' : 'continuation', '', { fin: false }));
const fragmentCases = [
  tooBig('empty fragments', 'cost something too', ...empty(fragmentsMax + 1)),
  {
    id: 'as many as may be',
    says: 'are waited for',
    steps: [...empty(fragmentsMax - 1), frame('ping', 'here')],
    expect: [{ pong: 'here' }, { close: 1000 }],
    then: close(1000),
  },
];

const statusOf = (pid) => readFileSync(`/proc/${pid}/status`, 'utf8');
const residentKiB = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(statusOf(pid))[1]);
const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

describe('sizes and fragments', () => {
  const scope = suiteScope();
  let target;
  before(async () => (target = await Gateway.start(scope, { maxMessageBytes: cap })));
  for (const example of [...sizeCases, ...fragmentCases]) {
    const steps = example.then ? [...example.steps, example.then] : example.steps;
    it(`${example.id}: ${example.says}`, () => runCase({ ...example, steps }, target));
  }

  it('10,000 pings inside a message: are answered, then the message', async () => {
    const between = Object.fromEntries(
      Array.from({ length: 10 }, (_, at) => [at, Array.from({ length: 1000 }, (_, index) => ping(`${at}.${index}`))]),
    );
    const step = text('a'.repeat(11), { cuts: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], between });
    const pongs = Object.values(between)
      .flat()
      .map(({ payload }) => ({ pong: payload }));
    await runCase({ steps: [step], expect: [...pongs, { answer: step }] }, target);
  });

  it('is well afterwards', () => target.check());
});

// Each has a gateway of its own, whose memory is looked at.
describe('floods', { concurrency: true }, () => {
  it('a million fragments of one byte: 1009, and no memory for them', async (t) => {
    const target = await Gateway.start(t);
    const peer = await target.open();
    const start = residentKiB(target.pid);
    const some = Buffer.concat(
      Array.from({ length: 10_000 }, () => encode({ opcode: 'continuation', payload: 'x', fin: false })),
    );
    peer.write(bytesOf([part(1)]));
    for (let sent = 0; sent < 1_000_000 && !peer.ended; sent += 10_000) {
      peer.write(some);
      await new Promise(setImmediate);
    }
    await peer.untilEnd();
    judge(peer.events.at(-1), { close: 1009 }, target);
    assert.ok(
      residentKiB(target.pid) - start < (sanitized ? 65_536 : 8_192),
      `${start} -> ${residentKiB(target.pid)} KiB`,
    );
  });

  // Writes until the gateway has had enough; how much memory it took meanwhile.
  async function flood(victim, opcode, payload) {
    const peer = await victim.open();
    peer.socket.pause();
    const start = residentKiB(victim.pid);
    const some = Buffer.concat(Array.from({ length: 1000 }, () => encode({ opcode, payload })));
    const done = new Promise((resolve) => peer.socket.on('close', resolve));
    let most = start;
    const write = () => {
      most = Math.max(most, residentKiB(victim.pid));
      if (!peer.socket.destroyed) peer.socket.write(some, (error) => !error && setImmediate(write));
    };
    write();
    await runCase({ steps: [ping('beside')], expect: [{ pong: 'beside' }] }, victim);
    await done;
    await victim.check();
    return most - start;
  }
  const bearableKiB = sanitized ? 131_072 : 16_384;

  it('pings from a client that does not read: closed, little memory, others are served', async (t) => {
    assert.ok((await flood(await Gateway.start(t), 'ping', { size: 125 })) < bearableKiB);
  });

  it('messages from a client that does not read: as well, by the limit of messages a minute', async (t) => {
    const limited = await Gateway.start(t, { messagesPerMinutePerConnection: 120 });
    assert.ok((await flood(limited, 'text', '{"type":"hello"}')) < bearableKiB);
  });

  it('connections that break at once, 300 of them: leave no descriptor behind', async (t) => {
    const target = await Gateway.start(t);
    await target.check();
    const start = descriptors(target.pid);
    for (let round = 0; round < 300; ++round) {
      const { request } = Peer.request(target.port, { path: '/ws' });
      const socket = net.connect(target.port, '127.0.0.1');
      await new Promise((resolve) => socket.on('connect', resolve));
      socket.on('error', () => {});
      await new Promise((resolve) =>
        socket.write(request.slice(0, (round * 7) % (request.length + 1)) || 'G', resolve),
      );
      socket.resetAndDestroy();
    }
    const deadline = Date.now() + 10_000;
    while (descriptors(target.pid) > start + 3 && Date.now() < deadline) await target.check();
    assert.ok(descriptors(target.pid) <= start + 3, `${start} -> ${descriptors(target.pid)}`);
  });
});

describe('silence', { concurrency: true }, () => {
  const scope = suiteScope();
  let patient, hasty;
  before(async () => {
    hasty = await Gateway.start(scope, { receiveTimeoutSeconds: 1 });
    patient = await Gateway.start(scope, { receiveTimeoutSeconds: 0 });
  });

  it('without an answer to the ping: 1008 after the timeout', async () => {
    const peer = await hasty.open({ answersPing: false });
    await peer.untilEnd(5_000);
    assert.deepEqual(
      peer.events.map(({ kind }) => kind),
      ['ping', 'close'],
    );
    judge(peer.events.at(-1), { close: 1008 }, hasty);
  });

  it('inside a frame: 1008 as well', async () => {
    const peer = await hasty.open({ answersPing: false });
    peer.write(bytesOf([text('half', { withheld: 10 })]));
    await peer.untilEnd(5_000);
    judge(peer.events.at(-1), { close: 1008 }, hasty);
  });

  it('of a client that answers pings: is none', async () => {
    const peer = await hasty.open();
    await peer.until(() => peer.events.filter(({ kind }) => kind === 'ping').length >= 4, 10_000);
    assert.deepEqual(new Set(peer.events.map(({ kind }) => kind)), new Set(['ping']));
    peer.socket.destroy();
  });

  it('when the timeout is 0: never ends the connection', async () => {
    const peer = await patient.open();
    const other = await hasty.open({ answersPing: false });
    await other.untilEnd(5_000); // longer than any timeout that 0 could be taken for
    peer.write(bytesOf([ping('still here')]));
    await peer.until(() => peer.events.length > 0);
    judge(peer.events[0], { pong: 'still here' }, patient);
    peer.socket.destroy();
  });

  it('instead of an answer to our close: the connection is gone after five seconds', async () => {
    const peer = await patient.open({ answersClose: false });
    peer.write(bytesOf([binary('x')]));
    const start = Date.now();
    await peer.untilEnd(10_000);
    assert.deepEqual(peer.events.map(shown), ['close(1003 binary messages are not understood)']);
    assert.ok(Date.now() - start < 7_000, `${Date.now() - start} ms`);
  });

  it('after half a connection: the other half is closed', async () => {
    const peer = await patient.open();
    peer.socket.end();
    await peer.untilEnd(5_000);
  });
});

// Replay with CHELA_SEED.
const seed = Number(process.env.CHELA_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`chance, seed ${seed}`, () => {
  const scope = suiteScope();
  const random = new Random(seed);
  let target;
  before(async () => (target = await Gateway.start(scope, { maxMessageBytes: cap })));

  it('300 connections of random bytes: each is closed in good order', async () => {
    for (let round = 0; round < 300; ++round) {
      const peer = await target.open();
      peer.write(random.bytes(1 + random.below(200)));
      peer.socket.end();
      await peer.untilEnd();
      const closed = peer.events.filter(({ kind }) => kind === 'close');
      assert.ok(
        closed.every(({ code }) => code === undefined || [1002, 1003, 1007, 1009].includes(code) || code >= 1000),
        shown(closed[0] ?? { kind: 'close' }),
      );
    }
    await target.check();
  });

  it('300 sound streams in random packets: are understood each time', async () => {
    for (let round = 0; round < 300; ++round) {
      const step = text({ size: 30 + random.below(300) }, { every: 1 + random.below(40) });
      await runCase(
        {
          steps: [ping('a'), step, ping('b'), step],
          expect: [{ pong: 'a' }, { answer: step }, { pong: 'b' }, { answer: step }],
          chop: 1 + random.below(60),
        },
        target,
      );
    }
  });

  it('300 sound streams with one bit flipped: never hang, never harm', async () => {
    const plain = text('{"type":"hello"}');
    for (let round = 0; round < 300; ++round) {
      const peer = await target.open();
      const data = bytesOf([ping('a'), plain, ping('b'), close(1000)]);
      const bit = random.below(data.length * 8);
      data[bit >> 3] ^= 1 << (bit & 7);
      peer.write(data);
      peer.socket.end();
      await peer.untilEnd();
    }
    await target.check();
  });
});
