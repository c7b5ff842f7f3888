// Every opening handshake of the list at the gateway.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { RawConnection } from '../http/raw_connection.mjs';
import { openCases, tokenCases, tokenOfTests } from './cases/handshake.mjs';
import { bytesOf, close, frame, ping, text } from './frames.mjs';

const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';

function requestOf({ change, line = 'GET /ws HTTP/1.1', body = '' }, port) {
  const fields = {
    Host: 'HOST',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': sampleKey,
    ...change,
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  const head = `${line}\r\n${lines.join('')}\r\n${body}`;
  return head.replaceAll('HOST', `127.0.0.1:${port}`).replaceAll('PORT', `${port}`);
}

const acceptOf = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

async function play(example, port) {
  const connection = await RawConnection.open(port);
  try {
    connection.send(requestOf(example, port));
    assert.ok(await connection.until(() => connection.answers.length > 0), 'no answer');
    const [answer] = connection.answers;
    assert.equal(answer.status, example.status, answer.body);
    for (const [name, value] of Object.entries(example.headers ?? {})) assert.equal(answer.headers[name], value, name);
    if (answer.status === 101) await checkOpen(connection, answer, example);
    else assert.ok(JSON.parse(answer.body).error.message.length > 10, 'a refusal says what is wrong');
  } finally {
    connection.destroy();
  }
}

async function checkOpen(connection, { headers }, { change, compressedIsRefused }) {
  assert.equal(headers['sec-websocket-accept'], acceptOf(change['Sec-WebSocket-Key'] ?? sampleKey));
  assert.equal(headers.upgrade, 'websocket');
  assert.doesNotMatch(JSON.stringify(headers), /token/i);
  const steps = compressedIsRefused ? [frame('text', 'x', { rsv: 4 })] : [ping('open'), close(1000)];
  connection.send(bytesOf(steps).toString('latin1'));
  assert.ok(await connection.until(() => connection.closed), 'it stayed open');
  const received = connection.leftover.toString('hex');
  if (compressedIsRefused) assert.match(received, /^88[0-7][0-9a-f]03ea/, received);
  else assert.match(received, /8a046f70656e880203e8$/, received); // after `attached`, where an event was named
}

describe('opening handshakes', () => {
  const scope = suiteScope();
  let gateway;
  before(
    async () =>
      (gateway = await startGateway(scope, { config: { gateway: { webSocket: { maxConnectionsPerIp: 1000 } } } })),
  );
  for (const example of openCases)
    it(`${example.name}: ${example.status}, ${example.says}`, () => play(example, gateway.port));

  it('frames in the packet of the handshake: are read after it', async () => {
    const connection = await RawConnection.open(gateway.port);
    const frames = bytesOf([text('{"type":"hello"}'), ping('early'), close(1000)]).toString('latin1');
    connection.send(requestOf({ change: {} }, gateway.port) + frames);
    assert.ok(await connection.until(() => connection.closed), 'it stayed open');
    assert.match(connection.leftover.toString('latin1'), /\x8a\x05early/);
    assert.match(connection.leftover.toString('latin1'), /\x88\x02\x03\xe8$/);
  });

  it('a second request behind a refused one: is not taken for an upgraded connection', async () => {
    const connection = await RawConnection.open(gateway.port);
    const refused = requestOf({ change: { 'Sec-WebSocket-Version': '8' } }, gateway.port);
    connection.send(refused + `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nConnection: close\r\n\r\n`);
    assert.ok(await connection.until(() => connection.closed));
    assert.deepEqual(connection.answers.map(({ status }) => status).slice(0, 1), [426]);
    assert.ok(connection.answers.every(({ status }) => status === 426 || status === 200));
  });
});

describe('opening handshakes with a token', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => (gateway = await startGateway(scope, { config: { gateway: { auth: { token: tokenOfTests } } } })));
  for (const example of tokenCases)
    it(`${example.name}: ${example.status}, ${example.says}`, () => play(example, gateway.port));

  it('too many wrong tokens: 429, also for the next ones', async () => {
    const wrong = { change: { Authorization: 'Bearer wrong' }, status: 401 };
    const statuses = [];
    for (let round = 0; round < 25; ++round) {
      const connection = await RawConnection.open(gateway.port);
      connection.send(requestOf(wrong, gateway.port));
      await connection.until(() => connection.answers.length > 0);
      statuses.push(connection.answers[0].status);
      connection.destroy();
    }
    assert.equal(statuses.at(-1), 429, statuses.join(' '));
  });
});
