// Expect: 100-continue (RFC 9110 section 10.1.1).

import { group, host, nextAnswer, pause, request } from '../table.mjs';

const waiting = (fields, target = '/api/sessions') => request('POST', target, `Expect: 100-continue\r\n${fields}`);
const five = 'Content-Length: 5\r\n';

export default {
  subject: 'Expect',
  cases: [
    ...group('RFC 9110 10.1.1', 'A client that waits is told to go on once its headers are good.', [
      ['waits', [waiting(five), nextAnswer, 'hello'], '100 201 open'],
      [
        'waits, in odd case',
        [request('POST', '/api/sessions', `eXPECT: 100-CONTINUE\r\n${five}`), nextAnswer, 'hello'],
        '100 201 open',
      ],
      [
        'waits with chunks',
        [waiting('Transfer-Encoding: chunked\r\n'), nextAnswer, '5\r\nhello\r\n0\r\n\r\n'],
        '100 201 open',
      ],
      [
        'waits twice',
        [waiting(five), nextAnswer, 'hello', waiting(five), nextAnswer, nextAnswer, 'hello'],
        '100 201 100 201 open',
      ],
      ['does not wait', waiting(five) + 'hello', '201 open'],
      ['sends the body late', [waiting(five), nextAnswer, 'he', pause(20), 'llo'], '100 201 open'],
      [
        'sends more than the body',
        [waiting(five), nextAnswer, `hello${request('GET', '/healthz')}`],
        '100 201 200 open',
      ],
    ]),
    ...group('RFC 9110 10.1.1', 'Where there is nothing to wait for, nobody is told to go on.', [
      ['without a body', request('GET', '/healthz', 'Expect: 100-continue\r\n'), '200 open'],
      ['with a body of nothing', waiting('Content-Length: 0\r\n'), '201 open'],
      ['in HTTP/1.0', `POST /api/sessions HTTP/1.0\r\n${host}Expect: 100-continue\r\n${five}\r\nhello`, '201 closed'],
    ]),
    ...group('RFC 9110 10.1.1; spec H-08', 'A body that would be refused is refused before it is asked for.', [
      ['too large a body', waiting('Content-Length: 4097\r\n'), '413 closed'],
      ['a body of a gigabyte', waiting('Content-Length: 1073741824\r\n'), '413 closed'],
      ['a chunk too large', [waiting('Transfer-Encoding: chunked\r\n'), nextAnswer, 'fffffff\r\n'], '100 413 closed'],
      ['a missing path', waiting(five, '/nothing'), '404 closed'],
      ['a page', waiting(five, '/chat'), '405 closed'],
      ['a foreign origin', waiting(`${five}Origin: http://attacker.example\r\n`), '403 closed'],
      ['a length and a coding', waiting(`${five}Transfer-Encoding: chunked\r\n`), '400 closed'],
      ['no number as length', waiting('Content-Length: five\r\n'), '400 closed'],
    ]),
    ...group('RFC 9110 10.1.1', 'Any other expectation is answered with 417.', [
      ['another', request('POST', '/api/sessions', `Expect: 200-ok\r\n${five}`, 'hello'), '417 closed'],
      ['nothing', request('POST', '/api/sessions', `Expect:\r\n${five}`, 'hello'), '417 closed'],
      ['one more', request('POST', '/api/sessions', `Expect: 100-continue, 200-ok\r\n${five}`, 'hello'), '417 closed'],
      [
        'twice in a line',
        request('POST', '/api/sessions', `Expect: 100-continue, 100-continue\r\n${five}`, 'hello'),
        '417 closed',
      ],
      [
        'twice in two lines',
        request('POST', '/api/sessions', `Expect: 100-continue\r\nExpect: 100-continue\r\n${five}`, 'hello'),
        '417 closed',
      ],
      ['a parameter', request('POST', '/api/sessions', `Expect: 100-continue;q=1\r\n${five}`, 'hello'), '417 closed'],
      ['a longer word', request('POST', '/api/sessions', `Expect: 100-continues\r\n${five}`, 'hello'), '417 closed'],
      ['of a GET', request('GET', '/healthz', 'Expect: x\r\n'), '417 closed'],
    ]),
  ],
};
