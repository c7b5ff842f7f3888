import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FLAGS, Kernel } from '../kernel.mjs';
import { StandIn, install, redirecting } from './stand_in.mjs';

describe('@mem0/openclaw-mem0 1.0.16', () => {
  let kernel;
  let service;
  before(async () => {
    const memory = { id: 'id1', memory: 'Ann likes tea', score: 0.9, created_at: '2026-01-01T00:00:00Z' };
    service = await StandIn.start({ answer: (req) => {
      if (req.url.includes('/ping')) return { status: 'ok', org_id: 'o', project_id: 'p', user_email: 'a@example.test' };
      if (req.url.includes('/search')) return { results: [memory] };
      if (req.url.includes('/add')) return { results: [{ ...memory, event: 'ADD' }] };
      return { results: [memory], ...memory };
    } });
    kernel = await Kernel.start({ flags: [...FLAGS, ...redirecting], env: { STAND_IN: String(service.port) } });
    await install(kernel, '@mem0/openclaw-mem0', 'openclaw-mem0', { config: { mode: 'platform', apiKey: 'key', userId: 'ann', baseUrl: `http://127.0.0.1:${service.port}` } });
  });
  after(async () => {
    await kernel.end();
    service.end();
  });
  const run = async (name, given) => (await kernel.request('tool.call', { plugin: 'openclaw-mem0', key: `tool:${name}`, toolCallId: 'c', arguments: given, context: { agentId: 'main', sessionKey: 'agent:main:main' } })).content[0].text;

  it('finds what its service remembers', async () => {
    assert.match(await run('memory_search', { query: 'tea' }), /Ann likes tea/);
    assert.match((await service.heard(({ url }) => url.includes('/search'))).body, /tea/);
  });
  it('gives its service something to remember', async () => {
    await run('memory_add', { text: 'Ann likes tea' });
    assert.match((await service.heard(({ url }) => url.includes('/add'))).body, /Ann likes tea/);
  });
});
