// A gateway with a token (spec 2.3 and H-20): who shows none learns nothing, and no spelling of a request shows one.

import assert from 'node:assert/strict';
import { get, group, request } from '../table.mjs';

const token = 'correct-horse-battery-staple';
const bearer = (value) => `Authorization: Bearer ${value}\r\n`;
const health = (fields = '', target = '/health') => get(target, fields);
const silent = {
  check: (answers) => assert.doesNotMatch(JSON.stringify(answers), /uptime|version|\/root|\/home|battery/),
};

export default {
  subject: 'access',
  config: { gateway: { auth: { token } } },
  cases: [
    ...group('spec H-20, A-03', 'Without the token everything but the page and the probes is 401, and tells nothing.', [
      ['health', health(), '401 open', silent],
      ['metrics', get('/metrics'), '401 open', silent],
      ['doctor', get('/doctor'), '401 open', silent],
      ['doctor as text', get('/doctor/text'), '401 open', silent],
      ['status', get('/api/status'), '401 open', silent],
      ['sessions', get('/api/sessions'), '401 open', silent],
      ['models', get('/v1/models'), '401 open', silent],
      ['a missing path', get('/nothing'), '401 open', silent],
      ['a path with a secret name', get('/admin'), '401 open', silent],
      ['a wrong method', request('DELETE', '/health'), '401 open', silent],
      ['HEAD', request('HEAD', '/health'), '401 open', { bodiless: [0] }],
      ['OPTIONS', request('OPTIONS', '/health'), '401 open', silent],
      ['a message', request('POST', '/api/sessions/x/messages', 'Content-Length: 2\r\n', '{}'), '401 closed', silent],
      [
        'a message that waits',
        request('POST', '/api/sessions/x/messages', 'Expect: 100-continue\r\nContent-Length: 2\r\n'),
        '401 closed',
        silent,
      ],
      [
        'a body of a gigabyte',
        request('POST', '/v1/chat/completions', 'Content-Length: 1073741824\r\n'),
        '401 closed',
        silent,
      ],
      [
        'a WebSocket',
        get(
          '/ws',
          'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
        ),
        '401 open',
        silent,
      ],
      ['alive', get('/healthz'), '200 open', silent],
      ['ready', get('/readyz'), '200 open', silent],
      ['the page', get('/chat'), '200 open'],
    ]),
    ...group('spec A-04, A-09', 'Only the token itself, in its header, is the token.', [
      ['the token', health(bearer(token)), '200 open'],
      ['the token, scheme in lower case', health(`authorization: bearer ${token}\r\n`), '200 open'],
      ['a prefix of it', health(bearer(token.slice(0, -1))), '401 open', silent],
      ['it and more', health(bearer(`${token}x`)), '401 open', silent],
      ['it and a NUL', health(bearer(`${token}\x00`)), '400 closed', silent],
      ['in upper case', health(bearer(token.toUpperCase())), '401 open', silent],
      ['with look-alikes', health(bearer(token.replace('o', '\xd0\xbe'))), '401 open', silent],
      ['quoted', health(bearer(`"${token}"`)), '401 open', silent],
      ['empty', health('Authorization: Bearer \r\n'), '401 open', silent],
      ['scheme only', health('Authorization: Bearer\r\n'), '401 open', silent],
      ['no scheme', health(`Authorization: ${token}\r\n`), '401 open', silent],
      ['Basic', health(`Authorization: Basic ${btoa(`:${token}`)}\r\n`), '401 open', silent],
      ['in the query', health('', `/health?token=${token}`), '401 open', silent],
      ['in a cookie', health(`Cookie: token=${token}\r\n`), '401 open', silent],
      [
        'in a trailer',
        request(
          'POST',
          '/api/sessions',
          'Transfer-Encoding: chunked\r\n',
          `0\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        ),
        '401 closed',
        silent,
      ],
      ['in X-Api-Key', health(`X-Api-Key: ${token}\r\n`), '401 open', silent],
      ['in Proxy-Authorization', health(`Proxy-Authorization: Bearer ${token}\r\n`), '401 open', silent],
      ['of 15 KB', health(bearer('x'.repeat(15_000))), '401 open', silent],
    ]),
    ...group('spec H-12', 'What one request was allowed, the next on the connection is not.', [
      ['with, without', health(bearer(token)) + health(), '200 401 open'],
      ['without, with, without', health() + health(bearer(token)) + health(), '401 200 401 open'],
      [
        'with, smuggled without',
        request('POST', '/api/sessions', `${bearer(token)}Content-Length: 5\r\n`, 'hello') + health(),
        '201 401 open',
      ],
    ]),
    ...group('spec A-03, A-06, A-18', 'Nothing that a client says of itself stands in for the token.', [
      ['X-Forwarded-For of loopback', health('X-Forwarded-For: 127.0.0.1\r\n'), '401 open', silent],
      ['X-Real-IP of loopback', health('X-Real-IP: 127.0.0.1\r\n'), '401 open', silent],
      ['Forwarded for loopback', health('Forwarded: for=127.0.0.1\r\n'), '401 open', silent],
      ['claimed role', health('X-Role: operator\r\nX-Scopes: admin\r\nX-User: owner\r\n'), '401 open', silent],
      ['claimed in the query', health('', '/health?role=operator&isAdmin=true'), '401 open', silent],
      ['own origin', health('Origin: http://localhost\r\n'), '401 open', silent],
      ['other origin', health('Origin: http://attacker.example\r\n'), '403 open', silent],
      [
        'other origin with the token',
        health(`Origin: http://attacker.example\r\n${bearer(token)}`),
        '403 open',
        silent,
      ],
    ]),
    ...group('spec H-09, A-24; CVE-2026-22172', 'No spelling of a protected path is another path without protection.', [
      ['encoded letter', health('', '/%68ealth'), '401 open', silent],
      ['dot segment', health('', '/healthz/../health'), '400 closed', silent],
      ['encoded dot segment', health('', '/healthz/%2e%2e/health'), '400 closed', silent],
      ['double slash', health('', '//health'), '400 closed', silent],
      ['page and dots', health('', '/chat/..;/health'), '401 open', silent],
      ['slash behind', health('', '/health/'), '401 open', silent],
      ['parameter behind', health('', '/health;x=/healthz'), '401 open', silent],
      ['upper case', health('', '/HEALTH'), '401 open', silent],
      ['absolute', health('', 'http://localhost/health'), '401 open', silent],
      ['open path as query', health('', '/health?/healthz'), '401 open', silent],
    ]),
  ],
};
