// Paths that are spelled otherwise, and texts that come back in answers (spec H-09, H-13, H-15).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startGateway } from '../../e2e/gateway.mjs';
import { Random } from '../random.mjs';
import { RawConnection } from './raw_connection.mjs';
import { get, request } from './table.mjs';

const token = 'a-token-that-nobody-sends';
const protectedPaths = [
  '/health',
  '/metrics',
  '/doctor',
  '/doctor/text',
  '/api/status',
  '/api/sessions',
  '/v1/models',
  '/ws',
];

const encode = (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
const spellings = [
  (path) => path,
  (path) => path + '/',
  (path) => path + '//',
  (path) => path + '/.',
  (path) => path + '/..',
  (path) => path + '/x/..',
  (path) => path + '?',
  (path) => path + '?/healthz',
  (path) => path + '#/healthz',
  (path) => path + ';/healthz',
  (path) => path + '%00',
  (path) => path + '%20',
  (path) => path + '%0a',
  (path) => path + '%3f',
  (path) => path + '.json',
  (path) => path + '\\',
  (path) => '/' + path,
  (path) => '//' + path,
  (path) => '/.' + path,
  (path) => '/%2e' + path,
  (path) => '/..' + path,
  (path) => '/%2e%2e' + path,
  (path) => '/..;' + path,
  (path) => '/healthz/..' + path,
  (path) => '/healthz/%2e%2e' + path,
  (path) => '/healthz/..%2f' + path.slice(1),
  (path) => '/healthz%2f..' + path,
  (path) => '/chat/..' + path,
  (path) => '/chat/..;' + path,
  (path) => '/chat/..%5c' + path.slice(1),
  (path) => '/chat\\..' + path,
  (path) => '/%c0%ae%c0%ae' + path,
  (path) => path.toUpperCase(),
  (path) => '/' + Array.from(path.slice(1), encode).join(''),
  (path) => '/' + encode(path[1]) + path.slice(2),
  (path) => '/' + encode(path[1]).replace('%', '%25') + path.slice(2),
  (path) => Array.from(path, encode).join(''),
  (path) => 'http://localhost' + path,
  (path) => 'http://localhost/..' + path,
  (path) => 'HTTP://LOCALHOST' + path,
];

async function ask(port, bytes, isHead) {
  const connection = await RawConnection.open(port);
  if (isHead) connection.expectHeadAnswers([0]);
  connection.send(bytes);
  await connection.until(() => connection.answers.length > 0 || connection.closed);
  connection.destroy();
  return connection.answers[0];
}

describe('paths', () => {
  it('in 300 spellings and more are nowhere open without the token', async (t) => {
    const gateway = await startGateway(t, { config: { gateway: { auth: { token } } } });
    const wrong = [];
    for (const path of protectedPaths) {
      for (const spell of spellings) {
        for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
          const { status } = await ask(gateway.port, request(method, spell(path)), method === 'HEAD');
          if (![400, 401].includes(status)) wrong.push(`${method} ${spell(path)}: ${status}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(spellings.length * protectedPaths.length >= 300);
  });

  it('and texts in 500 odd forms never become a header or a page of the answer', async (t) => {
    const gateway = await startGateway(t, {});
    const seed = Number(process.env.CHELA_SEED ?? Date.now() % 1e9);
    t.diagnostic(`seed ${seed}`);
    const random = new Random(seed);
    const pieces = [
      '%0d%0a',
      '%0a',
      '%0d',
      '%e5%98%8a%e5%98%8d',
      '%c4%8d%c4%8a',
      'Set-Cookie:a=b',
      'X-Injected:1',
      '<script>',
      '%3cscript%3ealert(1)%3c/script%3e',
      '"',
      '%22',
      "'",
      '{{7*7}}',
      '${x}',
      '%1b[31m',
      '%00',
      '\x1b',
      '%25%30%61',
      '\u00e9',
      'a',
      '/',
      '%2f',
    ];
    for (let index = 0; index < 500; ++index) {
      const text = Array.from({ length: 1 + random.below(6) }, () => random.pick(pieces)).join('');
      const bytes = random.pick([
        () => get(`/x${text}`),
        () => get(`/x?${text}`),
        () => get('/nothing', `Origin: http://${text}\r\n`),
        () => `GET /healthz HTTP/1.1\r\nHost: ${text}\r\n\r\n`,
        () => request(`GET${text.slice(0, 20)}`, '/healthz'),
        () => get('/health', `X-Request-Id: ${text}\r\nAccept: ${text}\r\n`),
        () => get(`/api/sessions/${text}`),
        () => get('/ws', `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ${text}\r\n`),
      ])();
      const { status, headers, body } = await ask(gateway.port, bytes);
      const told = JSON.stringify({ bytes, status, headers, body });
      assert.equal(headers['set-cookie'] ?? headers['x-injected'], undefined, told);
      assert.equal(headers['access-control-allow-origin'], undefined, told);
      assert.match(headers['content-type'], /^application\/json/, told);
      JSON.parse(body);
    }
  });
});
