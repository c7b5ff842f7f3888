// Everything has a size that is too large (spec H-06, H-08). The defaults of gateway.http: a head of 16 KB with 100
// headers, a target of 8 KB, 4 KB for the body of the route used here.

import { chunked, get, group, host, post, request, times } from '../table.mjs';

const start = `GET /healthz HTTP/1.1\r\n${host}`;
const fill = (size) => `X: ${'y'.repeat(size - 5)}\r\n`;

export default {
  subject: 'sizes',
  cases: [
    ...group('RFC 9110 15.5.15; spec H-06', 'A target of more than 8 KB is refused with 414.', [
      ['target of 8 KB', get(`/${'a'.repeat(8191)}`), '404 open'],
      ['target of 8 KB and a byte', get(`/${'a'.repeat(8192)}`), '414 closed'],
      ['target of 12 KB', get(`/${'a'.repeat(12_000)}`), '414 closed'],
      ['query of 12 KB', get(`/healthz?${'a'.repeat(12_000)}`), '414 closed'],
      ['target of 1 MB', get(`/${'a'.repeat(1_000_000)}`), '414 closed'],
      ['target without an end', `GET /${'a'.repeat(1_000_000)}`, '414 closed'],
      ['path of 2,000 segments', get('/a'.repeat(2000)), '404 open'],
      ['request line without a target, of 1 MB', 'G'.repeat(1_000_000), '414 closed'],
    ]),
    ...group('RFC 6585 5; spec H-06', 'A head of more than 16 KB, or more than 100 headers, is refused with 431.', [
      ['head of 16 KB', start + fill(16_384 - start.length - 3) + '\r\n', '200 open'],
      ['head of 16 KB and a byte', start + fill(16_384 - start.length - 1) + '\r\n', '431 closed'],
      ['value of 15 KB', get('/healthz', fill(15_000)), '200 open'],
      ['value of 17 KB', get('/healthz', fill(17_000)), '431 closed'],
      ['value of 1 MB', get('/healthz', fill(1_000_000)), '431 closed'],
      ['value without an end', `${start}X: ${'y'.repeat(1_000_000)}`, '431 closed'],
      ['name of 1 KB', get('/healthz', `${'X'.repeat(1000)}: y\r\n`), '200 open'],
      ['name of 1 MB', get('/healthz', `${'X'.repeat(1_000_000)}: y\r\n`), '431 closed'],
      ['name without an end', `${start}${'X'.repeat(1_000_000)}`, '431 closed'],
      ['100 headers', get('/healthz', times(99, 'X: y\r\n')), '200 open'],
      ['101 headers', get('/healthz', times(100, 'X: y\r\n')), '431 closed'],
      ['10,000 headers', get('/healthz', times(10_000, 'X: y\r\n')), '431 closed'],
      ['10,000 cookies', get('/healthz', times(10_000, 'Cookie: a=b\r\n')), '431 closed'],
      ['headers without an end', start + times(200_000, 'X: y\r\n'), '431 closed'],
      ['blanks before a value, 1 MB', get('/healthz', `X:${' '.repeat(1_000_000)}y\r\n`), '431 closed'],
      ['16 MB of headers', get('/healthz', times(16, fill(1_000_000))), '431 closed'],
    ]),
    ...group('RFC 9110 15.5.14; spec H-08', 'A body above the cap of its route is refused with 413.', [
      ['body of the cap', post('Content-Length: 4096\r\n', 'x'.repeat(4096)), '201 open'],
      ['body one above, declared', post('Content-Length: 4097\r\n', 'x'.repeat(4097)), '413 closed'],
      ['body one above, in chunks', chunked(`1001\r\n${'x'.repeat(4097)}\r\n0\r\n\r\n`), '413 closed'],
      ['body one above, in two chunks', chunked(`1000\r\n${'x'.repeat(4096)}\r\n1\r\nx\r\n0\r\n\r\n`), '413 closed'],
      ['body of 1 MB, declared', post('Content-Length: 1000000\r\n', 'x'.repeat(1_000_000)), '413 closed'],
      ['body of 1 MB, in chunks', chunked(times(1000, `3e8\r\n${'x'.repeat(1000)}\r\n`)), '413 closed'],
      ['body to a page', request('POST', '/chat', 'Content-Length: 1000000\r\n', 'x'.repeat(100_000)), '405 closed'],
      [
        'body to nothing',
        request('POST', '/nothing', 'Content-Length: 1000000\r\n', 'x'.repeat(100_000)),
        '404 closed',
      ],
      [
        'chunks to a page of a GET',
        request('GET', '/chat', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'),
        '413 closed',
      ],
      [
        'empty chunks to a page of a GET',
        request('GET', '/chat', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n'),
        '200 open',
      ],
      [
        'compressed body',
        request(
          'POST',
          '/api/sessions/none/messages',
          'Content-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 4\r\n',
          '\x1f\x8b\x08\x00',
        ),
        '400 open',
      ],
    ]),
  ],
};
