// Too many at once: connections up to the limits and beyond, descriptors down to none, requests by the ten thousand.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { getJson, sanitized, startGateway } from '../../e2e/gateway.mjs';
import { descriptorCount, eventually, residentBytes } from './process.mjs';
import { RawConnection } from './raw_connection.mjs';
import { get, times } from './table.mjs';

const open = (gateway, count, options) =>
  Promise.all(Array.from({ length: count }, () => RawConnection.open(gateway.port, options)));

async function served(connection) {
  const count = connection.answers.length;
  connection.send(get());
  await connection.until(() => connection.answers.length > count || connection.closed);
  return connection.answers.at(-1)?.status === 200;
}

const answers = (gateway) =>
  getJson(gateway, '/health').then(
    () => true,
    () => false,
  );

describe('connections beyond the limits', () => {
  it('of one address are told 503, and other addresses are served', async (t) => {
    const gateway = await startGateway(t, {
      config: { gateway: { http: { connectionsPerIpMax: 20, connectionsMax: 30 } } },
    });
    const held = await open(gateway, 20);
    assert.ok((await Promise.all(held.map(served))).every(Boolean));
    const descriptors = descriptorCount(gateway);

    const refused = await open(gateway, 5);
    for (const connection of refused) {
      assert.ok(await connection.until(() => connection.closed));
      const [{ status, headers, body }] = connection.answers;
      assert.equal(status, 503);
      assert.match(headers['retry-after'], /^\d+$/);
      assert.match(body, /from this address/);
      connection.destroy();
    }
    assert.ok(await eventually(() => descriptorCount(gateway) <= descriptors), 'the refused ones are still open');

    const others = await open(gateway, 10, { localAddress: '127.0.0.2' });
    assert.ok((await Promise.all(others.map(served))).every(Boolean));
    const [last] = await open(gateway, 1, { localAddress: '127.0.0.3' });
    assert.ok(await last.until(() => last.closed));
    assert.equal(last.answers[0].status, 503);
    assert.ok(await served(held[0]));

    [...held, ...others, last].forEach((connection) => connection.destroy());
    assert.ok(await eventually(() => answers(gateway), 1_000), 'it does not recover');
  });

  it('by the hundreds are closed without a word, and cost nothing', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { http: { connectionsPerIpMax: 10 } } } });
    const held = await open(gateway, 10);
    assert.ok((await Promise.all(held.map(served))).every(Boolean)); // accepted, not only waiting to be
    const before = { descriptors: descriptorCount(gateway), bytes: residentBytes(gateway) };
    for (let round = 0; round < 10; ++round) {
      const flood = await open(gateway, 200);
      await Promise.all(flood.map((connection) => connection.until(() => connection.closed)));
      assert.ok(flood.every(({ answers }) => answers.length === 0 || answers[0].status === 503));
      flood.forEach((connection) => connection.destroy());
    }
    assert.ok(await served(held[0]));
    assert.ok(await eventually(() => descriptorCount(gateway) <= before.descriptors), 'descriptors are left');
    const grown = residentBytes(gateway) - before.bytes;
    assert.ok(grown < 8 * 1024 * 1024 * (sanitized ? 8 : 1), `it grew by ${grown} bytes`);
    held.forEach((connection) => connection.destroy());
    assert.ok(await eventually(() => answers(gateway), 1_000), 'it does not recover');
  });

  it('beyond the descriptors of the process end nobody else, and it recovers', async (t) => {
    const gateway = await startGateway(t);
    const [present] = await open(gateway, 1);
    assert.ok(await served(present));
    const limit = descriptorCount(gateway) + 20;
    execFileSync('prlimit', ['--pid', String(gateway.pid), `--nofile=${limit}:`]);
    const flood = await open(gateway, 120);
    flood.forEach((connection) => connection.send(get()));
    assert.ok(await served(present), 'the connection that was there is not served');
    flood.forEach((connection) => connection.destroy());
    assert.ok(await eventually(() => answers(gateway), 1_000), 'it does not recover');
    assert.ok(await served(present));
    present.destroy();
  });

  it('that are reset at once leave nothing behind', async (t) => {
    const gateway = await startGateway(t);
    const before = descriptorCount(gateway);
    for (let round = 0; round < 10; ++round) {
      for (const connection of await open(gateway, 100)) {
        connection.send('GET /healthz HT');
        connection.socket.resetAndDestroy();
      }
    }
    assert.ok(await eventually(() => descriptorCount(gateway) <= before), 'descriptors are left');
    await getJson(gateway, '/health');
  });
});

describe('requests without end', () => {
  it('ten thousand on one connection are answered in order', async (t) => {
    const gateway = await startGateway(t);
    const [connection] = await open(gateway, 1);
    const count = 10_000;
    connection.send(Array.from({ length: count }, (_, index) => get(`/path-${index}`)).join(''));
    assert.ok(
      await connection.until(() => connection.answers.length === count, 60_000),
      `${connection.answers.length} answers`,
    );
    connection.answers.forEach(({ status, body }, index) => {
      assert.equal(status, 404);
      assert.ok(body.includes(`at /path-${index};`), body);
    });
    connection.destroy();
  });

  it('half a request on each of 400 connections costs less than 64 KB each', async (t) => {
    const gateway = await startGateway(t);
    await getJson(gateway, '/health');
    const before = residentBytes(gateway);
    const flood = await open(gateway, 400);
    for (const connection of flood) connection.send(`GET /healthz HTTP/1.1\r\nX: ${'y'.repeat(16_000)}`);
    await getJson(gateway, '/health');
    const each = (residentBytes(gateway) - before) / flood.length;
    assert.ok(each < 64 * 1024 * (sanitized ? 4 : 1), `${each} bytes for each`);
    flood.forEach((connection) => connection.destroy());
  });

  it('two thousand bad ones do not slow down a good one', async (t) => {
    const gateway = await startGateway(t);
    const bad = [
      get('/../x'),
      'GET / HTTP/1.1\r\n\r\n',
      '\x16\x03\x01',
      `GET /${'a'.repeat(9000)}`,
      times(200, 'X: y\r\n'),
    ];
    for (let round = 0; round < 50; ++round) {
      const flood = await open(gateway, 40);
      flood.forEach((connection, index) => connection.send(bad[index % bad.length]));
      await Promise.all(flood.map((connection) => connection.until(() => connection.closed)));
      flood.forEach((connection) => connection.destroy());
    }
    const start = performance.now();
    await getJson(gateway, '/health');
    assert.ok(performance.now() - start < 500);
  });
});
