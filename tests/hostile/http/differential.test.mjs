// The same bytes to the gateway and to Node's HTTP parser (llhttp, strict): the gateway never takes more of them for
// requests than llhttp does. Where a reading differs for a good reason, the case is named here with the reason.

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { Random } from '../random.mjs';
import { damaged } from './damage.mjs';
import { RawConnection } from './raw_connection.mjs';
import { bytesOf, get } from './table.mjs';
import { tables } from './tables.mjs';

const allowed = {
  'llhttp knows a list of methods, for a path that is missing the gateway looks no further':
    /^methods: an unknown method on a missing path$/,
  'llhttp wants targets in ASCII, the gateway in UTF-8': /^targets: raw UTF-8$/,
  'llhttp stops at any wish for an upgrade, the gateway hears only that of a WebSocket (RFC 9110 7.8)': /^Upgrade: /,
  'llhttp obeys Connection in trailers, the gateway drops them (RFC 9110 6.5.1)': /^chunks: trailer Connection: close$/,
  'llhttp obeys Proxy-Connection, which no standard knows': /^headers: Proxy-Connection$/,
};

const patienceMs = 3_000;
const side = 16; // at once

// Counts the requests that llhttp sees on each connection, by the port of the client, until it refuses.
async function startReference() {
  const server = http.createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: 16_384 });
  server.seen = new Map();
  server.on('connection', ({ remotePort }) => server.seen.set(remotePort, 0)); // the port may have been another's
  const note = ({ remotePort }) => server.seen.set(remotePort, server.seen.get(remotePort) + 1);
  const take = (request, response) => {
    note(request.socket);
    request.resume();
    response.end();
  };
  server.on('request', take).on('checkContinue', take).on('checkExpectation', take);
  server.on('connect', ({ socket }) => {
    note(socket);
    socket.destroy();
  });
  server.on('clientError', (_, socket) => socket.destroy());
  server.maxRequestsPerSocket = 0;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function readByReference(server, bytes) {
  const socket = net.connect(server.address().port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => socket.on('connect', resolve));
  const { localPort } = socket;
  const closed = new Promise((resolve) => socket.on('close', resolve).setTimeout(patienceMs, resolve));
  socket.resume().end(Buffer.from(bytes, 'latin1'));
  await closed;
  socket.destroy();
  return server.seen.get(localPort) ?? 0;
}

// The answers that the gateway gave to requests, refusals of its parser left out.
async function readByGateway(port, bytes) {
  const connection = await RawConnection.open(port);
  connection.expectHeadAnswers(headAnswers(bytes));
  connection.send(bytes);
  connection.endSending();
  await connection.until(() => connection.closed, patienceMs);
  connection.destroy();
  const final = connection.answers.filter(({ status }) => status >= 200 || status === 101);
  const taken = final.findIndex((answer) => isRefusal(answer, connection.closed));
  return taken < 0 ? final.length : taken;
}

// Only the tables' own HEAD requests stand at the beginning of what is sent, or behind a GET.
function headAnswers(bytes) {
  const methods = [...bytes.matchAll(/(?:^|\r\n\r\n)([A-Z]+) [^\r\n]* HTTP\/1\.[01]\r\n/g)].map(([, method]) => method);
  return methods.flatMap((method, index) => (method === 'HEAD' ? [index] : []));
}

// The gateway's parser closes when it refuses; 403 and 404 are a route's answers to a request that was read, and so is
// 405, but llhttp knows a list of methods and refuses all others.
function isRefusal({ status }, closed) {
  return status === 405 || (closed && [400, 408, 413, 414, 417, 431, 501, 505].includes(status));
}

describe('beside llhttp', () => {
  const scope = suiteScope();
  let gateway;
  let reference;
  before(async () => {
    [gateway, reference] = await Promise.all([startGateway(scope), startReference()]);
  });
  after(() => {
    reference.closeAllConnections();
    reference.close();
  });

  // Two more requests tell where each reader takes the first ones to end.
  async function compare(bytes) {
    const all = bytes + get() + get();
    const [ours, theirs] = await Promise.all([readByGateway(gateway.port, all), readByReference(reference, all)]);
    return { ours, theirs };
  }

  async function inParallel(items, action) {
    const queue = [...items];
    await Promise.all(
      Array.from({ length: side }, async () => {
        while (queue.length > 0) await action(queue.shift());
      }),
    );
  }

  it('no case of the tables is read with more lenience', async () => {
    const cases = tables
      .filter(({ config }) => !config)
      .flatMap(({ subject, cases }) =>
        cases.map((test) => ({ name: `${subject}: ${test.name}`, bytes: bytesOf(test) })),
      );
    const unknown = [];
    const used = new Set();
    await inParallel(
      cases.filter(({ bytes }) => bytes && bytes.length < 100_000),
      async ({ name, bytes }) => {
        const { ours, theirs } = await compare(bytes);
        if (ours <= theirs) return;
        const reason = Object.keys(allowed).find((key) => allowed[key].test(name));
        if (reason) used.add(reason);
        else unknown.push(`${name}: ${ours} requests, llhttp sees ${theirs}`);
      },
    );
    assert.deepEqual(unknown, []);
    assert.deepEqual([...used].sort(), Object.keys(allowed).sort(), 'a difference is named that there is not');
  });

  it('no damaged request is read with more lenience', async (t) => {
    const seed = Number(process.env.CHELA_SEED ?? Date.now() % 1e9);
    t.diagnostic(`seed ${seed}`);
    const random = new Random(seed);
    const count = process.env.CHELA_LONG === '1' ? 10_000 : 600;
    const worse = [];
    await inParallel(
      Array.from({ length: count }, () => get() + damaged(random)),
      async (bytes) => {
        const { ours, theirs } = await compare(bytes);
        if (ours > theirs) worse.push(`${ours} requests, llhttp sees ${theirs}: ${JSON.stringify(bytes)}`);
      },
    );
    assert.deepEqual(worse, [], `CHELA_SEED=${seed}`);
  });
});
