// Too big, too many, too slow: each has its limit, and none disturbs anyone else.

import assert from 'node:assert/strict';
import net from 'node:net';
import { describe, it } from 'node:test';
import { Conversation } from './conversation.mjs';
import { getJson, sanitized, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';

// A bare connection: everything received as text, and when it was closed.
async function connect(t, gateway) {
  const socket = net.connect(gateway.port, '127.0.0.1');
  defer(t, () => socket.destroy());
  const peer = { socket, received: '' };
  socket.setEncoding('utf8').on('data', (text) => (peer.received += text));
  socket.on('error', () => {});
  peer.closed = new Promise((resolve) => socket.on('close', () => resolve(peer.received)));
  await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject));
  return peer;
}

const short = { gateway: { http: { headerTimeoutSeconds: 1, bodyTimeoutSeconds: 1 } } };

describe('messages', () => {
  it('above the size limit close with 1009', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { webSocket: { maxMessageBytes: 4096 } } } });
    const conversation = await Conversation.open(gateway);
    conversation.send({ type: 'user_message', text: 'x'.repeat(5000) });
    assert.equal((await conversation.closed).code, 1009);
  });

  it('too many a minute get an error and close with 1008', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { webSocket: { messagesPerMinutePerConnection: 5 } } } });
    const conversation = await Conversation.open(gateway);
    for (let index = 0; index < 10; ++index) conversation.send({ type: 'user_message', text: `Hello ${index}` });
    assert.equal((await conversation.closed).code, 1008);
    assert.ok(conversation.frames.some((frame) => frame.type === 'error'), JSON.stringify(conversation.frames));
    assert.equal(conversation.frames.filter((frame) => frame.type === 'message_accepted').length, 5);
  });

  it('too many connections from one address are refused with 1008', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { webSocket: { maxConnectionsPerIp: 2 } } } });
    const first = await Conversation.open(gateway);
    await Conversation.open(gateway);
    const third = await Conversation.open(gateway);
    assert.equal((await third.closed).code, 1008);
    await first.close();
    const fourth = await Conversation.open(gateway);
    await fourth.settle();
  });

  it('from a silent client end the connection with 1008', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { webSocket: { receiveTimeoutSeconds: 1 } } } });
    const conversation = await Conversation.open(gateway, { autoPong: false });
    assert.equal((await conversation.closed).code, 1008);
  });

  it('as HTTP bodies above the cap get 413 before they are read', async (t) => {
    const gateway = await startGateway(t, {});
    const peer = await connect(t, gateway);
    peer.socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n',
    );
    assert.match(await peer.closed, /^HTTP\/1\.1 413 /);
  });
});

describe('slow and silent peers', () => {
  it('200 silent connections make no difference to /health', async (t) => {
    const gateway = await startGateway(t, {});
    const measure = async () => {
      const times = [];
      for (let index = 0; index < 50; ++index) {
        const start = performance.now();
        await getJson(gateway, '/health');
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      return { median: times[25], slowest: times.at(-1) };
    };
    // Other work of the machine may slow one round down; the connections would slow down every one.
    const best = { alone: { median: Infinity, slowest: Infinity }, beside: { median: Infinity, slowest: Infinity } };
    const note = (name, { median, slowest }) => {
      best[name] = { median: Math.min(best[name].median, median), slowest: Math.min(best[name].slowest, slowest) };
    };
    for (let round = 0; round < 4; ++round) {
      note('alone', await measure());
      const silent = await Promise.all(Array.from({ length: 200 }, () => connect(t, gateway)));
      note('beside', await measure());
      silent.forEach(({ socket }) => socket.destroy());
      await Promise.all(silent.map(({ closed }) => closed));
    }
    const { alone, beside } = best;
    assert.ok(beside.slowest < (sanitized ? 500 : 100), `slowest ${beside.slowest} ms`);
    assert.ok(beside.median < alone.median * 3 + 2, `median ${beside.median} ms beside, ${alone.median} ms alone`);
  });

  it('are closed: nothing sent, half a head, a byte at a time, half a body', async (t) => {
    const gateway = await startGateway(t, { config: short });
    const host = `Host: 127.0.0.1:${gateway.port}\r\n`;
    const [silent, half, dripping, body] = await Promise.all(Array.from({ length: 4 }, () => connect(t, gateway)));
    half.socket.write(`GET /health HTTP/1.1\r\n${host}`);
    dripping.socket.write('GET /health HTTP/1.1\r\nX-A: ');
    const drip = setInterval(() => dripping.socket.write('a'), 100);
    defer(t, () => clearInterval(drip));
    body.socket.write(`POST /api/sessions HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a":`);
    await Promise.all([silent.closed, half.closed, dripping.closed, body.closed]);
    assert.match(body.received, /^(HTTP\/1\.1 408 |$)/);
    await getJson(gateway, '/health');
  });

  it('keep an idle WebSocket: a quiet reader is not a slow sender', async (t) => {
    const gateway = await startGateway(t, { config: short });
    const conversation = await Conversation.open(gateway);
    const silent = await connect(t, gateway);
    await silent.closed; // more than the head's deadline has passed
    await conversation.settle();
    assert.equal(conversation.socket.readyState, conversation.socket.OPEN);
  });
});

describe('requests in shapes that smuggle', () => {
  const cases = {
    'two lengths': 'Content-Length: 5\r\nContent-Length: 6\r\n',
    'a length and a coding': 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    'an unknown coding': 'Transfer-Encoding: xchunked\r\n',
    'a space before the colon': 'Transfer-Encoding : chunked\r\n',
    'a length with a sign': 'Content-Length: +5\r\n',
    'a negative length': 'Content-Length: -1\r\n',
    'a folded line': 'X-A: 1\r\n b\r\n',
    'a second host': 'Host: other\r\n',
    'a NUL in a value': 'X-A: a\0b\r\n',
    'a bare line feed': 'X-A: 1\nX-B: 2\r\n',
  };
  for (const [name, lines] of Object.entries(cases)) {
    it(`${name}: 400 and closed`, async (t) => {
      const gateway = await startGateway(t, {});
      const peer = await connect(t, gateway);
      peer.socket.write(`POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n${lines}\r\nhello`);
      assert.match(await peer.closed, /^HTTP\/1\.1 400 [\s\S]*$/);
      assert.equal(peer.received.split('HTTP/1.1').length, 2, 'the rest was taken for another request');
    });
  }

  it('no host: 400', async (t) => {
    const gateway = await startGateway(t, {});
    const peer = await connect(t, gateway);
    peer.socket.write('GET /health HTTP/1.1\r\n\r\n');
    assert.match(await peer.closed, /^HTTP\/1\.1 400 /);
  });
});
