// The first line: method, target and version (RFC 9112 sections 2 and 3), and what is no HTTP at all.

import { endSending, get, group, host, times } from '../table.mjs';

const first = (line) => `${line}\r\n${host}\r\n`;
const versioned = (version) => first(`GET /healthz ${version}`);
const clientHello =
  '\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03' +
  'r'.repeat(32) +
  '\x20' +
  's'.repeat(32) +
  '\x00\x04\x13\x01\x13\x02\x01\x00';
const allows = (methods) => ({ check: ([answer]) => equal(answer.headers.allow, methods) });

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`it is ${actual}, not ${expected}`);
}

export default {
  subject: 'request line',
  cases: [
    ...group('RFC 9112 3', 'Method, target and version are parted by one blank each.', [
      ['plain', get(), '200 open'],
      ['two blanks before the target', first('GET  /healthz HTTP/1.1'), '400 closed'],
      ['two blanks before the version', first('GET /healthz  HTTP/1.1'), '400 closed'],
      ['tab before the target', first('GET\t/healthz HTTP/1.1'), '400 closed'],
      ['tab before the version', first('GET /healthz\tHTTP/1.1'), '400 closed'],
      ['vertical tab', first('GET\x0b/healthz HTTP/1.1'), '400 closed'],
      ['blank behind', first('GET /healthz HTTP/1.1 '), '400 closed'],
      ['tab behind', first('GET /healthz HTTP/1.1\t'), '400 closed'],
      ['blank first', first(' GET /healthz HTTP/1.1'), '400 closed'],
      ['no target', first('GET HTTP/1.1'), '400 closed'],
      ['empty target', first('GET  HTTP/1.1'), '400 closed'],
      ['only a method', first('GET'), '400 closed'],
      ['blank in the target', first('GET /heal thz HTTP/1.1'), '400 closed'],
      ['NUL behind the version', first('GET /healthz HTTP/1.1\x00'), '400 closed'],
      ['folded', first('GET /healthz\r\n HTTP/1.1'), '400 closed'],
    ]),
    ...group('RFC 9112 2.2', 'A line ends with CRLF; one empty line before a request is forgiven.', [
      ['bare line feeds', 'GET /healthz HTTP/1.1\nHost: localhost\n\n', '400 closed'],
      ['bare line feed behind the request line', `GET /healthz HTTP/1.1\n${host}\r\n`, '400 closed'],
      ['bare line feed at the end of the head', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n', '400 closed'],
      ['bare carriage returns', 'GET /healthz HTTP/1.1\rHost: localhost\r\r\r\n\r\n', '400 closed'],
      ['CR CR LF', 'GET /healthz HTTP/1.1\r\r\nHost: localhost\r\r\n\r\r\n', '400 closed'],
      ['LF CR', 'GET /healthz HTTP/1.1\n\rHost: localhost\n\r\n\r', '400 closed'],
      ['one empty line first', `\r\n${get()}`, '200 open'],
      ['an empty line between requests', `${get()}\r\n${get()}`, '200 200 open'],
      ['two empty lines first', `\r\n\r\n${get()}`, '400 closed'],
      ['a thousand empty lines', times(1000, '\r\n') + get(), '400 closed'],
      ['a line feed first', `\n${get()}`, '400 closed'],
      ['a carriage return first', `\r${get()}`, '400 closed'],
      ['blanks and an empty line first', `  \r\n${get()}`, '400 closed'],
    ]),
    ...group('RFC 9112 2.3; llhttp invalid', 'Versions: HTTP/1.1, HTTP/1.0; 505 for others, 400 for what is none.', [
      ['HTTP/1.0', versioned('HTTP/1.0'), '200 closed'],
      ['HTTP/0.9', 'GET /healthz\r\n', '400 closed'],
      ['HTTP/0.9, named', versioned('HTTP/0.9'), '505 closed'],
      ['HTTP/1.2', versioned('HTTP/1.2'), '505 closed'],
      ['HTTP/1.9', versioned('HTTP/1.9'), '505 closed'],
      ['HTTP/2.0', versioned('HTTP/2.0'), '505 closed'],
      ['HTTP/3.0', versioned('HTTP/3.0'), '505 closed'],
      ['HTTP/5.6', versioned('HTTP/5.6'), '505 closed'],
      ['HTTP/2', versioned('HTTP/2'), '400 closed'],
      ['HTTP/1.10', versioned('HTTP/1.10'), '400 closed'],
      ['HTTP/01.1', versioned('HTTP/01.1'), '400 closed'],
      ['HTTP/1.01', versioned('HTTP/1.01'), '400 closed'],
      ['HTTP/1.', versioned('HTTP/1.'), '400 closed'],
      ['HTTP/.1', versioned('HTTP/.1'), '400 closed'],
      ['HTTP/11', versioned('HTTP/11'), '400 closed'],
      ['HTTP/1,1', versioned('HTTP/1,1'), '400 closed'],
      ['HTTP/1.1.1', versioned('HTTP/1.1.1'), '400 closed'],
      ['HTTP/1.x', versioned('HTTP/1.x'), '400 closed'],
      ['HTTP/-1.1', versioned('HTTP/-1.1'), '400 closed'],
      ['HTTP/+1.1', versioned('HTTP/+1.1'), '400 closed'],
      ['HTTP / 1.1', versioned('HTTP / 1.1'), '400 closed'],
      ['in lower case', versioned('http/1.1'), '400 closed'],
      ['in mixed case', versioned('HttP/1.1'), '400 closed'],
      ['HTTPS/1.1', versioned('HTTPS/1.1'), '400 closed'],
      ['HTP/1.1', versioned('HTP/1.1'), '400 closed'],
      ['IHTTP/1.0', versioned('IHTTP/1.0'), '400 closed'],
      ['ICE/1.0', first('SOURCE /healthz ICE/1.0'), '400 closed'],
      ['RTSP/1.0', first('ANNOUNCE /healthz RTSP/1.0'), '400 closed'],
      ['SIP/2.0', first('OPTIONS sip:x@localhost SIP/2.0'), '400 closed'],
      ['Arabic digits', versioned('HTTP/\xd9\xa1.\xd9\xa1'), '400 closed'],
      ['HTTP/1.0 without a host', 'GET /healthz HTTP/1.0\r\n\r\n', '403 closed'],
    ]),
    ...group('RFC 9113 3.4; spec H-18', 'HTTP/2 on this port is one refusal, however it comes.', [
      ['preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505 closed'],
      ['preface and frames', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00', '505 closed'],
      ['preface after a request', `${get()}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, '200 505 closed'],
      ['preface as HTTP/1.1', 'PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n', '400 closed'],
      ['preface with a host', `PRI * HTTP/1.1\r\n${host}\r\nSM\r\n\r\n`, '400 closed'],
    ]),
    ...group('RFC 9110 9.1', 'Methods are tokens, and case counts.', [
      ['method in lower case', first('get /healthz HTTP/1.1'), '405 open', allows('GET, HEAD')],
      ['method in mixed case', first('Get /healthz HTTP/1.1'), '405 open'],
      ['method unknown', first('MKCOLA /healthz HTTP/1.1'), '405 open'],
      ['method of odd characters', first("!#$%&'*+-.^_`|~ /healthz HTTP/1.1"), '405 open'],
      ['method of 32 letters', first(`${'A'.repeat(32)} /healthz HTTP/1.1`), '405 open'],
      ['method of 33 letters', first(`${'A'.repeat(33)} /healthz HTTP/1.1`), '400 closed'],
      ['method of 100 KB', first(`${'A'.repeat(100_000)} /healthz HTTP/1.1`), '414 closed'],
      ['method empty', first(' /healthz HTTP/1.1'), '400 closed'],
      ['method with a colon', first('GE:T /healthz HTTP/1.1'), '400 closed'],
      ['method with a slash', first('GE/T /healthz HTTP/1.1'), '400 closed'],
      ['method with an at sign', first('G@T /healthz HTTP/1.1'), '400 closed'],
      ['method with parentheses', first('GET() /healthz HTTP/1.1'), '400 closed'],
      ['method quoted', first('"GET" /healthz HTTP/1.1'), '400 closed'],
      ['method with a NUL', first('GE\x00T /healthz HTTP/1.1'), '400 closed'],
      ['method with an escape', first('GET\x1b /healthz HTTP/1.1'), '400 closed'],
      ['method with DEL', first('GET\x7f /healthz HTTP/1.1'), '400 closed'],
      ['method with an upper byte', first('G\xc3\x89T /healthz HTTP/1.1'), '400 closed'],
      ['byte order mark first', `\xef\xbb\xbf${get()}`, '400 closed'],
    ]),
    ...group('spec H-17, H-18', 'What speaks no HTTP is told so, or gets nothing, and is closed.', [
      ['TLS ClientHello', clientHello, '400 closed', { check: ([{ body }]) => equal(/TLS/.test(body), true) }],
      ['TLS ClientHello of one byte', '\x16', '400 closed'],
      ['SSLv2 ClientHello', '\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10', '400 closed'],
      ['SOCKS5 greeting', '\x05\x01\x00', '400 closed'],
      ['SOCKS4 request', '\x04\x01\x00\x50\x7f\x00\x00\x01\x00', '400 closed'],
      ['PostgreSQL start-up', '\x00\x00\x00\x08\x04\xd2\x16\x2f', '400 closed'],
      ['WebSocket frame', '\x81\x85\x01\x02\x03\x04iglkn', '400 closed'],
      ['NUL bytes', '\x00'.repeat(1000), '400 closed'],
      ['upper bytes', '\xff'.repeat(100_000), '400 closed'],
      ['SSH banner', 'SSH-2.0-OpenSSH_9.9\r\n', '400 closed'],
      ['SMTP greeting', 'EHLO localhost\r\n', '400 closed'],
      ['Redis command', '*1\r\n$4\r\nPING\r\n', '400 closed'],
      ['proxy protocol', `PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n${get()}`, '400 closed'],
      ['proxy protocol 2', `\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c${'x'.repeat(12)}`, '400 closed'],
      ['an answer for a request', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', '400 closed'],
      ['JSON', '{"method":"GET"}\r\n\r\n', '400 closed'],
      ['nothing', '', 'waiting'],
      ['nothing, ended', [endSending], 'closed'],
    ]),
  ],
};
