// Upgrade (RFC 9110 section 7.8): only the wish for a WebSocket, only at its route, and only in full, is fulfilled
// (RFC 6455 section 4.2); every other wish is not heard and the request is answered as HTTP/1.1.

import assert from 'node:assert/strict';
import { get, group, host, post, request, smuggled } from '../table.mjs';

const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const version = 'Sec-WebSocket-Version: 13\r\n';
const wish = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const socket = (fields) => get('/ws', fields);
const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const accepted = {
  check: ([answer]) => assert.equal(answer.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='),
};
const versionTold = { check: ([answer]) => assert.equal(answer.headers['sec-websocket-version'], '13') };

export default {
  subject: 'Upgrade',
  cases: [
    ...group('RFC 9110 7.8; RFC 7540 3.2; spec H-18', 'A wish for another protocol is not heard.', [
      ['h2c', get('/healthz', h2c), '200 open'],
      ['h2c of a POST', post(`${h2c}Content-Length: 5\r\n`, 'hello'), '201 open'],
      ['h2c of a HEAD', request('HEAD', '/healthz', h2c), '200 open', { bodiless: [0] }],
      ['h2c without settings', get('/healthz', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'), '200 open'],
      ['h2c without Connection', get('/healthz', 'Upgrade: h2c\r\n'), '200 open'],
      ['h2c in upper case', get('/healthz', 'Connection: UPGRADE\r\nUpgrade: H2C\r\n'), '200 open'],
      ['h2c, then its preface', get('/healthz', h2c) + preface, '200 505 closed'],
      ['h2c, then a hidden request', post(`${h2c}Content-Length: ${smuggled.length}\r\n`, smuggled), '201 open'],
      ['h2c at the WebSocket', socket(`${h2c}${key}${version}`), '426 open', versionTold],
      ['TLS', get('/healthz', 'Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n'), '200 open'],
      ['HTTP/2.0', get('/healthz', 'Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n'), '200 open'],
      ['nothing', get('/healthz', 'Connection: Upgrade\r\nUpgrade:\r\n'), '200 open'],
      ['Connection alone', get('/healthz', 'Connection: Upgrade\r\n'), '200 open'],
      ['WebSocket elsewhere', get('/healthz', wish + key + version), '200 open'],
      ['WebSocket nowhere', get('/nothing', wish + key + version), '404 open'],
    ]),
    ...group('RFC 6455 4.2.2', 'A full wish for a WebSocket is fulfilled.', [
      ['WebSocket', socket(wish + key + version), '101 upgraded', accepted],
      [
        'WebSocket in odd case',
        socket('connection: uPGRADE\r\nuPGRADE: WebSocket\r\n' + key + version),
        '101 upgraded',
        accepted,
      ],
      [
        'WebSocket among others',
        socket('Connection: keep-alive, Upgrade\r\nUpgrade: h2c, websocket\r\n' + key + version),
        '101 upgraded',
        accepted,
      ],
      [
        'WebSocket with a length of zero',
        socket(`${wish}${key}${version}Content-Length: 0\r\n`),
        '101 upgraded',
        accepted,
      ],
      [
        'WebSocket of the own origin',
        socket(`${wish}${key}${version}Origin: http://localhost\r\n`),
        '101 upgraded',
        accepted,
      ],
      ['WebSocket after a request', get() + socket(wish + key + version), '200 101 upgraded'],
      ['WebSocket and a request', socket(wish + key + version) + smuggled, '101 upgraded'],
    ]),
    ...group('RFC 6455 4.2.1', 'Half a wish for a WebSocket is refused; the connection stays HTTP.', [
      ['no wish', socket(''), '426 open', versionTold],
      ['no Connection', socket(`Upgrade: websocket\r\n${key}${version}`), '426 open'],
      ['no Upgrade', socket(`Connection: Upgrade\r\n${key}${version}`), '426 open'],
      ['Connection: close only', socket(`Connection: close\r\nUpgrade: websocket\r\n${key}${version}`), '426 closed'],
      ['no version', socket(wish + key), '426 open', versionTold],
      ['version 8', socket(`${wish}${key}Sec-WebSocket-Version: 8\r\n`), '426 open', versionTold],
      ['version 0', socket(`${wish}${key}Sec-WebSocket-Version: 0\r\n`), '426 open', versionTold],
      ['version 013', socket(`${wish}${key}Sec-WebSocket-Version: 013\r\n`), '426 open', versionTold],
      ['two versions', socket(`${wish}${key}${version}Sec-WebSocket-Version: 8\r\n`), '426 open', versionTold],
      ['versions in a list', socket(`${wish}${key}Sec-WebSocket-Version: 13, 8\r\n`), '426 open', versionTold],
      [
        'a wrong version, then a request',
        socket(`${wish}${key}Sec-WebSocket-Version: 777\r\n`) + get(),
        '426 200 open',
      ],
      ['no key', socket(wish + version), '400 open'],
      ['key of 15 bytes', socket(`${wish}${version}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA\r\n`), '400 open'],
      ['key of 17 bytes', socket(`${wish}${version}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA=\r\n`), '400 open'],
      ['key empty', socket(`${wish}${version}Sec-WebSocket-Key:\r\n`), '400 open'],
      ['key of no base64', socket(`${wish}${version}Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n`), '400 open'],
      ['key with spare bits', socket(`${wish}${version}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAB==\r\n`), '400 open'],
      ['two keys', socket(wish + version + key + key), '400 open'],
    ]),
    ...group('RFC 6455 4.1 and 4.2.1', 'A WebSocket is opened with GET and HTTP/1.1, without a body.', [
      ['POST', request('POST', '/ws', wish + key + version), '405 open'],
      ['HEAD', request('HEAD', '/ws', wish + key + version), '400 open', { bodiless: [0] }],
      ['HTTP/1.0', `GET /ws HTTP/1.0\r\n${host}${wish}${key}${version}\r\n`, '400 closed'],
      ['body', socket(`${wish}${key}${version}Content-Length: 5\r\n`) + 'hello', '413 closed'],
      [
        'body in chunks',
        socket(`${wish}${key}${version}Transfer-Encoding: chunked\r\n`) + '5\r\nhello\r\n0\r\n\r\n',
        '413 closed',
      ],
      ['body of no chunks', socket(`${wish}${key}${version}Transfer-Encoding: chunked\r\n`) + '0\r\n\r\n', '400 open'],
      [
        'waiting to send a body',
        socket(`${wish}${key}${version}Expect: 100-continue\r\nContent-Length: 5\r\n`),
        '413 closed',
      ],
    ]),
    ...group('RFC 6455 10.2; spec A-14; CVE-2026-32302', 'Pages of other origins open no WebSocket.', [
      ['other origin', socket(`${wish}${key}${version}Origin: http://attacker.example\r\n`), '403 open'],
      ['origin null', socket(`${wish}${key}${version}Origin: null\r\n`), '403 open'],
      [
        'two origins',
        socket(`${wish}${key}${version}Origin: http://localhost\r\nOrigin: http://attacker.example\r\n`),
        '403 open',
      ],
      [
        'old origin header',
        socket(`${wish}${key}${version}Sec-WebSocket-Origin: http://attacker.example\r\n`),
        '101 upgraded',
      ],
      ['rebound name', `GET /ws HTTP/1.1\r\nHost: attacker.example\r\n${wish}${key}${version}\r\n`, '403 open'],
    ]),
  ],
};
