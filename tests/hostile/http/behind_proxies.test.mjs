// The same bytes through nginx and through haproxy to the gateway: both ends of the connection between them see the same
// requests (spec H-04). What a proxy lets through and the gateway reads in another way is how requests are smuggled.

import assert from 'node:assert/strict';
import net from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeHome, startGateway } from '../../e2e/gateway.mjs';
import { defer } from '../../e2e/scope.mjs';
import { Random } from '../random.mjs';
import { damaged } from './damage.mjs';
import { eventually } from './process.mjs';
import { proxies, startProxy } from './proxies.mjs';
import { bytesOf, get, post, smuggled } from './table.mjs';
import { tables } from './tables.mjs';

const side = 32; // connections at once
const patienceMs = 4_000;
const last = get('/healthz', 'Connection: close\r\n');

// Answers to HEAD have no body, and an upgraded connection carries no requests any more.
const isPlain = (bytes) => bytes && bytes.length < 100_000 && !/^HEAD /m.test(bytes) && !/^Upgrade *:/im.test(bytes);

function ask(path, bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(path).on('error', () => {}).on('close', resolve);
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.resume().write(Buffer.from(bytes + last, 'latin1'));
  });
}

// A body that would be a request to who reads its length in another way.
function hidden(random) {
  const bytes = damaged(random);
  return random.chance(50) ? bytes : bytes.replace(/hello|hel/, smuggled);
}

async function inParallel(items, action) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: side }, async () => {
      while (queue.length > 0) await action(queue.shift());
    }),
  );
}

for (const name of Object.keys(proxies)) {
  describe(`behind ${name}`, () => {
    it('the gateway sees the requests that the proxy has sent, no more and no fewer', async (t) => {
      const seed = Number(process.env.CHELA_SEED ?? Date.now() % 1e9);
      const random = new Random(seed);
      const gateway = await startGateway(t, {});
      const proxy = await startProxy(t, name, join(makeHome(t), 'proxy'), gateway.port);
      const generated = process.env.CHELA_LONG === '1' ? 10_000 : 500;
      const all = [
        ...tables.filter(({ config }) => !config).flatMap(({ cases }) => cases.map(bytesOf)),
        ...Array.from({ length: generated }, () => hidden(random)),
      ].filter(isPlain);
      await inParallel(all, (bytes) => ask(proxy.path, bytes));
      await eventually(() => proxy.passages.every(({ agrees }) => agrees), patienceMs);
      const wrong = proxy.passages
        .filter(({ agrees }) => !agrees)
        .map(({ sent, answered, failure, requests }) => `sent ${sent}, answered ${answered}, ${failure}: ${JSON.stringify(requests.slice(-600))}`);
      const sent = proxy.passages.reduce((sum, passage) => sum + passage.sent, 0);
      t.diagnostic(`seed ${seed}: ${all.length} inputs, ${sent} requests came through on ${proxy.passages.length} connections`);
      assert.deepEqual(wrong.slice(0, 5), [], `CHELA_SEED=${seed}`);
      assert.ok(sent > all.length / 2, 'too little came through to prove anything');
    });

    it('and a server that takes bodies for requests is found out', async (t) => {
      const careless = await startCareless(t);
      const proxy = await startProxy(t, name, join(makeHome(t), 'proxy'), careless.address().port);
      await ask(proxy.path, post(`Content-Length: ${smuggled.length}\r\n`, smuggled));
      assert.ok(await eventually(() => proxy.passages.some(({ sent, answered }) => answered > sent)));
    });
  });
}

// Answers whatever ends in an empty line.
async function startCareless(t) {
  const server = net.createServer((socket) => {
    let unread = '';
    socket.on('error', () => {}).on('data', (bytes) => {
      const heads = (unread + bytes.toString('latin1')).split('\r\n\r\n');
      unread = heads.pop();
      for (const _ of heads) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(t, () => server.close());
  return server;
}
