// Sections 9 and 10 of the Autobahn list: large messages, many fragments, many packets, many round trips.

import { carries } from './framing.mjs';

const kiB = 1024;
const miB = 1024 * kiB;
const large = (kind, size, more) => ({ step: 'message', kind, content: { size }, ...more });
const sizes = [64 * kiB, 256 * kiB, miB, 4 * miB, 8 * miB, 16 * miB];
const fragments = [64, 256, kiB, 4 * kiB, 16 * kiB, 64 * kiB, 256 * kiB, miB, 4 * miB];
const packets = [64, 128, 256, 512, kiB, 2 * kiB];

export const performanceCases = [
  ...['text', 'binary'].flatMap((kind, second) => [
    ...sizes.map((size, index) =>
      carries(`9.${1 + second}.${index + 1}`, `${kind} of ${size} bytes`, large(kind, size)),
    ),
    ...fragments.map((every, index) =>
      carries(
        `9.${3 + second}.${index + 1}`,
        `${kind} of 4 MiB in fragments of ${every}`,
        large(kind, 4 * miB, { every }),
      ),
    ),
    ...packets.map((chop, index) =>
      carries(`9.${5 + second}.${index + 1}`, `${kind} of 1 MiB in packets of ${chop}`, large(kind, miB), { chop }),
    ),
  ]),
  carries('10.1.1', 'text of 65536 bytes in fragments of 1300', large('text', 65536, { every: 1300 })),
];

export const roundTrips = ['text', 'binary'].flatMap((kind, second) =>
  [0, 16, 64, 256, kiB, 4 * kiB].map((size, index) => ({
    id: `9.${7 + second}.${index + 1}`,
    says: `1000 round trips of ${kind}, ${size} bytes`,
    step: large(kind, size),
    count: 1000,
  })),
);
