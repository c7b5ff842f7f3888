// Each of the 256 bytes in each place where readers are known to differ: what the grammar allows there is served, and
// everything else is refused and closed.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getJson, startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { chunked, get, host, post } from './table.mjs';
import { play } from './verdict.mjs';

const isToken = (byte) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(byte);
const isValue = (byte) => byte === '\t' || (byte >= ' ' && byte !== '\x7f');
const isHex = (byte) => /[0-9A-Fa-f]/.test(byte);
const last = '0\r\n\r\n';
const no = '400 closed';
const sideBySide = 16;

// [place, what is sent, the verdict for each byte]; undefined: the byte makes something that another test looks at.
const places = [
  [
    'within a method',
    (byte) => `GE${byte}T /healthz HTTP/1.1\r\n${host}\r\n`,
    (byte) => (isToken(byte) ? '405 open' : no),
  ],
  [
    'within a path',
    (byte) => get(`/a${byte}b`),
    (byte) => (/[!-~]/.test(byte) && !'#%\\'.includes(byte) ? '404 open' : no),
  ],
  [
    'within a query',
    (byte) => get(`/healthz?a${byte}b`),
    (byte) => (byte > ' ' && byte !== '\x7f' && byte !== '#' ? '200 open' : no),
  ],
  ['behind a version', (byte) => `GET /healthz HTTP/1.1${byte}\r\n${host}\r\n`, () => no],
  ['before a header name', (byte) => get('/healthz', `${byte}X: y\r\n`), (byte) => (isToken(byte) ? '200 open' : no)],
  [
    'within a header name',
    (byte) => get('/healthz', `X${byte}Y: z\r\n`),
    (byte) => (isToken(byte) || byte === ':' ? '200 open' : no),
  ],
  [
    'behind a header name',
    (byte) => get('/healthz', `X${byte}: z\r\n`),
    (byte) => (isToken(byte) || byte === ':' ? '200 open' : no),
  ],
  ['before a value', (byte) => get('/healthz', `X:${byte}y\r\n`), (byte) => (isValue(byte) ? '200 open' : no)],
  ['within a value', (byte) => get('/healthz', `X: y${byte}z\r\n`), (byte) => (isValue(byte) ? '200 open' : no)],
  ['behind a value', (byte) => get('/healthz', `X: y${byte}\r\n`), (byte) => (isValue(byte) ? '200 open' : no)],
  [
    'before a coding',
    (byte) => post(`Transfer-Encoding:${byte}chunked\r\n`, last),
    (byte) => (byte === ' ' ? '201 open' : no),
  ],
  ['within a coding', (byte) => post(`Transfer-Encoding: chu${byte}nked\r\n`, last), () => no],
  [
    'behind a coding',
    (byte) => post(`Transfer-Encoding: chunked${byte}\r\n`, last),
    (byte) => (byte === ' ' ? '201 open' : no),
  ],
  [
    'before the name of a coding',
    (byte) => post(`${byte}Transfer-Encoding: chunked\r\n`),
    (byte) => (isToken(byte) ? '201 open' : no),
  ],
  [
    'behind the name of a coding',
    (byte) => post(`Transfer-Encoding${byte}: chunked\r\n`),
    (byte) => (isToken(byte) ? '201 open' : no),
  ],
  [
    'before a length',
    (byte) => post(`Content-Length:${byte}5\r\n`, 'hello'),
    (byte) => (byte === ' ' || byte === '0' ? '201 open' : /[1-9]/.test(byte) ? undefined : no),
  ],
  [
    'behind a length',
    (byte) => post(`Content-Length: 5${byte}\r\n`, 'hello'),
    (byte) => (byte === ' ' ? '201 open' : /\d/.test(byte) ? undefined : no),
  ],
  [
    'before a chunk size',
    (byte) => chunked(`${byte}5\r\nhello\r\n${last}`),
    (byte) => (byte === '0' ? '201 open' : isHex(byte) ? undefined : no),
  ],
  ['behind a chunk size', (byte) => chunked(`5${byte}\r\nhello\r\n${last}`), (byte) => (isHex(byte) ? undefined : no)],
  [
    'before a chunk extension',
    (byte) => chunked(`5${byte}a\r\nhello\r\n${last}`),
    (byte) => (byte === ';' ? '201 open' : isHex(byte) ? undefined : no),
  ],
  [
    'within a chunk extension',
    (byte) => chunked(`5;a${byte}b\r\nhello\r\n${last}`),
    (byte) => (isToken(byte) || ';='.includes(byte) ? '201 open' : no),
  ],
  [
    'within a quoted extension',
    (byte) => chunked(`5;a="b${byte}c"\r\nhello\r\n${last}`),
    (byte) => (isValue(byte) && byte !== '"' ? '201 open' : no),
  ],
  ['behind chunk data', (byte) => chunked(`5\r\nhello${byte}\n${last}`), (byte) => (byte === '\r' ? '201 open' : no)],
  [
    'behind the return of chunk data',
    (byte) => chunked(`5\r\nhello\r${byte}${last}`),
    (byte) => (byte === '\n' ? '201 open' : no),
  ],
  [
    'within a trailer name',
    (byte) => chunked(`0\r\nX${byte}Y: z\r\n\r\n`),
    (byte) => (isToken(byte) || byte === ':' ? '201 open' : no),
  ],
  [
    'within a trailer value',
    (byte) => chunked(`0\r\nX: y${byte}z\r\n\r\n`),
    (byte) => (isValue(byte) ? '201 open' : no),
  ],
  ['at the end of the trailers', (byte) => chunked(`0\r\n\r${byte}`), (byte) => (byte === '\n' ? '201 open' : no)],
  ['before a request', (byte) => `${byte}${get()}`, (byte) => (isToken(byte) ? '405 open' : no)],
];

describe('every byte', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    gateway = await startGateway(scope);
  });

  for (const [place, write, judge] of places) {
    it(place, async () => {
      const wrong = [];
      const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
      const next = async () => {
        for (let byte = bytes.shift(); byte !== undefined; byte = bytes.shift()) {
          const wanted = judge(byte);
          if (!wanted) continue;
          const { verdict } = await play(gateway.port, { send: write(byte), verdict: wanted });
          if (verdict !== wanted) wrong.push(`byte ${byte.charCodeAt(0).toString(16)}: ${verdict}, not ${wanted}`);
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, next));
      assert.deepEqual(wrong, []);
      await getJson(gateway, '/health');
    });
  }
});
