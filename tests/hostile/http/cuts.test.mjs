// Connections that break at every byte of a request and of its answer (spec H-19): nothing is left, and half a request
// is never acted upon.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getJson, startGateway } from '../../e2e/gateway.mjs';
import { descriptorCount, eventually } from './process.mjs';
import { RawConnection } from './raw_connection.mjs';
import { get, host } from './table.mjs';

const body = '{"text":"hello"}';
const message = (framing, text) =>
  `POST /api/sessions/cut/messages HTTP/1.1\r\n${host}Content-Type: application/json\r\n${framing}\r\n${text}`;
const requests = {
  'with a length': message(`Content-Length: ${body.length}\r\n`, body),
  'in chunks': message(
    'Transfer-Encoding: chunked\r\n',
    `${body.length.toString(16)};a=b\r\n${body}\r\n0\r\nX: y\r\n\r\n`,
  ),
};
const ways = {
  ended: (connection) => connection.endSending(),
  reset: (connection) => connection.socket.resetAndDestroy(),
};

describe('a connection', () => {
  for (const [form, bytes] of Object.entries(requests)) {
    for (const [way, cut] of Object.entries(ways)) {
      it(`${way} at every byte of a message ${form} starts no turn`, async (t) => {
        const gateway = await startGateway(t);
        await getJson(gateway, '/api/sessions'); // it opens its files at their first use
        const before = descriptorCount(gateway);
        for (let size = 0; size < bytes.length; ++size) {
          const connection = await RawConnection.open(gateway.port);
          connection.send(bytes.slice(0, size));
          cut(connection);
          if (way === 'ended') assert.ok(await connection.until(() => connection.closed), `at ${size}`);
          assert.equal(connection.answers.length, 0, `at ${size}`);
          connection.destroy();
        }
        assert.deepEqual((await getJson(gateway, '/api/sessions')).sessions, []);
        assert.ok(await eventually(() => descriptorCount(gateway) <= before), 'descriptors are left');
      });
    }
  }

  it('reset in the middle of answers leaves nothing behind', async (t) => {
    const gateway = await startGateway(t);
    await getJson(gateway, '/health');
    const before = descriptorCount(gateway);
    for (let round = 0; round < 300; ++round) {
      const connection = await RawConnection.open(gateway.port);
      connection.send(get('/chat') + get('/chat'));
      await new Promise((resolve) => connection.socket.once('data', resolve));
      connection.socket.resetAndDestroy();
    }
    assert.ok(await eventually(() => descriptorCount(gateway) <= before), 'descriptors are left');
    await getJson(gateway, '/health');
  });
});
