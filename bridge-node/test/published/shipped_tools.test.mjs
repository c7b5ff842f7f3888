// Tools and searches that upstream ships inside the package openclaw, each driven through what it is for.

import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Kernel } from '../kernel.mjs';
import { StandIn, install, realPackage, redirecting } from './stand_in.mjs';

const SHIPPED = 'openclaw/dist/extensions';
const SAID = { output: [{ type: 'code_interpreter_call' }, { type: 'message', content: [{ type: 'output_text', text: 'Cats are loved.', annotations: [{ type: 'url_citation', url: 'http://cats.test/' }] }] }] };
const FOUND = { title: 'Cats', url: 'http://cats.test/', link: 'http://cats.test/', snippet: 'All about them', content: 'All about them' };
const context = { agentId: 'main', sessionKey: 'agent:main:main', sessionId: 's1' };
let kernel;
let service;
let config;
before(async () => {
  service = await StandIn.start({ answer: (req) => {
    const debuggerAt = (path) => `ws://127.0.0.1:${service.port}/devtools/${path}`;
    if (req.url === '/json/version') return { Browser: 'Chrome/140.0', webSocketDebuggerUrl: debuggerAt('browser/b1') };
    if (req.url === '/json/list') return [{ id: 't1', type: 'page', title: 'Cats', url: 'http://cats.test/', webSocketDebuggerUrl: debuggerAt('page/t1') }];
    if (req.url.endsWith(':generateContent')) return { candidates: [{ content: { parts: [{ text: 'Cats are loved.' }] }, groundingMetadata: { groundingChunks: [{ web: { uri: 'http://cats.test/', title: 'Cats' } }] } }] };
    if (req.url.endsWith('/responses')) return SAID;
    return { organic: [FOUND], results: [FOUND], base_resp: { status_code: 0 } };
  }, socket: (send, { id, method }) => send({ id, result: method === 'Target.createTarget' ? { targetId: 't1' } : {} }) });
  const { flags, env } = realPackage({ STAND_IN: String(service.port) });
  kernel = await Kernel.start({ flags: [...flags, ...redirecting], env });
  const baseUrl = `http://127.0.0.1:${service.port}`;
  config = { agents: { defaults: { model: 'test/one' } }, gateway: { auth: { mode: 'token', token: 'the-token' } },
    browser: { enabled: true, defaultProfile: 'cats', profiles: { cats: { cdpUrl: baseUrl, color: '#00AA00', attachOnly: true } } }, plugins: { entries: {
    xai: { config: { webSearch: { apiKey: 'key' }, xSearch: { enabled: true }, codeExecution: { enabled: true } } },
    google: { config: { webSearch: { apiKey: 'key' } } },
    minimax: { config: { webSearch: { apiKey: 'key' } } },
    ollama: { config: { webSearch: { baseUrl } } },
    onepassword: { enabled: true, config: { vault: 'work', opBin: join(kernel.state, 'op'),
      items: { mail: { item: 'Mail', field: 'password', policy: 'auto' }, bank: { item: 'Bank', policy: 'deny' } } } } } } };
});
after(async () => {
  await kernel.end();
  service.end();
});

const start = (name, more) => install(kernel, `${SHIPPED}/${name}`, name, { config: config.plugins.entries[name]?.config ?? {}, gatewayConfig: config, ...more });
async function run(plugin, name, given, toolCallId = 'c', registered = `tool:${name}`) {
  const { tools } = await kernel.request('tool.resolve', { plugin, keys: [registered], context });
  const key = tools.find((tool) => tool.name === name)?.key ?? registered;
  const { content, isError } = await kernel.request('tool.call', { plugin, key, toolCallId, arguments: given, context });
  assert.notEqual(isError, true, content?.[0]?.text);
  return content[0].text;
}
async function search(plugin, id = plugin) {
  const invoke = async (key, path, given) => (await kernel.request('capability.invoke', { plugin, kind: 'web_search', key, path, arguments: [given] })).value;
  const tool = await invoke(`web_search:${id}`, 'createTool', { config, searchConfig: {} });
  return invoke(tool.$handle, 'execute', { query: `cats of ${id}` });
}

describe(`${SHIPPED}/llm-task 2026.9.6`, () => {
  it('asks a model for JSON, and checks it against the schema', async () => {
    const asked = [];
    kernel.methods['llm.complete'] = (params) => (asked.push(params), { text: '```json\n{"animal":"cat"}\n```', provider: 'test', model: 'two' });
    await start('llm-task');
    const schema = { type: 'object', properties: { animal: { type: 'string' } }, required: ['animal'] };
    assert.deepEqual(JSON.parse(await run('llm-task', 'llm-task', { prompt: 'Which?', input: { sound: 'meow' }, schema, model: 'two' })), { animal: 'cat' });
    assert.equal(asked[0].model, 'test/two');
    assert.match(JSON.stringify(asked[0].messages), /JSON-only.*meow/);
    await assert.rejects(run('llm-task', 'llm-task', { prompt: 'Which?', schema: { type: 'array' } }), /did not match schema/);
  });
});

describe(`${SHIPPED}/onepassword 2026.9.6`, () => {
  it('gives a secret only to a call that its policy has let through', async () => {
    const folder = join(kernel.state, 'credentials/onepassword');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'service-account-token'), 'the-token', { mode: 0o600 });
    writeFileSync(join(kernel.state, 'op'), `#!${realpathSync(process.execPath)}\nconsole.log(JSON.stringify({ id: 'password', label: 'password', value: process.env.OP_SERVICE_ACCOUNT_TOKEN + ' for ' + process.argv[4] }));\n`, { mode: 0o700 });
    await start('onepassword');
    assert.match(await run('onepassword', 'onepassword', { action: 'list' }), /"mail"/);
    const given = { action: 'get', slug: 'mail', reason: 'to log in' };
    assert.match(await run('onepassword', 'onepassword', given, 'c1'), /POLICY_NOT_EVALUATED/);
    const before = (params) => kernel.request('hook.run', { name: 'before_tool_call', event: { toolName: 'onepassword', toolCallId: 'c2', params }, context: { ...context, toolName: 'onepassword', toolCallId: 'c2' } });
    const { result } = await before(given);
    assert.match(await run('onepassword', 'onepassword', result.params, 'c2'), /the-token for Mail/);
    assert.equal((await before({ ...given, slug: 'bank' })).result.block, true);
  });
});

describe(`${SHIPPED}/browser 2026.9.6`, () => {
  it('opens a page in a browser that is running, and lists its tabs', async () => {
    const { registrations } = await start('browser');
    const { key } = registrations.find(({ kind }) => kind === 'tool');
    const browse = (given) => run('browser', 'browser', { target: 'host', profile: 'cats', ...given }, 'c', key);
    assert.match(await browse({ action: 'status' }), /"cdpReady": true/);
    assert.match(await browse({ action: 'open', targetUrl: 'http://cats.test/' }), /t1/);
    assert.match(await browse({ action: 'tabs' }), /"title": "Cats"/);
    assert.ok(service.seen.some(({ body }) => body.includes('Target.createTarget') && body.includes('http://cats.test/')));
    await kernel.request('plugin.stop', { plugin: 'browser' });
  });
});

describe(`${SHIPPED}/xai 2026.9.6`, () => {
  it('searches X, runs code and searches the web', async () => {
    await start('xai');
    assert.match(await run('xai', 'x_search', { query: 'cats' }), /Cats are loved/);
    assert.match(await run('xai', 'code_execution', { task: 'count cats' }), /"usedCodeExecution": ?true/);
    assert.match(JSON.stringify(await search('xai', 'grok')), /Cats are loved/);
    assert.deepEqual(service.seen.filter(({ url }) => url.endsWith('/responses')).map(({ body }) => JSON.parse(body).tools[0].type), ['x_search', 'code_interpreter', 'web_search']);
  });
});

describe(`${SHIPPED}/google 2026.9.6`, () => {
  it('searches the web', async () => {
    await start('google');
    assert.match(JSON.stringify(await search('google', 'gemini')), /Cats are loved/);
  });
});

describe(`${SHIPPED}/minimax 2026.9.6`, () => {
  it('searches the web', async () => {
    await start('minimax');
    assert.match(JSON.stringify(await search('minimax')), /cats\.test/);
  });
});

describe(`${SHIPPED}/ollama 2026.9.6`, () => {
  it('searches the web', async () => {
    await start('ollama');
    assert.match(JSON.stringify(await search('ollama')), /cats\.test/);
  });
});
