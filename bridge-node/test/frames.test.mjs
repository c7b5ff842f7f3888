import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameReader, encodeFrame } from '../dist/connection/frames.js';

const texts = ['{}', '', 'é €', 'x'.repeat(300), '{"a":[1,2,3]}'];
const stream = Buffer.concat(texts.map(encodeFrame));

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    for (let first = 0; first <= stream.length; first += 1) {
      for (const second of [1, 3, 7, stream.length]) {
        const found = [];
        const reader = new FrameReader(1000, (text) => found.push(text));
        const scratch = Buffer.alloc(stream.length); // is overwritten, as the socket's buffer is
        for (let at = 0; at < stream.length;) {
          const size = at === 0 && first > 0 ? first : second;
          const piece = stream.subarray(at, at + size);
          piece.copy(scratch);
          assert.equal(reader.push(scratch.subarray(0, piece.length)), true);
          scratch.fill(0xff);
          at += size;
        }
        assert.deepEqual(found, texts);
      }
    }
  });

  for (const cut of [1, 2, 4, 400]) {
    it(`are refused by their length before they are read (pieces of ${cut})`, () => {
      const reader = new FrameReader(299, () => {});
      let good = true;
      for (let at = 0; at < stream.length && good; at += cut) good = reader.push(stream.subarray(at, at + cut));
      assert.equal(good, false);
    });
  }
});
