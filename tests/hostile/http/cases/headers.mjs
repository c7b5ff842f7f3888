// Header fields (RFC 9112 section 5, RFC 9110 section 5): names are tokens, values hold no control bytes, nothing is
// folded, and what a header may decide is decided by its value alone.

import { get, group, host, request } from '../table.mjs';

const line = (text) => get('/healthz', `${text}\r\n`);
const separators = {
  'a blank': ' ',
  'a tab': '\t',
  'a quote': '"',
  parentheses: '()',
  'a comma': ',',
  'a slash': '/',
  'a semicolon': ';',
  'an angle bracket': '<',
  'an equals sign': '=',
  'a question mark': '?',
  'an at sign': '@',
  'a bracket': '[',
  'a backslash': '\\',
  'a brace': '{',
};
const bytes = {
  'a NUL': '\x00',
  'byte 01': '\x01',
  'a bell': '\x07',
  'a backspace': '\x08',
  'a vertical tab': '\x0b',
  'a form feed': '\x0c',
  'an escape': '\x1b',
  'a DEL': '\x7f',
  'a bare carriage return': '\r',
  'a bare line feed': '\n',
  'LF CR': '\n\r',
};
const all = (what, table, spell) =>
  Object.entries(table).map(([name, text]) => [`${what} with ${name}`, line(spell(text)), '400 closed']);

export default {
  subject: 'headers',
  cases: [
    ...group('RFC 9110 5.1', 'A name is a token.', [
      ['name of odd characters', line("!#$%&'*+-.^_`|~: y"), '200 open'],
      ...all('name', separators, (text) => `X${text}Y: z`),
      ...all(
        'name',
        {
          'a NUL': '\x00',
          'an escape': '\x1b',
          'a DEL': '\x7f',
          'a no-break space': '\xa0',
          'an upper byte': '\xe9',
          'UTF-8': '\xc3\xa9',
        },
        (text) => `X${text}Y: z`,
      ),
      ['no name', line(': y'), '400 closed'],
      ['no colon', line('X'), '400 closed'],
      ['only a colon', line(':'), '400 closed'],
      ['only blanks', line('   '), '400 closed'],
      ['only a NUL', line('\x00'), '400 closed'],
    ]),
    ...group('RFC 9112 5.1', 'No blank stands between name and colon.', [
      ['blank before the colon', line('X : y'), '400 closed'],
      ['tab before the colon', line('X\t: y'), '400 closed'],
      ['blank before the name', line(' X: y'), '400 closed'],
      ['blank before the first name', `GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n`, '400 closed'],
      ['tab before the first name', `GET /healthz HTTP/1.1\r\n\tX: y\r\n${host}\r\n`, '400 closed'],
    ]),
    ...group('RFC 9110 5.5', 'A value may be anything but control bytes.', [
      ['empty value', line('X:'), '200 open'],
      ['blank value', line('X:      '), '200 open'],
      ['value between tabs', line('X:\t\ty\t\t'), '200 open'],
      ['value with a tab', line('X: y\tz'), '200 open'],
      ['value in UTF-8', line('X: D\xc3\xbcsseldorf'), '200 open'],
      ['value of upper bytes', line('X: \x80\x9f\xff'), '200 open'],
      ['value of separators', line('X: ()<>@,;:\\"/[]?={}'), '200 open'],
      ...all('value', bytes, (text) => `X: y${text}z`),
      ...all(
        'value that begins',
        { 'a NUL': '\x00', 'a vertical tab': '\x0b', 'an escape': '\x1b' },
        (text) => `X: ${text}z`,
      ),
      ...all(
        'value that ends',
        { 'a NUL': '\x00', 'a form feed': '\x0c', 'a carriage return': '\r' },
        (text) => `X: z${text}`,
      ),
    ]),
    ...group('RFC 9112 5.2', 'A folded header is refused.', [
      ['folded', line('X: y\r\n z'), '400 closed'],
      ['folded by a tab', line('X: y\r\n\tz'), '400 closed'],
      ['folded, empty', line('X: y\r\n '), '400 closed'],
      ['folded, value in the second line', line('X:\r\n y'), '400 closed'],
      ['folded certificate', line('X-SSL: -----BEGIN\r\n\tMIIF\r\n\t-----END'), '400 closed'],
      ['folded name', line('X\r\n : y'), '400 closed'],
    ]),
    ...group('RFC 9112 9.3', 'Connection decides whether the connection stays.', [
      ['Connection: close', line('Connection: close'), '200 closed'],
      ['Connection: close in odd case', line('cOnNeCtIoN: ClOsE'), '200 closed'],
      ['Connection: close after a tab', line('Connection:\tclose\t'), '200 closed'],
      ['Connection: close among others', line('Connection: x, close , y'), '200 closed'],
      ['Connection: close in a second line', line('Connection: keep-alive\r\nConnection: close'), '200 closed'],
      ['Connection: keep-alive', line('Connection: keep-alive'), '200 open'],
      ['Connection: closed', line('Connection: closed'), '200 open'],
      ['Connection: empty', line('Connection:'), '200 open'],
      [
        'Connection: keep-alive in HTTP/1.0',
        `GET /healthz HTTP/1.0\r\n${host}Connection: keep-alive\r\n\r\n`,
        '200 closed',
      ],
      ['Connection: names of other headers', line('Connection: host, x-forwarded-for, authorization'), '200 open'],
      ['Keep-Alive', line('Keep-Alive: timeout=1000000, max=1'), '200 open'],
      ['Proxy-Connection', line('Proxy-Connection: close'), '200 open'],
    ]),
    ...group('spec H-10', 'No header stands in for method, target or host.', [
      [
        'X-HTTP-Method-Override',
        request('POST', '/healthz', 'X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n'),
        '405 open',
      ],
      ['X-HTTP-Method', request('POST', '/healthz', 'X-HTTP-Method: GET\r\nContent-Length: 0\r\n'), '405 open'],
      ['X-Method-Override', request('GET', '/api/sessions/none', 'X-Method-Override: DELETE\r\n'), '404 open'],
      ['X-Original-URL', get('/nothing', 'X-Original-URL: /healthz\r\n'), '404 open'],
      ['X-Rewrite-URL', get('/nothing', 'X-Rewrite-URL: /healthz\r\n'), '404 open'],
      [':path', get('/nothing', ':path: /healthz\r\n'), '400 closed'],
      ['TE', line('TE: trailers, chunked'), '200 open'],
      ['Trailer', line('Trailer: Content-Length'), '200 open'],
    ]),
    ...group(
      'spec A-16, A-18',
      'Forwarding headers of a proxy that nobody named are refused where they could matter.',
      [
        ['X-Forwarded-For', get('/health', 'X-Forwarded-For: 203.0.113.9\r\n'), '403 open'],
        ['X-Forwarded-For of loopback', get('/health', 'X-Forwarded-For: 127.0.0.1\r\n'), '403 open'],
        ['X-Forwarded-For, empty', get('/health', 'X-Forwarded-For:\r\n'), '403 open'],
        ['X-Real-IP', get('/health', 'X-Real-IP: 127.0.0.1\r\n'), '403 open'],
        ['Forwarded', get('/health', 'Forwarded: for="[::1]";host=localhost;proto=https\r\n'), '403 open'],
        [
          'a thousand hops',
          get('/health', `X-Forwarded-For: ${Array(1000).fill('10.0.0.1').join(',')}\r\n`),
          '403 open',
        ],
      ],
    ),
    ...group('spec A-11, A-14; RFC 6454', 'Pages of other origins reach nothing.', [
      ['own origin', get('/health', 'Origin: http://localhost\r\n'), '200 open'],
      ['other origin', get('/health', 'Origin: http://attacker.example\r\n'), '403 open'],
      ['null', get('/health', 'Origin: null\r\n'), '403 open'],
      ['empty', get('/health', 'Origin:\r\n'), '403 open'],
      ['https', get('/health', 'Origin: https://localhost\r\n'), '403 open'],
      ['other port', get('/health', 'Origin: http://localhost:1\r\n'), '403 open'],
      ['suffix', get('/health', 'Origin: http://localhost.attacker.example\r\n'), '403 open'],
      ['prefix', get('/health', 'Origin: http://attackerlocalhost\r\n'), '403 open'],
      ['user', get('/health', 'Origin: http://localhost@attacker.example\r\n'), '403 open'],
      ['path', get('/health', 'Origin: http://localhost/\r\n'), '403 open'],
      ['two', get('/health', 'Origin: http://localhost\r\nOrigin: http://attacker.example\r\n'), '403 open'],
      ['list', get('/health', 'Origin: http://localhost, http://attacker.example\r\n'), '403 open'],
      ['file', get('/health', 'Origin: file://\r\n'), '403 open'],
      [
        'form of another site',
        request(
          'POST',
          '/api/sessions',
          'Origin: http://attacker.example\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n',
          '{}',
        ),
        '403 closed',
      ],
      [
        'preflight of another site',
        request(
          'OPTIONS',
          '/api/sessions',
          'Origin: http://attacker.example\r\nAccess-Control-Request-Method: POST\r\n',
        ),
        '403 open',
      ],
    ]),
  ],
};
