// Section 7 of the Autobahn list: the closing handshake, its codes and its reasons.

import { bytes, close, closePayload, frame, hex, ping, text } from '../frames.mjs';
import { refused } from './framing.mjs';

const hello = text('Hello World!');
const closes = (id, says, steps, code, more = {}) => ({ id, says, steps, expect: [{ close: code }], ...more });
const part = frame('text', 'fragment1', { fin: false });
const large = text({ size: 256 * 1024 });

const handshake = [
  {
    id: '7.1.1',
    says: 'a message, then a close',
    steps: [hello, close(1000)],
    expect: [{ answer: hello }, { close: 1000 }],
  },
  closes('7.1.2', 'two closes: the second is not read', [close(1000), close(1001)], 1000),
  closes('7.1.3', 'a ping after the close is not answered', [close(1000), ping('late')], 1000),
  closes('7.1.4', 'a message after the close is not taken', [close(1000), hello], 1000),
  closes('7.1.5', 'a close inside a message', [part, close(1000), frame('continuation', 'fragment2')], 1000),
  {
    id: '7.1.6',
    says: 'a message of 256 KiB, a close, a ping',
    steps: [large, close(1000), ping('late')],
    expect: [{ answer: large }, { close: 1000 }],
  },
  closes('7+.1', 'a close, then what is no frame at all', [close(1000), bytes('ff'.repeat(20))], 1000),
  closes('7+.2', 'a close, byte by byte', [close(1000, 'bye')], 1000, { chop: 1 }),
  closes(
    '7+.3',
    'a close between two packets of a character',
    [frame('text', hex('c3'), { fin: false }), close(1000)],
    1000,
  ),
];

const payloads = [
  closes('7.3.1', 'a close without a code is answered without one', [close()], undefined),
  refused('7.3.2', 'a close of one byte', [frame('close', 'a')], 1002),
  closes('7.3.3', 'a close with a code', [close(1000)], 1000),
  closes('7.3.4', 'a close with a code and a reason', [close(1000, 'Hello World!')], 1000),
  closes('7.3.5', 'a close with the longest reason', [close(1000, { size: 123 })], 1000),
  refused('7.3.6', 'a close with a reason too long', [close(1000, { size: 124 })], 1002),
  refused('7.5.1', 'a reason that is no UTF-8', [close(1000, hex('cebae1bdb9cf83cebceda080656469746564'))], 1007),
  refused('7.5+.1', 'a reason that ends in a character', [close(1000, hex('c3'))], 1007),
  refused('7.5+.2', 'a reason with an overlong NUL', [close(1000, hex('c080'))], 1007),
  closes('7.5+.3', 'a reason beyond ASCII', [close(1000, 'Auf Wiedersehen, ciao, 再见 👋')], 1000),
  refused(
    '7.3+.1',
    'a close in two fragments',
    [frame('close', closePayload(1000), { fin: false }), frame('continuation', '')],
    1002,
  ),
];

const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const invalidCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const furtherInvalid = [1, 255, 256, 1015, 1017, 2500, 5000, 10000, 32768, 65535];

const codes = [
  ...validCodes.map((code, index) => closes(`7.7.${index + 1}`, `code ${code} is allowed`, [close(code)], code)),
  ...[1012, 1013, 1014].map((code) =>
    closes(`7.7+.${code}`, `code ${code}, registered since, is allowed`, [close(code)], code),
  ),
  ...invalidCodes.map((code, index) => refused(`7.9.${index + 1}`, `code ${code} is not allowed`, [close(code)], 1002)),
  ...furtherInvalid.map((code) => refused(`7.9+.${code}`, `code ${code} is not allowed`, [close(code)], 1002)),
  refused('7.13+', 'code 2000 with a reason', [close(2000, 'why not')], 1002),
];

export const closingCases = [...handshake, ...payloads, ...codes];
