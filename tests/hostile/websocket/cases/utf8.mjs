// Section 6 of the Autobahn list, after Markus Kuhn's UTF-8 stress test: what text is, told as early as it can be.

import { hex, ping, text } from '../frames.mjs';
import { carries, refused } from './framing.mjs';

const greek = 'κόσμε';
const sample = 'Hello-µ@ßöäüàá-UTF-8!!';
const greekBytes = Buffer.from(greek);
const row = (id, says, bytes, valid) =>
  valid ? carries(id, says, text(bytes)) : refused(id, says, [text(bytes)], 1007);
const table = (section, says, rows) =>
  rows.map(([bytes, valid], index) => row(`${section}.${index + 1}`, `${says}: ${bytes}`, hex(bytes), valid));
const all = (valid, ...rows) => rows.map((bytes) => [bytes, valid]);
const emptyMiddle = text('middle frame payload', { cuts: [0, 20] });

const valid = [
  carries('6.1.1', 'an empty text', text('')),
  carries('6.1.2', 'an empty text in three fragments', text('', { cuts: [0, 0] })),
  carries('6.1.3', 'a text in the middle of two empty fragments', emptyMiddle),
  carries('6.2.1', 'a text beyond ASCII', text(sample)),
  carries('6.2.2', 'the same in fragments cut between characters', text(sample, { cuts: [7] })),
  carries('6.2.3', 'the same in fragments of one byte', text(sample, { every: 1 })),
  carries('6.2.4', 'Greek in fragments of one byte', text(greek, { every: 1 })),
];

const wrong = Buffer.concat([greekBytes, hex('eda080'), Buffer.from('edited')]);
const outside = Buffer.concat([greekBytes, hex('f4908080'), Buffer.from('edited')]);
const invalid = [
  refused('6.3.1', 'a surrogate in the middle', [text(wrong)], 1007),
  refused('6.3.2', 'the same in fragments of one byte', [text(wrong, { every: 1 })], 1007),
  // The rest never comes: the verdict must not wait for it.
  refused(
    '6.4.1',
    'fails with the fragment that is wrong',
    [text(outside.subarray(0, 15), { cuts: [11], withheld: 6 })],
    1007,
  ),
  refused(
    '6.4.2',
    'fails with the byte that cannot be right any more',
    [text(outside.subarray(0, 13), { cuts: [12], withheld: 8 })],
    1007,
  ),
  refused('6.4.3', 'fails within the frame', [text(outside.subarray(0, 15), { withheld: 6 })], 1007),
  refused('6.4.4', 'fails within the frame, byte by byte', [text(outside.subarray(0, 13), { withheld: 8 })], 1007, {
    chop: 1,
  }),
];

const prefixes = [
  ...['κ', 'κό', 'κόσ', 'κόσμ', greek].map((start, index) =>
    carries(`6.5.${index + 1}`, `${start}, whole characters`, text(start)),
  ),
  ...Array.from({ length: greekBytes.length }, (_, index) => {
    const bytes = greekBytes.subarray(0, index + 1);
    return row(
      `6.6.${index + 1}`,
      `the first ${index + 1} bytes of ${greek}`,
      bytes,
      bytes.toString() === greek.slice(0, bytes.toString().length),
    );
  }),
];

const continuation = (count) => Array.from({ length: count }, (_, index) => (0x80 + index).toString(16)).join('');
const starts = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, index) => `${(first + index).toString(16)}20`).join('');
const cutOff = ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'];
const noncharacters = Array.from({ length: 17 }, (_, plane) =>
  [0xfffe, 0xffff].map((last) => plane * 0x10000 + last),
).flat();
const hexOf = (codePoint) => Buffer.from(String.fromCodePoint(codePoint)).toString('hex');

const stress = [
  ...table('6.7', 'the first sequence of its length', all(true, '00', 'c280', 'e0a080', 'f0908080')),
  ...table('6.8', 'the first sequence of five and six bytes', all(false, 'f888808080', 'fc8480808080')),
  ...table('6.9', 'the last sequence of its length', all(true, '7f', 'dfbf', 'efbfbf', 'f48fbfbf')),
  ...table(
    '6.10',
    'the last sequence of a length beyond Unicode',
    all(false, 'f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'),
  ),
  ...table('6.11', 'at a boundary', [
    ...all(true, 'ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'),
    ...all(false, 'f4908080'),
  ]),
  ...table(
    '6.12',
    'continuation bytes alone',
    all(false, '80', 'bf', ...[2, 3, 4, 5, 6].map((count) => '80bf80bf80bf'.slice(0, count * 2)), continuation(63)),
  ),
  ...table(
    '6.13',
    'start bytes alone',
    all(false, starts(0xc0, 0xdf), starts(0xe0, 0xef), starts(0xf0, 0xf7), starts(0xf8, 0xfb), starts(0xfc, 0xfd)),
  ),
  ...table('6.14', 'the last byte is missing', all(false, ...cutOff)),
  ...table('6.15', 'all of those in a row', all(false, cutOff.join(''))),
  ...table('6.16', 'bytes that never occur', all(false, 'fe', 'ff', 'fefeffff')),
  ...table('6.17', 'a slash, overlong', all(false, 'c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af')),
  ...table('6.18', 'the largest overlong', all(false, 'c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf')),
  ...table('6.19', 'NUL, overlong', all(false, 'c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080')),
  ...table(
    '6.20',
    'a single surrogate',
    all(false, 'eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'),
  ),
  ...table(
    '6.21',
    'a pair of surrogates',
    all(
      false,
      'eda080edb080',
      'eda080edbfbf',
      'edadbfedb080',
      'edadbfedbfbf',
      'edae80edb080',
      'edae80edbfbf',
      'edafbfedb080',
      'edafbfedbfbf',
    ),
  ),
  ...table('6.22', 'a noncharacter', all(true, ...noncharacters.map(hexOf))),
  ...table('6.23', 'a special', all(true, ...[0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff].map(hexOf))),
];

// Every way to cut one character over two fragments, with a ping in the cut; and the same with its last byte spoilt.
const splits = ['c3a9', 'e282ac', 'f09f9880'].flatMap((bytes) =>
  Array.from({ length: bytes.length / 2 - 1 }, (_, index) => index + 1).flatMap((at) => {
    const step = text(hex(bytes), { cuts: [at], between: { 0: [ping('cut')] } });
    const spoilt = text(Buffer.concat([hex(bytes.slice(0, -2)), Buffer.from('x')]), { cuts: [at] });
    const short = text(hex(bytes.slice(0, at * 2)), { cuts: [at] });
    return [
      {
        id: `6+.${bytes}.${at}`,
        says: `${bytes} cut after ${at}`,
        steps: [step],
        expect: [{ pong: 'cut' }, { answer: step }],
      },
      refused(`6+.${bytes}.${at}.spoilt`, `${bytes} cut after ${at}, its last byte spoilt`, [spoilt], 1007),
      refused(`6+.${bytes}.${at}.short`, `${bytes} ends after ${at}, then an empty fragment`, [short], 1007),
    ];
  }),
);

const shortNotClosed = [
  refused('6+.withheld.1', 'FF as the first of 100 bytes', [text(hex('ff'), { withheld: 99 })], 1007),
  refused('6+.withheld.2', 'an overlong start as the first of 100 bytes', [text(hex('c0'), { withheld: 99 })], 1007),
  refused('6+.withheld.3', 'the second byte of a surrogate', [text(hex('eda0'), { withheld: 99 })], 1007),
  refused('6+.withheld.4', 'F5 as the first of 100 bytes', [text(hex('f5'), { withheld: 99 })], 1007),
  refused('6+.withheld.5', 'F4 90: above U+10FFFF', [text(hex('f490'), { withheld: 99 })], 1007),
];

export const utf8Cases = [...valid, ...invalid, ...prefixes, ...stress, ...splits, ...shortNotClosed];
