// Methods against routes (RFC 9110 section 9): what a path takes is told in Allow, and nothing else is done.

import assert from 'node:assert/strict';
import { get, group, request, smuggled } from '../table.mjs';

const head = (target, fields) => request('HEAD', target, fields);
const allow = (methods) => ({ check: (answers) => assert.equal(answers.at(-1).headers.allow, methods) });
const bodiless = { bodiless: [0] };
// A HEAD says of the body what a GET would, and sends none.
const described = {
  bodiless: [0],
  check: ([answer, same]) => assert.equal(answer.headers['content-length'], same.headers['content-length']),
};

export default {
  subject: 'methods',
  cases: [
    ...group('RFC 9110 9.3.2', 'HEAD is GET without the body.', [
      ['HEAD', head('/readyz') + get('/readyz'), '200 200 open', described],
      ['HEAD of the page', head('/chat') + get('/chat'), '200 200 open', described],
      ['HEAD of a missing path', head('/nothing') + get('/nothing'), '404 404 open', described],
      ['HEAD of a redirect', head('/') + get('/'), '302 302 open', described],
      ['HEAD where only POST is', head('/api/sessions/none/stop'), '405 open', { ...bodiless, ...allow('POST') }],
      ['HEAD of a refused origin', head('/health', 'Origin: null\r\n'), '403 open', bodiless],
      [
        'HEAD with a body',
        head('/healthz', `Content-Length: ${smuggled.length}\r\n`) + smuggled,
        '413 closed',
        bodiless,
      ],
      ['HEAD in HTTP/1.0', 'HEAD /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n', '200 closed', bodiless],
      [
        'HEAD three times',
        head('/chat') + head('/chat') + head('/healthz'),
        '200 200 200 open',
        { bodiless: [0, 1, 2] },
      ],
      ['HEAD between GETs', get() + head('/healthz') + get(), '200 200 200 open', { bodiless: [1] }],
    ]),
    ...group(
      'RFC 9110 15.5.6',
      'A method that a path does not take is refused with 405, and Allow says what it takes.',
      [
        ['POST to a GET', request('POST', '/healthz'), '405 open', allow('GET, HEAD')],
        ['PUT', request('PUT', '/healthz', 'Content-Length: 0\r\n'), '405 open', allow('GET, HEAD')],
        ['PATCH', request('PATCH', '/healthz'), '405 open', allow('GET, HEAD')],
        ['DELETE', request('DELETE', '/healthz'), '405 open', allow('GET, HEAD')],
        ['DELETE of all sessions', request('DELETE', '/api/sessions'), '405 open', allow('GET, HEAD, POST')],
        ['PUT to a session', request('PUT', '/api/sessions/none'), '405 open', allow('GET, HEAD, DELETE')],
        ['GET of a POST', get('/api/sessions/none/stop'), '405 open', allow('POST')],
        ['PUT of the page', request('PUT', '/chat'), '405 open', allow('GET, HEAD')],
        ['PROPFIND', request('PROPFIND', '/chat', 'Depth: infinity\r\n'), '405 open', allow('GET, HEAD')],
        ['QUERY', request('QUERY', '/healthz'), '405 open', allow('GET, HEAD')],
        ['PURGE', request('PURGE', '/chat'), '405 open', allow('GET, HEAD')],
        ['OPTIONS without an origin', request('OPTIONS', '/healthz'), '405 open', allow('GET, HEAD')],
        ['an unknown method on a missing path', request('MKCOLA', '/nothing'), '404 open'],
      ],
    ),
    ...group('RFC 9110 9.3.6 to 9.3.8; spec H-10', 'CONNECT and TRACE are not served, and end the connection.', [
      ['TRACE', request('TRACE', '/healthz'), '405 closed'],
      [
        'TRACE with secrets',
        request('TRACE', '/healthz', 'Authorization: Bearer s3cret\r\nCookie: a=b\r\n'),
        '405 closed',
        { check: ([{ body }]) => assert.doesNotMatch(body, /s3cret|a=b/) },
      ],
      ['TRACE with Max-Forwards', request('TRACE', '/healthz', 'Max-Forwards: 0\r\n'), '405 closed'],
      ['CONNECT', request('CONNECT', 'localhost:22'), '405 closed'],
      ['CONNECT to a path', request('CONNECT', '/healthz'), '405 closed'],
      ['CONNECT, then bytes', `${request('CONNECT', 'localhost:22')}SSH-2.0-x\r\n`, '405 closed'],
      ['CONNECT in HTTP/1.0', 'CONNECT localhost:22 HTTP/1.0\r\n\r\n', '405 closed'],
      ['TRACK', request('TRACK', '/healthz'), '405 open', allow('GET, HEAD')],
      ['OPTIONS of everything', request('OPTIONS', '*'), '404 open'],
    ]),
  ],
};
