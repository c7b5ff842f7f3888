// Sections 1 to 4 of the Autobahn list: framing, pings and pongs, reserved bits, opcodes; and what it leaves out.
// A case: {id, says, steps, expect, chop}. `expect` holds {answer: step}, {pong: payload} and {close: code} in order;
// without a close the connection must still be of use afterwards. `chop` is the size of the packets.

import { binary, bytes, close, frame, opcodes, ping, pong, text } from '../frames.mjs';

export const carries = (id, says, step, more = {}) => ({
  id,
  says,
  steps: [step],
  expect: [{ answer: step }],
  ...more,
});
export const refused = (id, says, steps, code, more = {}) => ({ id, says, steps, expect: [{ close: code }], ...more });

const sizes = [0, 125, 126, 127, 128, 65535, 65536];

const framing = ['text', 'binary'].flatMap((kind, section) => [
  ...sizes.map((size, index) =>
    carries(`1.${section + 1}.${index + 1}`, `a ${kind} message of ${size} bytes`, {
      step: 'message',
      kind,
      content: { size },
    }),
  ),
  carries(
    `1.${section + 1}.8`,
    `a ${kind} message of 65536 bytes in packets of 997`,
    { step: 'message', kind, content: { size: 65536 } },
    { chop: 997 },
  ),
]);

const byte = (first, last) => Buffer.from(Array.from({ length: last - first + 1 }, (_, index) => first + index));
const highBytes = Buffer.from([0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff]);
const answered = (payload) => ({ pong: payload });
const tenPings = Array.from({ length: 10 }, (_, index) => `payload-${index}`);

const pings = [
  { id: '2.1', says: 'a ping without a payload', steps: [ping('')], expect: [answered('')] },
  { id: '2.2', says: 'a ping with a small text', steps: [ping('Hello, world!')], expect: [answered('Hello, world!')] },
  { id: '2.3', says: 'a ping with bytes that are no text', steps: [ping(highBytes)], expect: [answered(highBytes)] },
  { id: '2.4', says: 'a ping of 125 bytes', steps: [ping(byte(1, 125))], expect: [answered(byte(1, 125))] },
  refused('2.5', 'a ping of 126 bytes', [ping({ size: 126 })], 1002),
  {
    id: '2.6',
    says: 'a ping of 125 bytes, byte by byte',
    steps: [ping(byte(1, 125))],
    expect: [answered(byte(1, 125))],
    chop: 1,
  },
  { id: '2.7', says: 'a pong that nobody asked for, empty', steps: [pong('')], expect: [] },
  { id: '2.8', says: 'a pong that nobody asked for', steps: [pong('unsolicited')], expect: [] },
  {
    id: '2.9',
    says: 'an unsolicited pong, then a ping',
    steps: [pong('unsolicited'), ping('asked')],
    expect: [answered('asked')],
  },
  { id: '2.10', says: 'ten pings', steps: tenPings.map((payload) => ping(payload)), expect: tenPings.map(answered) },
  {
    id: '2.11',
    says: 'ten pings, byte by byte',
    steps: tenPings.map((payload) => ping(payload)),
    expect: tenPings.map(answered),
    chop: 1,
  },
  refused('2+.1', 'a pong of 126 bytes', [pong({ size: 126 })], 1002),
  refused('2+.2', 'a ping whose length says 127', [ping('', { length: 0, form: 127 })], 1002),
  {
    id: '2+.3',
    says: '1000 pings at once',
    steps: Array.from({ length: 1000 }, (_, index) => ping(`${index}`)),
    expect: Array.from({ length: 1000 }, (_, index) => answered(`${index}`)),
  },
  {
    id: '2+.4',
    says: 'a ping with a mask of zeros',
    steps: [ping('zero', { mask: Buffer.alloc(4) })],
    expect: [answered('zero')],
  },
];

const greeting = text('Hello, world!');
const reserved = [
  refused('3.1', 'a text with reserved bit 3', [frame('text', 'x', { rsv: 1 })], 1002),
  {
    id: '3.2',
    says: 'a text, one with reserved bit 2, a ping',
    steps: [greeting, frame('text', 'x', { rsv: 2 }), ping('')],
    expect: [{ answer: greeting }, { close: 1002 }],
  },
  {
    id: '3.3',
    says: 'the same with bits 2 and 3, in packets of 9',
    steps: [greeting, frame('text', 'x', { rsv: 3 }), ping('')],
    expect: [{ answer: greeting }, { close: 1002 }],
    chop: 9,
  },
  {
    id: '3.4',
    says: 'the same with bit 1, byte by byte',
    steps: [greeting, frame('text', 'x', { rsv: 4 }), ping('')],
    expect: [{ answer: greeting }, { close: 1002 }],
    chop: 1,
  },
  refused('3.5', 'a binary message with reserved bits 1 and 3', [frame('binary', 'x', { rsv: 5 })], 1002),
  refused('3.6', 'a ping with reserved bits 1 and 2', [ping('x', { rsv: 6 })], 1002),
  refused('3.7', 'a close with every reserved bit', [close(1000, '', { rsv: 7 })], 1002),
  ...Object.keys(opcodes).flatMap((opcode) =>
    [1, 2, 3, 4, 5, 6, 7].map((rsv) => {
      const steps =
        opcode === 'continuation'
          ? [frame('text', 'x', { fin: false }), frame(opcode, 'x', { rsv })]
          : [frame(opcode, '', { rsv })];
      return refused(`3+.${opcode}.${rsv}`, `reserved bits ${rsv} on a ${opcode} frame`, steps, 1002);
    }),
  ),
];

const unknownOpcodes = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => {
  const id = opcode < 8 ? `4.1.${opcode - 2}` : `4.2.${opcode - 10}`;
  return [
    refused(id, `opcode ${opcode}`, [frame(opcode)], 1002),
    refused(`${id}+payload`, `opcode ${opcode} with a payload`, [frame(opcode, 'reserved')], 1002),
    {
      id: `${id}+after`,
      says: `a text, opcode ${opcode}, a ping`,
      steps: [greeting, frame(opcode, 'reserved'), ping('')],
      expect: [{ answer: greeting }, { close: 1002 }],
    },
    {
      id: `${id}+bytes`,
      says: `a text, opcode ${opcode}, a ping, byte by byte`,
      steps: [greeting, frame(opcode), ping('')],
      expect: [{ answer: greeting }, { close: 1002 }],
      chop: 1,
    },
    refused(
      `${id}+inside`,
      `opcode ${opcode} inside a message`,
      [frame('text', 'x', { fin: false }), frame(opcode)],
      1002,
    ),
    refused(`${id}+part`, `opcode ${opcode} without FIN`, [frame(opcode, '', { fin: false })], 1002),
  ];
});

const masksAndLengths = [
  refused('m.1', 'a text that is not masked', [frame('text', 'x', { masked: false })], 1002),
  refused('m.2', 'a ping that is not masked', [ping('x', { masked: false })], 1002),
  refused('m.3', 'a close that is not masked', [close(1000, '', { masked: false })], 1002),
  refused('m.4', 'an empty text that is not masked', [frame('text', '', { masked: false })], 1002),
  refused(
    'm.5',
    'a continuation that is not masked',
    [frame('text', 'x', { fin: false }), frame('continuation', 'x', { masked: false })],
    1002,
  ),
  {
    id: 'm.6',
    says: 'a text, then one that is not masked',
    steps: [greeting, frame('text', 'x', { masked: false })],
    expect: [{ answer: greeting }, { close: 1002 }],
  },
  refused('l.1', 'a length of 5 in the 16-bit form', [frame('text', 'hello', { form: 126 })], 1002),
  refused('l.2', 'a length of 125 in the 16-bit form', [frame('text', { size: 125 }, { form: 126 })], 1002),
  refused('l.3', 'a length of 0 in the 16-bit form', [frame('text', '', { form: 126 })], 1002),
  refused('l.4', 'a length of 5 in the 64-bit form', [frame('text', 'hello', { form: 127 })], 1002),
  refused('l.5', 'a length of 126 in the 64-bit form', [frame('text', { size: 126 }, { form: 127 })], 1002),
  refused('l.6', 'a length of 65535 in the 64-bit form', [frame('text', { size: 65535 }, { form: 127 })], 1002),
  refused('l.7', 'a length of 0 in the 64-bit form', [frame('binary', '', { form: 127 })], 1002),
  refused('l.8', 'a length of 2^63', [frame('text', '', { length: 1n << 63n })], 1002),
  refused('l.9', 'a length of 2^64 - 1', [frame('text', '', { length: (1n << 64n) - 1n })], 1002),
  refused(
    'l.10',
    'a length of 2^63 - 1 is too big before a byte of it has come',
    [frame('text', '', { length: (1n << 63n) - 1n })],
    1009,
  ),
  refused('l.11', 'a length of 2^32', [frame('text', '', { length: 1n << 32n })], 1009),
  refused(
    'l.12',
    'a length of 2^32 + 5 is not taken for 5',
    [frame('text', 'hello', { length: (1n << 32n) + 5n })],
    1009,
  ),
  refused('l.13', 'a length of 2^31', [frame('binary', '', { length: 1n << 31n })], 1009),
  refused(
    'l.14',
    'a huge continuation',
    [frame('text', 'x', { fin: false }), frame('continuation', '', { length: 1n << 40n })],
    1009,
  ),
  refused('l.15', 'HTTP after the upgrade', [bytes(Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex'))], 1002),
  refused('l.16', 'a TLS hello after the upgrade', [bytes('160301020001')], 1002),
  refused('l.17', 'zeros', [bytes('00'.repeat(64))], 1002),
  refused('l.18', 'bytes of 255', [bytes('ff'.repeat(64))], 1002),
];

export const framingCases = [...framing, ...pings, ...reserved, ...unknownOpcodes, ...masksAndLengths];
