// The files of the page: conditions (RFC 9110 section 13), ranges (section 14) and codings (section 12.5.3). The table
// of files is made when the program is built, so nothing that is asked for becomes a path of the disk (spec H-15).

import assert from 'node:assert/strict';
import { get, group, request } from '../table.mjs';

// `{etag}` in what is sent is replaced with the page's.
const page = (fields) => get('/chat', fields);
const whole = { check: ([answer]) => assert.ok(answer.body.length > 100 && answer.headers.etag) };
const plain = { check: ([answer]) => assert.equal(answer.headers['content-encoding'], undefined) };
const packed = { check: ([answer]) => assert.equal(answer.headers['content-encoding'], 'gzip') };
const unchanged = { check: ([answer]) => assert.ok(answer.headers.etag && answer.body === '') };
const standing = {
  check: ([{ headers }]) => {
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.match(headers['content-security-policy'], /default-src 'none'/);
  },
};
const ranges = (count) => Array.from({ length: count }, (_, index) => `${index}-`).join(',');

export default {
  subject: 'page',
  cases: [
    ...group('RFC 9110 13.1.2', 'What the client has already is not sent again; any other condition gets the whole.', [
      ['no condition', page(''), '200 open', whole],
      ['its tag', page('If-None-Match: {etag}\r\n'), '304 open', unchanged],
      ['its tag, weak', page('If-None-Match: W/{etag}\r\n'), '304 open', unchanged],
      ['its tag among others', page('If-None-Match: "a", {etag}, "b"\r\n'), '304 open', unchanged],
      ['any tag', page('If-None-Match: *\r\n'), '304 open', unchanged],
      ['its tag of a HEAD', request('HEAD', '/chat', 'If-None-Match: {etag}\r\n'), '304 open', unchanged],
      ['another tag', page('If-None-Match: "0"\r\n'), '200 open', whole],
      ['no tag', page('If-None-Match:\r\n'), '200 open', whole],
      ['its tag without quotes', page('If-None-Match: x\r\n'), '200 open', whole],
      ['open quote', page('If-None-Match: "x\r\n'), '200 open', whole],
      ['a thousand tags', page(`If-None-Match: ${Array(1000).fill('"0"').join(',')}\r\n`), '200 open', whole],
      ['a date of the future', page('If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n'), '200 open', whole],
      ['no date', page('If-Modified-Since: x\r\n'), '200 open', whole],
    ]),
    ...group('RFC 9110 14.2; CVE-2011-3192; spec H-14', 'Ranges are not served: the whole is sent, once.', [
      ['range', page('Range: bytes=0-0\r\n'), '200 open', whole],
      ['suffix', page('Range: bytes=-1\r\n'), '200 open', whole],
      ['a thousand ranges', page(`Range: bytes=${ranges(1000)}\r\n`), '200 open', whole],
      ['overlapping ranges', page(`Range: bytes=0-${',0-'.repeat(1000)}\r\n`), '200 open', whole],
      ['range beyond the end', page('Range: bytes=99999999999-\r\n'), '200 open', whole],
      ['range backwards', page('Range: bytes=5-1\r\n'), '200 open', whole],
      ['range beyond 64 bits', page('Range: bytes=18446744073709551616-\r\n'), '200 open', whole],
      ['range of another unit', page('Range: lines=1-2\r\n'), '200 open', whole],
      ['range with a condition', page('Range: bytes=0-0\r\nIf-Range: {etag}\r\n'), '200 open', whole],
    ]),
    ...group('RFC 9110 12.5.3', 'A coding is used only when it is asked for.', [
      ['gzip', page('Accept-Encoding: gzip\r\n'), '200 open', packed],
      ['gzip among others', page('Accept-Encoding: br, gzip, zstd\r\n'), '200 open', packed],
      ['gzip refused', page('Accept-Encoding: gzip;q=0\r\n'), '200 open', plain],
      ['something like gzip', page('Accept-Encoding: xgzip\r\n'), '200 open', plain],
      ['nothing', page('Accept-Encoding:\r\n'), '200 open', plain],
      ['a thousand codings', page(`Accept-Encoding: ${Array(1000).fill('x').join(',')}\r\n`), '200 open', plain],
    ]),
    ...group('OWASP Secure Headers', 'Every answer of a route says that it is not to be sniffed, framed or run.', [
      ['headers of a missing path', get('/nothing'), '404 open', standing],
      ['headers of a refused method', request('PUT', '/chat'), '405 open', standing],
      ['headers of a refused origin', get('/health', 'Origin: null\r\n'), '403 open', standing],
      ['headers of an answer', get('/health'), '200 open', standing],
    ]),
  ],
};
