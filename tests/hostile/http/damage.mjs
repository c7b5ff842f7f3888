// Requests that are damaged by chance.

import { chunked, post } from './table.mjs';

// A request is damaged where it says how long it is.
const pieces = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ',',
  ';',
  '"',
  '+',
  '-',
  '0',
  '5',
  'a',
  '0x',
  'chunked',
  '\xff',
  '\x0b',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  '0\r\n\r\n',
  '1\r\nx\r\n',
];

export function damaged(random) {
  const target = random.pick([
    post('Content-Length: 5\r\n', 'hello'),
    post('X: y\r\nContent-Length: 5\r\nZ: 1\r\n', 'hello'),
    chunked('5\r\nhello\r\n0\r\n\r\n'),
    chunked('3;a=b\r\nhel\r\n2;c="d"\r\nlo\r\n0\r\nX: y\r\n\r\n'),
  ]);
  const from = target.indexOf('\r\n') + 2; // the method is no matter of framing
  let bytes = target.slice(from);
  for (let changes = 1 + random.below(3); changes > 0; --changes) {
    const at = random.below(bytes.length);
    const kind = random.below(3);
    const piece = kind === 0 ? '' : random.pick(pieces);
    bytes = bytes.slice(0, at) + piece + bytes.slice(at + (kind === 2 ? 0 : 1));
  }
  return target.slice(0, from) + bytes;
}
