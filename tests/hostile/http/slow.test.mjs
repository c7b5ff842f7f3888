// Peers that send slowly, or not at all, or take no answers: each is let go in its time, and costs next to nothing.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getJson, sanitized, startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { residentBytes } from './process.mjs';
import { RawConnection } from './raw_connection.mjs';
import { chunked, get, post, request, times } from './table.mjs';

const deadlineMs = 1_000; // of the head, and of the body
const lateMs = 4_000;
const every = 100; // ms between two bytes of a slow peer

// [name, what is sent at once, what is sent again and again, verdict]; the answers come after the deadline, in time.
const slowPeers = [
  ['nothing', '', '', 'closed'],
  ['an empty line', '\r\n', '', '408 closed'],
  ['half a method', 'GE', '', '408 closed'],
  ['a request line', 'GET /healthz HTTP/1.1\r\n', '', '408 closed'],
  ['half a head', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', '', '408 closed'],
  ['all but the last byte of a head', get().slice(0, -1), '', '408 closed'],
  ['a target, byte by byte', 'GET /', 'a', '408 closed'],
  ['a header value, byte by byte', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ', 'a', '408 closed'],
  ['headers, line by line', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', 'X: y\r\n', '408 closed'],
  ['no body', post('Content-Length: 5\r\n'), '', '408 closed'],
  ['half a body', post('Content-Length: 5\r\n', 'hel'), '', '408 closed'],
  ['a body, byte by byte', post('Content-Length: 4096\r\n'), 'a', '408 closed'],
  ['no chunk', chunked(''), '', '408 closed'],
  ['half a chunk', chunked('5\r\nhel'), '', '408 closed'],
  ['chunks of a byte', chunked(''), '1\r\nx\r\n', '408 closed'],
  ['a chunk size, zero by zero', chunked(''), '0', '408 closed'],
  ['a chunk extension, byte by byte', chunked('5;a='), 'b', '408 closed'],
  ['a trailer, byte by byte', chunked('0\r\nX: '), 'y', '408 closed'],
  ['trailers, line by line', chunked('0\r\n'), 'X: y\r\n', '408 closed'],
  ['no last line', chunked('0\r\n'), '', '408 closed'],
  [
    'no body after being told to go on',
    request('POST', '/api/sessions', 'Expect: 100-continue\r\nContent-Length: 5\r\n'),
    '',
    '100 408 closed',
  ],
  ['half a second request', get() + 'GET /heal', '', '200 408 closed'],
  ['half a second request, byte by byte', `${get()}GET /healthz HTTP/1.1\r\nX: `, 'a', '200 408 closed'],
];

describe('slow peers', { concurrency: true }, () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    const http = { headerTimeoutSeconds: deadlineMs / 1000, bodyTimeoutSeconds: deadlineMs / 1000 };
    gateway = await startGateway(scope, { config: { gateway: { http } } });
  });

  for (const [name, first, again, verdict] of slowPeers) {
    it(`send ${name}: ${verdict}`, async () => {
      const start = performance.now(); // not after the opening: the gateway's clock may run before this one hears of it
      const connection = await RawConnection.open(gateway.port);
      connection.send(first);
      const drip = again && setInterval(() => connection.send(again), every);
      try {
        assert.ok(await connection.until(() => connection.closed, lateMs), 'it is not closed');
        const took = performance.now() - start;
        const seen = [...connection.answers.map(({ status }) => status), 'closed'].join(' ');
        assert.equal(seen, verdict);
        assert.ok(took > deadlineMs * 0.9, `closed after ${took} ms already`);
      } finally {
        clearInterval(drip);
        connection.destroy();
      }
      await getJson(gateway, '/health');
    });
  }

  it('that come by the hundreds do not keep anyone else waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 500 }, () => RawConnection.open(gateway.port)));
    for (const connection of slow) connection.send('GET /healthz HTTP/1.1\r\nX: ');
    const longest = await longestOf(50, () => getJson(gateway, '/health'));
    assert.ok(longest < (sanitized ? 2_000 : 500), `an answer took ${longest} ms`);
    slow.forEach((connection) => connection.destroy());
  });
});

describe('peers that take no answers', () => {
  const scope = suiteScope();
  let gateway;
  let largest;
  before(async () => {
    gateway = await startGateway(scope);
    largest = await largestAsset(gateway);
  });

  it('are not answered into memory: a thousand requests are held back until the answers are read', async () => {
    const connection = await RawConnection.open(gateway.port);
    const before = residentBytes(gateway);
    connection.socket.pause();
    connection.send(times(1_000, get(largest.path)));
    await longestOf(20, () => getJson(gateway, '/health'));
    const grown = residentBytes(gateway) - before;
    assert.ok(
      grown < 16 * 1024 * 1024 * (sanitized ? 4 : 1),
      `it grew by ${grown} bytes; an answer has ${largest.size}`,
    );
    connection.socket.resume();
    assert.ok(
      await connection.until(() => connection.answers.length === 1_000, 60_000),
      `${connection.answers.length}`,
    );
    assert.ok(connection.answers.every(({ status, body }) => status === 200 && body.length === largest.size));
    connection.destroy();
  });

  it('and send on and on are not read into memory', async () => {
    const connections = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(gateway.port)));
    const before = residentBytes(gateway);
    for (const connection of connections) {
      connection.socket.pause();
      connection.send(times(20_000, get(largest.path)));
    }
    await longestOf(20, () => getJson(gateway, '/health'));
    const grown = residentBytes(gateway) - before;
    assert.ok(grown < 20 * 2 * 1024 * 1024 * (sanitized ? 4 : 1), `it grew by ${grown} bytes`);
    connections.forEach((connection) => connection.destroy());
  });

  const long = process.env.CHELA_LONG === '1';
  it(
    'are let go after half a minute, and idle ones after a minute',
    { skip: !long && 'tools/test --long' },
    async () => {
      const [stalled, idle] = await Promise.all([RawConnection.open(gateway.port), RawConnection.open(gateway.port)]);
      idle.send(get());
      stalled.socket.pause();
      stalled.send(times(1_000, get(largest.path)));
      assert.ok(await idle.until(() => idle.closed, 70_000), 'the idle connection stays');
      stalled.socket.resume();
      assert.ok(await stalled.until(() => stalled.closed), 'the stalled connection stays');
      assert.ok(stalled.answers.length < 1_000);
    },
  );
});

async function longestOf(count, action) {
  let longest = 0;
  for (let index = 0; index < count; ++index) {
    const start = performance.now();
    await action();
    longest = Math.max(longest, performance.now() - start);
  }
  return longest;
}

// The largest file of the page.
async function largestAsset(gateway) {
  const path = '/chat/app.js';
  const size = (await (await fetch(gateway.url + path, { headers: { 'Accept-Encoding': 'identity' } })).arrayBuffer())
    .byteLength;
  return { path, size };
}
