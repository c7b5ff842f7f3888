// Every request of cases/ against one gateway: its answers, the state of the connection, and /health after each.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { getJson, startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { play } from './verdict.mjs';

const folder = new URL('cases/', import.meta.url);
const tables = await Promise.all(
  readdirSync(folder).sort().map(async (file) => (await import(new URL(file, folder))).default),
);

describe('hostile requests', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => {
    gateway = await startGateway(scope);
  });

  for (const { subject, cases } of tables) {
    describe(subject, () => {
      for (const test of cases) {
        it(`${test.name}: ${test.verdict}`, async () => {
          const { verdict, answers } = await play(gateway.port, test);
          const told = answers.map(({ body }) => body.slice(0, 300)).join('\n');
          assert.equal(verdict, test.verdict, `${test.sentence} (${test.source})\n${told}`);
          test.check?.(answers);
          await getJson(gateway, '/health');
        });
      }
    });
  }

  it('have names of their own', () => {
    const names = tables.flatMap(({ subject, cases }) => cases.map(({ name }) => `${subject}: ${name}`));
    assert.equal(new Set(names).size, names.length);
  });
});
