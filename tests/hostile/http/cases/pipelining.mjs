// Requests one after the other without waiting (RFC 9112 section 9.3.2), and connections that end early (section 9.6).

import assert from 'node:assert/strict';
import { chunked, endSending, get, group, pause, post, request, smuggled, times } from '../table.mjs';

const paths = (count) => Array.from({ length: count }, (_, index) => `/path-${index}`);
const inOrder = {
  check: (answers) => answers.forEach(({ body }, index) => assert.ok(body.includes(`at /path-${index};`), body)),
};
const bad = 'GET / HTTP/1.1\r\n\r\n';
const five = post('Content-Length: 5\r\n', 'hello');
const cut = (text) => Array.from(text).flatMap((byte) => [byte, pause(1)]);

export default {
  subject: 'pipelining',
  cases: [
    ...group('RFC 9112 9.3.2; spec H-12', 'Requests sent at once are answered one by one, in order.', [
      ['two', get() + get(), '200 200 open'],
      [
        'ten',
        paths(10)
          .map((path) => get(path))
          .join(''),
        `${times(10, '404 ')}open`,
        inOrder,
      ],
      [
        'a thousand',
        paths(1000)
          .map((path) => get(path))
          .join(''),
        `${times(1000, '404 ')}open`,
        inOrder,
      ],
      ['bodies', five + five + five, '201 201 201 open'],
      [
        'chunked and plain',
        chunked('5\r\nhello\r\n0\r\n\r\n') + five + get() + chunked('0\r\n\r\n'),
        '201 201 200 201 open',
      ],
      ['after trailers', chunked('0\r\nX: y\r\n\r\n') + get(), '201 200 open'],
      ['empty lines between', `${get()}\r\n${five}\r\n${get()}`, '200 201 200 open'],
      ['cut at every byte', cut(get() + five + get('/path-2')), '200 201 404 open'],
      ['second half late', [get() + get().slice(0, 20), pause(50), get().slice(20)], '200 200 open'],
    ]),
    ...group(
      'RFC 9112 9.3.2',
      'A bad request ends the pipeline: those before it are answered, those behind it are not.',
      [
        ['good, bad', get() + bad, '200 400 closed'],
        ['good, bad, good', get() + bad + smuggled, '200 400 closed'],
        ['bad, good', bad + smuggled, '400 closed'],
        ['body, bad length', five + post('Content-Length: x\r\n', 'hello') + smuggled, '201 400 closed'],
        ['body one byte too long', `${five}X${get()}`, '201 405 open'],
        ['body one byte too short', post('Content-Length: 6\r\n', 'hello') + get(), '201 405 open'],
        ['garbage behind a request', `${get()}\x00\x01\x02`, '200 400 closed'],
        [
          'too large a body in the middle',
          get() + post('Content-Length: 5000\r\n', smuggled) + smuggled,
          '200 413 closed',
        ],
        [
          'an unread body in the middle',
          get() + request('POST', '/nothing', `Content-Length: ${smuggled.length}\r\n`, smuggled) + smuggled,
          '200 404 closed',
        ],
        ['close in the middle', get() + get('/healthz', 'Connection: close\r\n') + smuggled, '200 200 closed'],
        [
          'HTTP/1.0 in the middle',
          `${get()}GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n${smuggled}`,
          '200 200 closed',
        ],
        ['a missing path in the middle', get() + get('/nothing') + get(), '200 404 200 open'],
      ],
    ),
    ...group(
      'RFC 9112 9.6; spec H-19',
      'A client that ends its side is still answered; half a request is not acted upon.',
      [
        ['ended after a request', [get(), endSending], '200 closed'],
        ['ended after three', [get() + get() + get(), endSending], '200 200 200 closed'],
        ['ended after a hundred', [times(100, get()), endSending], `${times(100, '200 ')}closed`],
        ['ended after a body', [five, endSending], '201 closed'],
        ['ended within the request line', ['GET /heal', endSending], 'closed'],
        ['ended within a header', ['GET /healthz HTTP/1.1\r\nHost: loc', endSending], 'closed'],
        ['ended before the last empty line', ['GET /healthz HTTP/1.1\r\nHost: localhost\r\n', endSending], 'closed'],
        ['ended within a body', [post('Content-Length: 5\r\n', 'hel'), endSending], 'closed'],
        ['ended before a body', [post('Content-Length: 5\r\n'), endSending], 'closed'],
        ['ended behind a request and a half', [get() + 'GET /heal', endSending], '200 closed'],
        [
          'ended instead of a body that it waits to send',
          [post('Expect: 100-continue\r\nContent-Length: 5\r\n'), endSending],
          '100 closed',
        ],
      ],
    ),
  ],
};
