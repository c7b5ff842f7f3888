// Every request of cases/ against the built gateway: its answers, the state of the connection, and /health after each.
// Tables share a gateway, except those that name a configuration of their own.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getJson, startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { tables } from './tables.mjs';
import { play } from './verdict.mjs';

// Cases may name the page's tag, which changes with every build.
async function tagOfThePage(gateway) {
  const response = await fetch(`${gateway.url}/chat`, { method: 'HEAD' });
  return response.headers.get('etag');
}

function addressed({ send, ...test }, etag) {
  const written = [send].flat().map((step) => (typeof step === 'string' ? step.replaceAll('{etag}', etag) : step));
  return { ...test, send: written };
}

async function check(gateway, test, bearer) {
  const { verdict, answers } = await play(
    gateway.port,
    addressed(test, gateway.etag),
    bearer ? `Authorization: ${bearer}\r\n` : '',
  );
  const told = answers
    .map(({ body }) => body.slice(0, 300))
    .slice(-3)
    .join('\n');
  assert.equal(verdict, test.verdict, `${test.sentence} (${test.source})\n${told}`);
  test.check?.(answers);
  await getJson(gateway, '/health', { headers: bearer ? { Authorization: bearer } : {} });
}

describe('hostile requests', () => {
  const scope = suiteScope();
  let shared;
  before(async () => {
    shared = await startGateway(scope);
    shared.etag = await tagOfThePage(shared);
  });

  for (const { subject, cases, config } of tables) {
    const bearer = config && `Bearer ${config.gateway.auth.token}`;
    describe(subject, () => {
      const ownScope = suiteScope();
      let gateway;
      before(async () => {
        gateway = config ? await startGateway(ownScope, { config }) : shared;
      });
      for (const test of cases) it(`${test.name}: ${short(test.verdict)}`, () => check(gateway, test, bearer));
    });
  }

  it('are at least 250, with names of their own, sentences and sources', () => {
    const cases = tables.flatMap(({ subject, cases }) =>
      cases.map((test) => ({ ...test, name: `${subject}: ${test.name}` })),
    );
    assert.ok(cases.length >= 250, `${cases.length}`);
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
    for (const { name, sentence, source } of cases) assert.ok(/\.$/.test(sentence) && source, name);
  });
});

// "404 404 … open" for a thousand.
function short(verdict) {
  return verdict.length < 60 ? verdict : `${verdict.slice(0, 8)}… ${verdict.split(' ').at(-1)}`;
}
