// Our JSON5 parser beside npm's json5, the reference, on 10,000 documents made by chance: one verdict, one value.
// CHELA_SEED brings a run back; CHELA_LONG=1 makes it a million documents.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import JSON5 from 'json5';
import { Random } from '../random.mjs';
import { Documents } from './json5_documents.mjs';
import { readAll } from './reader.mjs';

const seed = Number(process.env.CHELA_SEED ?? Math.floor(Math.random() * 2 ** 31));
const rounds = process.env.CHELA_LONG ? 100 : 1;
const perRound = 10_000;

console.warn = () => {}; // json5 warns of U+2028 in texts

const bits = (number) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
};

// As json_reader writes values: numbers as bits, members in the order of their keys' bytes.
function exact(value) {
  if (typeof value === 'number') return { number: Number.isNaN(value) ? 'NaN' : bits(value) };
  if (Array.isArray(value)) return { array: value.map(exact) };
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, member]) => [key, exact(member)]);
  members.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return { object: members };
}

function reference(document) {
  try {
    return { value: exact(JSON5.parse(document)) };
  } catch (error) {
    return { error: error.message };
  }
}

// The rules that we have beyond JSON5 (json5.hpp); they may refuse what the reference takes, and nothing else may.
const ownRules = [
  /^the key ".*" stands here and at /s,
  /^half of a surrogate pair is no character$/,
  /^nested more than 64 deep$/,
];

describe(`JSON5, seed ${seed}`, () => {
  for (let round = 0; round < rounds; ++round) {
    it(`${perRound} documents are read as the reference reads them (round ${round + 1})`, async (t) => {
      const documents = new Documents(new Random(seed + round));
      const texts = Array.from({ length: perRound }, () => documents.next());
      const read = await readAll('json5', texts);
      const counts = { read: 0, refused: 0, own: 0 };
      texts.forEach((text, index) => {
        const ours = read[index];
        const theirs = reference(text);
        const isOwn = 'error' in ours && ownRules.some((rule) => rule.test(ours.error));
        counts['value' in ours ? 'read' : isOwn ? 'own' : 'refused'] += 1;
        const shown = `seed ${seed}, document ${index}: ${JSON.stringify(text)}\nours: ${JSON.stringify(ours)}\njson5: ${JSON.stringify(theirs)}`;
        if (isOwn) return;
        assert.equal('value' in ours, 'value' in theirs, shown);
        if ('value' in ours) assert.deepEqual(ours.value, theirs.value, shown);
      });
      t.diagnostic(JSON.stringify(counts));
      assert.ok(
        counts.read > perRound * 0.4 && counts.refused > perRound * 0.1 && counts.own < perRound * 0.1,
        JSON.stringify(counts),
      );
    });
  }
});
