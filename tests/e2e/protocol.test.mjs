// The messages of the plugin protocol: what bridge-node's validators say is what ajv says. The kernel's readers are held
// against the same documents (tests/kernel/core/protocol).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { defect, documents, kept, lines } from './protocol_documents.mjs';

describe('messages of the plugin protocol', () => {
  it('are judged alike by the validators and by ajv', () => {
    const verdicts = { true: 0, false: 0 };
    for (const { method, part, text, valid } of documents()) {
      const found = defect(method, part, JSON.parse(text));
      assert.equal(found === undefined, valid, `${method} ${part}: ${text}: ${found}`);
      ++verdicts[valid];
    }
    assert.ok(verdicts.true > 300 && verdicts.false > 200, JSON.stringify(verdicts));
  });

  it('are kept for the readers of the kernel', () => {
    assert.equal(readFileSync(kept, 'utf8'), lines(), 'write them again: node protocol_documents.mjs --write');
  });
});
