// Section 5 of the Autobahn list: fragments, and what may come between them.

import { binary, frame, opcodes, ping, pong, text } from '../frames.mjs';
import { carries, refused } from './framing.mjs';

const part = (opcode, payload, more) => frame(opcode, payload, { fin: false, ...more });
const more = (payload, fields) => frame('continuation', payload, fields);
const whole = text('fragment1fragment2', { cuts: [9] });
const pinged = text('fragment1fragment2', { cuts: [9], between: { 0: [ping('pongme')] } });
const answer = (step) => ({ answer: step });

const chopped = [
  ['', undefined],
  [', in packets of 9', 9],
  [', byte by byte', 1],
];

const allowed = [
  ...chopped.map(([how, chop], index) => carries(`5.${index + 3}`, `a text in two fragments${how}`, whole, { chop })),
  ...chopped.map(([how, chop], index) => ({
    id: `5.${index + 6}`,
    says: `a ping between two fragments is answered first${how}`,
    steps: [pinged],
    expect: [{ pong: 'pongme' }, answer(pinged)],
    chop,
  })),
];

const alone = ['', 'non-continuation payload'].flatMap((payload, second) =>
  chopped.map(([how, chop], index) =>
    refused(
      `5.${9 + second * 3 + index}`,
      `a continuation of nothing, FIN ${second ? 'unset' : 'set'}${how}`,
      [more(payload || 'x', { fin: !second }), frame('text', 'Hello')],
      1002,
      { chop },
    ),
  ),
);

const mixed = [
  refused('5.1', 'a ping in two fragments', [part('ping', 'fragment1'), more('fragment2')], 1002),
  refused('5.2', 'a pong in two fragments', [part('pong', 'fragment1'), more('fragment2')], 1002),
  {
    id: '5.15',
    says: 'a whole message in fragments, then a continuation of nothing, then a text',
    steps: [whole, more('fragment3', { fin: false }), frame('text', 'fragment4')],
    expect: [answer(whole), { close: 1002 }],
  },
  refused(
    '5.16',
    'twice a continuation of nothing, a text and its continuation',
    [more('fragment1', { fin: false }), part('text', 'fragment2'), more('fragment3')],
    1002,
  ),
  refused(
    '5.17',
    'the same with FIN on the first',
    [more('fragment1'), part('text', 'fragment2'), more('fragment3')],
    1002,
  ),
  refused('5.18', 'a text inside a text', [part('text', 'fragment1'), frame('text', 'fragment2')], 1002),
];

const five = (pings) =>
  text('fragment1fragment2fragment3fragment4fragment5', { cuts: [9, 18, 27, 36], between: pings });
const between = five({ 1: [ping('pongme 1')], 3: [ping('pongme 2')] });
const crowded = five({ 0: [ping('1'), pong('no')], 1: [ping('2'), ping('3')], 2: [pong('')], 3: [ping('4')] });

const many = [
  {
    id: '5.19',
    says: 'five fragments with two pings between them',
    steps: [between],
    expect: [{ pong: 'pongme 1' }, { pong: 'pongme 2' }, answer(between)],
  },
  {
    id: '5.20',
    says: 'the same, byte by byte',
    steps: [between],
    expect: [{ pong: 'pongme 1' }, { pong: 'pongme 2' }, answer(between)],
    chop: 1,
  },
  {
    id: '5+.1',
    says: 'pings and pongs between all fragments',
    steps: [crowded],
    expect: ['1', '2', '3', '4'].map((payload) => ({ pong: payload })).concat(answer(crowded)),
  },
  carries('5+.2', 'a text in fragments of one byte', text({ size: 200 }, { every: 1 })),
  carries('5+.3', 'empty fragments first, in the middle and last', text('abc', { cuts: [0, 1, 1, 1, 3, 3] })),
  carries('5+.4', 'a binary message in three fragments', binary('abcdef', { cuts: [2, 4] })),
  carries('5+.5', 'a text in 1000 fragments', text({ size: 3000 }, { every: 3 })),
  carries('5+.6', 'fragments of 125, 126 and 65536 bytes', text({ size: 70_000 }, { cuts: [125, 251, 65_787] })),
  ...Object.keys(opcodes)
    .filter((opcode) => opcodes[opcode] >= 8)
    .map((opcode) =>
      refused(`5+.${opcode}`, `a ${opcode} without FIN inside a message`, [part('text', 'x'), part(opcode, '')], 1002),
    ),
  refused('5+.7', 'a binary message inside a text', [part('text', 'x'), frame('binary', 'y')], 1002),
  refused('5+.8', 'a text inside a binary message', [part('binary', 'x'), frame('text', 'y')], 1002),
  refused(
    '5+.9',
    'a second beginning after a continuation',
    [part('text', 'x'), more('y', { fin: false }), part('text', 'z')],
    1002,
  ),
  refused('5+.10', 'a continuation after the last', [part('text', '{'), more('}'), more('y')].slice(2), 1002),
];

export const fragmentCases = [...allowed, ...alone, ...mixed, ...many];
