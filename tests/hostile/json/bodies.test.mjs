// JSONTestSuite as bodies of requests: every document as it is, and as a member of a request that is otherwise sound.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { getJson, startGateway } from '../../e2e/gateway.mjs';
import { suiteScope } from '../../e2e/scope.mjs';
import { corpus } from './corpus.mjs';
import { bodyVerdicts, isAccepted, reason } from './verdicts.mjs';

const routes = ['/v1/chat/completions', '/v1/responses', '/api/sessions/hostile/messages'];
const notJson = /is not valid JSON|nests deeper than/;

describe('bodies', () => {
  const scope = suiteScope();
  let gateway;
  before(async () => (gateway = await startGateway(scope)));

  async function post(route, body) {
    const response = await fetch(gateway.url + route, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    const answer = await response.text();
    return { status: response.status, message: JSON.parse(answer).error?.message ?? '' };
  }

  it('of the whole suite', () => assert.equal(corpus.length, 318));

  // A document that is JSON and no request is refused as well, for another reason.
  for (const { name, bytes } of corpus) {
    const accepted = isAccepted(bodyVerdicts, name);
    it(`${name}: ${accepted ? 'read' : 'refused'}, ${reason(bodyVerdicts, name)}`, async () => {
      for (const route of routes) {
        const { status, message } = await post(route, bytes);
        assert.equal(status, 400, message);
        assert.equal(!notJson.test(message), accepted, `${route}: ${message}`);
      }
    });
  }

  // A byte order mark stands only before a document, not in one. What is read is refused for its `n`, without a turn.
  const inside = corpus.filter(({ name }) => !name.includes('BOM'));
  for (const { name, bytes } of inside) {
    const accepted = isAccepted(bodyVerdicts, name);
    it(`${name} in a request: ${accepted ? 'read' : 'refused'}`, async () => {
      const request = ['{"messages":[{"role":"user","content":"Hello"}],"n":2,"metadata":', bytes, '}'];
      const { status, message } = await post(
        '/v1/chat/completions',
        Buffer.concat(request.map((part) => Buffer.from(part))),
      );
      assert.equal(status, accepted ? 501 : 400);
      assert.match(message, accepted ? /`n` above 1/ : notJson);
    });
  }

  it('with every number of the suite that is read: are answered', async () => {
    const numbers = inside
      .filter(({ name }) => name.includes('number') && isAccepted(bodyVerdicts, name))
      .map(({ bytes }) => bytes);
    const body = `{"messages":[{"role":"user","content":"Hello"}],"metadata":[${numbers.join(',')}]}`;
    assert.deepEqual(await post('/v1/chat/completions', body), { status: 200, message: '' });
  });

  it('with a key twice: the last one counts', async () => {
    const body = '{"messages":[],"messages":[{"role":"user","content":"Hello"}]}';
    assert.equal((await post('/v1/chat/completions', body)).status, 200);
  });

  for (const [what, piece] of [
    ['arrays', '['],
    ['objects', '{"a":'],
    ['both', '[{"a":'],
  ]) {
    it(`100,000 ${what} deep: refused at once`, async () => {
      const start = performance.now();
      const { status, message } = await post('/v1/chat/completions', piece.repeat(100_000));
      assert.equal(status, 400);
      assert.match(message, /nests deeper than 64/);
      assert.ok(performance.now() - start < 2_000);
    });
  }

  it('leave the gateway well', () => getJson(gateway, '/health'));
});
