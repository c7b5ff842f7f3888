// Whole attacks: a second request hidden in the body of the first, or a body that the next request is swallowed by.
// After J. Kettle, "HTTP Desync Attacks" (2019), "Browser-Powered Desync Attacks" (2022), "HTTP/1.1 must die" (2025),
// and J. Crnkovic, "Funky chunks" (2025).

import { chunked, get, group, host, post, request, smuggled } from '../table.mjs';

const size = (text) => text.length.toString(16);

export default {
  subject: 'request smuggling',
  cases: [
    ...group('PortSwigger CL.TE', 'The hidden request behind the last chunk is not answered.', [
      [
        'CL.TE',
        post(`Content-Length: ${5 + smuggled.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${smuggled}`),
        '400 closed',
      ],
      [
        'CL.TE, prefix of a request',
        post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG'),
        '400 closed',
      ],
      [
        'CL.TE, coding first',
        post(`Transfer-Encoding: chunked\r\nContent-Length: ${5 + smuggled.length}\r\n`, `0\r\n\r\n${smuggled}`),
        '400 closed',
      ],
      [
        'CL.TE, obscured by a blank',
        post(`Content-Length: ${5 + smuggled.length}\r\nTransfer-Encoding : chunked\r\n`, `0\r\n\r\n${smuggled}`),
        '400 closed',
      ],
    ]),
    ...group('PortSwigger TE.CL', 'The hidden request within a chunk is not answered.', [
      [
        'TE.CL',
        post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`),
        '400 closed',
      ],
      [
        'TE.CL, coding first',
        post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`),
        '400 closed',
      ],
      ['a request as a chunk', chunked(`${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`), '201 open'],
      ['a request as a body', post(`Content-Length: ${smuggled.length}\r\n`, smuggled), '201 open'],
    ]),
    ...group('PortSwigger TE.TE', 'Neither of two codings is chosen.', [
      [
        'TE.TE, second unknown',
        post(
          'Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\nContent-Length: 4\r\n',
          `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`,
        ),
        '400 closed',
      ],
      [
        'TE.TE, without a length',
        post('Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n', `0\r\n\r\n${smuggled}`),
        '400 closed',
      ],
      ['TE.TE, list', post('Transfer-Encoding: x, chunked\r\n', `0\r\n\r\n${smuggled}`), '400 closed'],
    ]),
    ...group('PortSwigger CL.0 and 0.CL', 'A route that wants no body does not leave one to be read as a request.', [
      ['CL.0 on a page', request('POST', '/chat', `Content-Length: ${smuggled.length}\r\n`, smuggled), '405 closed'],
      [
        'CL.0 on a missing path',
        request('POST', '/nothing', `Content-Length: ${smuggled.length}\r\n`, smuggled),
        '404 closed',
      ],
      ['CL.0 on a GET', request('GET', '/healthz', `Content-Length: ${smuggled.length}\r\n`, smuggled), '413 closed'],
      [
        'CL.0 on a HEAD',
        request('HEAD', '/healthz', `Content-Length: ${smuggled.length}\r\n`, smuggled),
        '413 closed',
        { bodiless: [0] },
      ],
      [
        'CL.0 on OPTIONS',
        request('OPTIONS', '/healthz', `Content-Length: ${smuggled.length}\r\n`, smuggled),
        '405 closed',
      ],
      [
        'CL.0 on a DELETE',
        request('DELETE', '/api/sessions/none', `Content-Length: ${smuggled.length}\r\n`, smuggled),
        '404 open',
      ],
      [
        'CL.0 with Connection: Content-Length',
        post(`Connection: Content-Length\r\nContent-Length: ${smuggled.length}\r\n`, smuggled),
        '201 open',
      ],
      [
        'CL.0 with Expect',
        post(`Expect: 100-continue\r\nContent-Length: ${smuggled.length}\r\n`, smuggled),
        '201 open',
      ],
      ['0.CL with a folded length', post(` Content-Length: ${smuggled.length}\r\n`, smuggled), '400 closed'],
      [
        'TE.0 on a missing path',
        request('POST', '/nothing', 'Transfer-Encoding: chunked\r\n', `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`),
        '404 closed',
      ],
      [
        'TE.0 on a GET',
        request('GET', '/healthz', 'Transfer-Encoding: chunked\r\n', `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`),
        '413 closed',
      ],
      [
        'TE.0 on OPTIONS',
        request(
          'OPTIONS',
          '/healthz',
          'Transfer-Encoding: chunked\r\n',
          `${size(smuggled)}\r\n${smuggled}\r\n0\r\n\r\n`,
        ),
        '405 closed',
      ],
    ]),
    ...group(
      'PortSwigger, Expect-based desync (2025)',
      'What is said of waiting does not change where the body ends.',
      [
        [
          'Expect with an odd value',
          post(`Expect: y 100-continue\r\nContent-Length: ${smuggled.length}\r\n`, smuggled),
          '417 closed',
        ],
        [
          'Expect on a GET with a body',
          get('/healthz', 'Expect: 100-continue\r\nContent-Length: 5\r\n') + smuggled,
          '413 closed',
        ],
        [
          'Expect twice',
          post(`Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: ${smuggled.length}\r\n`, smuggled),
          '417 closed',
        ],
      ],
    ),
    ...group('Funky chunks (2025) TERM and EXT', 'The line of a chunk ends at CRLF, for everybody.', [
      ['TERM.EXT: line feed in an extension', chunked(`0;\n${smuggled}\r\n`), '400 closed'],
      ['EXT.TERM: line feed after a size', chunked(`2\nxx\r\n0\r\n\r\n${smuggled}`), '400 closed'],
      ['EXT.TERM: line feed after an extension', chunked(`2;a\nxx\r\n47\r\n0\r\n\r\n${smuggled}`), '400 closed'],
      ['EXT.TERM: carriage return in an extension', chunked(`2;a\rxx\r\n0\r\n\r\n${smuggled}`), '400 closed'],
      ['TERM.SPILL: line feed after the data', chunked(`2\r\nxx\n0\r\n\r\n${smuggled}`), '400 closed'],
      ['SPILL: two bytes more than said', chunked(`2\r\nxxyy0\r\n\r\n${smuggled}`), '400 closed'],
      ['ONE.TWO: one byte between chunks', chunked(`2\r\nxx\r0\r\n\r\n${smuggled}`), '400 closed'],
      ['line feed in a quoted extension', chunked(`2;a="\n"\r\nxx\r\n0\r\n\r\n`), '400 closed'],
      ['CRLF in a quoted extension', chunked(`2;a="\r\n"\r\nxx\r\n0\r\n\r\n${smuggled}`), '400 closed'],
    ]),
    ...group('RFC 9112 6.3; llhttp invalid', 'A hidden line end does not begin a second request.', [
      ['bare LF before a length', post(`X: y\nContent-Length: ${smuggled.length}\r\n`, smuggled), '400 closed'],
      [
        'CR then Z then a request line',
        `GET /healthz HTTP/1.1\r\n${host}\rZGET /smuggled HTTP/1.1\r\n${host}\r\n`,
        '400 closed',
      ],
      [
        'space before a length',
        `POST /api/sessions HTTP/1.1\r\n${host}X: y\r\n Content-Length: 50\r\n\r\n${smuggled}`,
        '400 closed',
      ],
      ['head ended by LF LF', `GET /healthz HTTP/1.1\r\nHost: localhost\n\n${smuggled}`, '400 closed'],
      ['head ended by CR CR', `GET /healthz HTTP/1.1\r\nHost: localhost\r\r${smuggled}`, '400 closed'],
      ['request line with two targets', `GET /healthz HTTP/1.1\rGET /smuggled HTTP/1.1\r\n${host}\r\n`, '400 closed'],
      ['two versions', `GET /healthz HTTP/1.1 HTTP/1.1\r\n${host}\r\n`, '400 closed'],
    ]),
    ...group('RFC 9112 9.3; PortSwigger, connection state', 'After Connection: close nothing that follows is read.', [
      ['close, then another', get('/healthz', 'Connection: close\r\n') + smuggled, '200 closed'],
      ['HTTP/1.0, then another', `GET /healthz HTTP/1.0\r\n${host}\r\n${smuggled}`, '200 closed'],
      ['a refusal, then another', `GET /healthz HTTP/1.1\r\n\r\n${smuggled}`, '400 closed'],
    ]),
  ],
};
