// Every case of the list, at the echo server and at the gateway.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { suiteScope } from '../../e2e/scope.mjs';
import { closingCases } from './cases/closing.mjs';
import { fragmentCases } from './cases/fragments.mjs';
import { framingCases } from './cases/framing.mjs';
import { utf8Cases } from './cases/utf8.mjs';
import { runCase } from './run.mjs';
import { Echo, Gateway } from './targets.mjs';

const cases = [...framingCases, ...fragmentCases, ...utf8Cases, ...closingCases];
const ids = new Set(cases.map(({ id }) => id));

it('the cases have names of their own', () => assert.equal(ids.size, cases.length));

for (const Target of [Echo, Gateway]) {
  describe(Target.title, () => {
    const scope = suiteScope();
    let target;
    before(async () => (target = await Target.start(scope)));
    for (const example of cases.filter(Target.suits)) {
      it(`${example.id}: ${example.says}`, () => runCase(example, target));
    }
    it('is well afterwards', () => target.check());
  });
}
