// The cases that an honest client can send, played by two clients that others wrote: `ws` for Node and wsproto for Python.
// They frame, mask and read in their own way, and find fault in answers that our own peer might let pass.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { suiteScope } from '../../e2e/scope.mjs';
import { closingCases } from './cases/closing.mjs';
import { fragmentCases } from './cases/fragments.mjs';
import { framingCases } from './cases/framing.mjs';
import { performanceCases } from './cases/performance.mjs';
import { utf8Cases } from './cases/utf8.mjs';
import { bufferOf, framesOf } from './frames.mjs';
import { judgeAll, mark } from './run.mjs';
import { Echo, Gateway } from './targets.mjs';

const failures = [1002, 1007, 1009];
const isData = (opcode) => ['text', 'binary', 'continuation'].includes(opcode);
const greeting = '{"type":"hello"}';

// Nothing broken, nothing after the close, and small enough to be written down in hexadecimal.
function isHonest({ steps, expect, chop }) {
  const closes = steps.findIndex(({ opcode }) => opcode === 'close');
  const whole = steps.every(({ step, withheld, opcode }) =>
    step === 'message' ? !withheld : step === 'frame' && !isData(opcode),
  );
  const small = steps.every(({ step, content }) => step !== 'message' || bufferOf(content).length <= 1 << 20);
  return (
    whole &&
    small &&
    !chop &&
    (closes < 0 || closes === steps.length - 1) &&
    !expect.some(({ close }) => failures.includes(close))
  );
}

const cases = [...framingCases, ...fragmentCases, ...utf8Cases, ...closingCases, ...performanceCases].filter(isHonest);

const framesFor = ({ steps }, target) =>
  steps
    .flatMap((step) => (step.step === 'message' ? framesOf(target.message(step)) : [step]))
    .map(({ opcode, fin = true, payload }) => ({ opcode, fin, payload: bufferOf(payload) }));

const endsAt = ({ expect }, target) => target.expectation(expect).some((expected) => 'close' in expected);

const wantedOf = (example, target) =>
  endsAt(example, target) ? target.expectation(example.expect) : [...example.expect, { pong: mark }, { close: 1000 }];

async function playWithWs(example, target) {
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}${target.path}`, { perMessageDeflate: true });
  const events = [];
  const closed = new Promise((resolve, reject) => {
    socket.on('close', (code) => (events.push({ kind: 'close', code: code === 1005 ? undefined : code }), resolve()));
    socket.on('error', reject);
  });
  socket.on('message', (data, binary) => events.push({ kind: binary ? 'binary' : 'text', payload: data }));
  const marked = new Promise((resolve) => {
    socket.on('pong', (payload) => (events.push({ kind: 'pong', payload }), payload.toString() === mark && resolve()));
  });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  assert.equal(socket.extensions, '', 'an extension was negotiated');
  if (target instanceof Gateway) {
    socket.send(greeting);
    await new Promise((resolve) => socket.once('message', resolve));
    events.length = 0;
  }
  for (const { opcode, fin, payload } of framesFor(example, target)) sendWithWs(socket, opcode, fin, payload);
  if (!endsAt(example, target)) {
    socket.ping(mark);
    await Promise.race([closed, marked]);
    socket.close(1000);
  }
  await closed;
  judgeAll(events, wantedOf(example, target), target);
}

function sendWithWs(socket, opcode, fin, payload) {
  if (opcode === 'ping') return socket.ping(payload);
  if (opcode === 'pong') return socket.pong(payload);
  if (opcode !== 'close') return socket.send(payload, { binary: opcode === 'binary', fin, compress: false });
  return payload.length === 0 ? socket.close() : socket.close(payload.readUInt16BE(0), payload.subarray(2));
}

// wsproto sends 1000 for a close without a code, and does not know 1014. It takes text, not bytes: each fragment must be
// text of its own.
const strangeToWsproto = ['7.3.1', '7.7+.1014'];
const suitsWsproto = ({ id, steps }) =>
  !strangeToWsproto.includes(id) &&
  steps.every(
    (step) =>
      step.kind !== 'text' ||
      framesOf(step).every(({ opcode, payload }) => !isData(opcode) || Buffer.from(payload.toString()).equals(payload)),
  );

async function playWithWsproto(examples, target) {
  const child = spawn('/usr/bin/python3', [fileURLToPath(new URL('wsproto_client.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const job = {
    port: target.port,
    path: target.path,
    mark,
    cases: examples.map((example) => ({
      greeting: target instanceof Gateway ? greeting : null,
      frames: framesFor(example, target).map((frame) => ({ ...frame, payload: frame.payload.toString('hex') })),
      ends: endsAt(example, target),
    })),
  };
  child.stdin.end(JSON.stringify(job));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (data) => (output += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, 'the wsproto client failed');
  const fromHex = ({ payload, ...event }) => ({ ...event, payload: Buffer.from(payload ?? '', 'hex') });
  return JSON.parse(output).map((events) =>
    events.map(fromHex).map((event) => (event.code === 1005 ? { ...event, code: undefined } : event)),
  );
}

for (const Target of [Echo, Gateway]) {
  const suited = cases.filter(Target.suits);
  describe(`ws at ${Target.title}`, () => {
    const scope = suiteScope();
    let target;
    before(async () => (target = await Target.start(scope)));
    for (const example of suited) it(`${example.id}: ${example.says}`, () => playWithWs(example, target));
    it('is well afterwards', () => target.check());
  });

  describe(`wsproto at ${Target.title}`, () => {
    const scope = suiteScope();
    const examples = suited.filter(suitsWsproto);
    let target, results;
    before(async () => {
      target = await Target.start(scope);
      results = await playWithWsproto(examples, target);
    });
    examples.forEach((example, index) =>
      it(`${example.id}: ${example.says}`, () => judgeAll(results[index], wantedOf(example, target), target)),
    );
    it('is well afterwards', () => target.check());
  });
}
