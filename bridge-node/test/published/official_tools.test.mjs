// Upstream's own tools, searches, memories and hooks, all in one host process with the real package openclaw.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Kernel } from '../kernel.mjs';
import { StandIn, install, realPackage } from './stand_in.mjs';

const SHIPPED = 'openclaw/dist/extensions';
const holder = {};
let service;
let workspace;
before(async () => {
  holder.kernel = await Kernel.start(realPackage());
  service = await StandIn.start({ answer: (req) => {
    if (req.url.startsWith('/listen')) return { results: { channels: [{ alternatives: [{ transcript: 'what was said', confidence: 1 }] }] } };
    if (req.url.startsWith('/v1/text-to-speech/')) return { $text: `ID3${'sound '.repeat(50)}`, $type: 'audio/mpeg' };
    return { web: { results: [{ title: 'Cats', url: 'http://cats.test/', description: 'All about them' }] } };
  } });
  workspace = join(holder.kernel.state, 'workspace');
  mkdirSync(join(workspace, 'memory'), { recursive: true });
  writeFileSync(join(workspace, 'MEMORY.md'), 'Ann likes green tea.\n');
});
after(async () => {
  await holder.kernel.end();
  service.end();
});

const start = (name, plugin, more) => install(holder.kernel, name, plugin, { gatewayConfig: { agents: { defaults: { workspace } } }, ...more });
const context = () => ({ agentId: 'main', sessionKey: 'agent:main:main', workspaceDir: workspace });
/** A tool that a plugin makes for each run of the agent. */
async function run(plugin, name, given, key = `tool:${name}`) {
  const { tools } = await holder.kernel.request('tool.resolve', { plugin, keys: [key], context: context() });
  const found = tools.find((tool) => tool.name === name);
  const { content, isError } = await holder.kernel.request('tool.call', { plugin, key: found.key, toolCallId: 'c', arguments: given, context: context() });
  assert.notEqual(isError, true, content?.[0]?.text);
  return content[0].text;
}
const method = async (plugin, name, params) => (await holder.kernel.request('gatewayMethod.call', { plugin, key: `gateway_method:${name}`, params, context: { scopes: ['operator.admin'] } })).payload;

describe('@openclaw/tokenjuice 2026.9.5', () => {
  it('shortens the result of a tool', async () => {
    await start('@openclaw/tokenjuice', 'tokenjuice');
    const text = `On branch main\n${'x\n'.repeat(3000)}`;
    const given = { command: 'git status' };
    const { result } = await holder.kernel.request('hook.run', { name: 'tool_result_middleware', context: { runtime: 'openclaw' },
      event: { toolName: 'exec', toolCallId: 'c', args: given, arguments: given, cwd: '/', isError: false, result: { content: [{ type: 'text', text }], details: { exitCode: 0 } } } });
    assert.equal(result.result.details.tokenjuice.compacted, true);
    assert.ok(result.result.content[0].text.length < text.length / 10);
  });
});

describe('@openclaw/brave-plugin 2026.9.5', () => {
  it('searches the web', async () => {
    const webSearch = { apiKey: 'key', baseUrl: `http://127.0.0.1:${service.port}` };
    await start('@openclaw/brave-plugin', 'brave', { config: { webSearch } });
    const invoke = (key, path, given) => holder.kernel.request('capability.invoke', { plugin: 'brave', kind: 'web_search', key, path, arguments: [given] });
    const { value } = await invoke('web_search:brave', 'createTool', { config: { plugins: { entries: { brave: { config: { webSearch } } } } }, searchConfig: { apiKey: 'key', brave: webSearch } });
    const found = (await invoke(value.$handle, 'execute', { query: 'cats' })).value;
    assert.deepEqual([found.provider, found.count, found.results[0].url], ['brave', 1, 'http://cats.test/']);
    assert.match(service.seen[0].url, /q=cats/);
  });
});

describe(`${SHIPPED}/memory-wiki 2026.9.6`, () => {
  it('writes a page and finds it again', async () => {
    await start(`${SHIPPED}/memory-wiki`, 'memory-wiki');
    assert.match(await run('memory-wiki', 'wiki_apply', { op: 'create_synthesis', title: 'Tea', body: 'Ann likes green tea.', sourceIds: ['s1'] }), /syntheses\/tea\.md/);
    assert.match(await run('memory-wiki', 'wiki_search', { query: 'tea' }), /syntheses\/tea\.md/);
    assert.match(await run('memory-wiki', 'wiki_get', { lookup: 'syntheses/tea.md' }), /Ann likes green tea/);
  });
});

describe(`${SHIPPED}/memory-core 2026.9.6`, () => {
  it('reads what the agent has written down', async () => {
    const { registrations } = await start(`${SHIPPED}/memory-core`, 'memory-core');
    assert.ok(registrations.some(({ key }) => key === 'memory:capability/memory-core'));
    assert.match(await run('memory-core', 'memory_get', { path: 'MEMORY.md' }), /Ann likes green tea/);
    const { value } = await holder.kernel.request('capability.invoke', { plugin: 'memory-core', kind: 'memory', key: 'memory:capability/memory-core',
      path: 'promptBuilder', arguments: [{ availableTools: ['memory_search', 'memory_get'], agentId: 'main' }] });
    assert.match(value.join('\n'), /run memory_search; for memory-file hits, use memory_get/);
  });
  it('finds it without a model for vectors', async () => {
    assert.match(await run('memory-core', 'memory_search', { query: 'green tea' }), /Ann likes green tea/);
  });
});

describe(`${SHIPPED}/workboard 2026.9.6`, () => {
  it('keeps cards, by its methods and by its tools', async () => {
    await start(`${SHIPPED}/workboard`, 'workboard');
    const { card } = await method('workboard', 'workboard.cards.create', { title: 'Buy tea' });
    assert.equal(card.title, 'Buy tea');
    assert.match(await run('workboard', 'workboard_list', {}, 'tool:workboard_list'), /Buy tea/);
  });
});

describe(`${SHIPPED}/active-memory 2026.9.6`, () => {
  it('is asked before a prompt is made, and answers its command', async () => {
    await start(`${SHIPPED}/active-memory`, 'active-memory', { config: { enabled: true } });
    const asked = await holder.kernel.request('hook.run', { name: 'before_prompt_build', event: { prompt: 'What does Ann drink?', messages: [] }, context: { ...context(), trigger: 'user' } });
    assert.deepEqual(asked.failures ?? [], []);
    const { reply } = await holder.kernel.request('command.run', { plugin: 'active-memory', key: 'command:active-memory', args: 'status', context: { ...context(), channel: 'webchat', isAuthorizedSender: true, commandBody: '/active-memory status' } });
    assert.match(reply.text, /active memory/i);
  });
});

describe(`${SHIPPED}/webhooks 2026.9.6`, () => {
  it('refuses a request without its secret', async () => {
    await start(`${SHIPPED}/webhooks`, 'webhooks', { config: { routes: { one: { sessionKey: 'agent:main:main', secret: 'the-secret' } } } });
    const pieces = [];
    const { handled } = await holder.kernel.request('httpRoute.handle', { plugin: 'webhooks', key: 'http_route:/plugins/webhooks/one', method: 'POST', target: '/plugins/webhooks/one',
      headers: [{ name: 'content-type', value: 'application/json' }, { name: 'authorization', value: 'Bearer wrong' }], body: Buffer.from('{"action":"create_flow"}').toString('base64') }, { onEvent: (piece) => pieces.push(piece) });
    assert.deepEqual([handled, pieces[0].status], [true, 401]);
  });
});

describe(`${SHIPPED}/deepgram 2026.9.6`, () => {
  it('writes down what was said', async () => {
    await start(`${SHIPPED}/deepgram`, 'deepgram');
    const given = { buffer: { $bytes: Buffer.from('RIFF').toString('base64') }, fileName: 'a.wav', mime: 'audio/wav', apiKey: 'key', baseUrl: `http://127.0.0.1:${service.port}`, timeoutMs: 5000, request: { allowPrivateNetwork: true } };
    const { value } = await holder.kernel.request('capability.invoke', { plugin: 'deepgram', kind: 'media', key: 'media:understanding/deepgram', path: 'transcribeAudio', arguments: [given] });
    assert.equal(value.text, 'what was said');
  });
});

describe(`${SHIPPED}/elevenlabs 2026.9.6`, () => {
  it('speaks', async () => {
    await start(`${SHIPPED}/elevenlabs`, 'elevenlabs');
    const voiceSettings = { stability: 0.5, similarityBoost: 0.75, style: 0, useSpeakerBoost: true, speed: 1 };
    const providerConfig = { apiKey: 'key', baseUrl: `http://127.0.0.1:${service.port}`, voiceId: 'pMsXgVXv3BLzUgSXRplE', modelId: 'eleven_multilingual_v2', voiceSettings };
    const { value } = await holder.kernel.request('capability.invoke', { plugin: 'elevenlabs', kind: 'speech', key: 'speech:elevenlabs', path: 'synthesize',
      arguments: [{ text: 'hello', cfg: {}, providerConfig, target: 'audio-file', timeoutMs: 5000 }] });
    assert.match(Buffer.from(value.audioBuffer.$bytes, 'base64').toString(), /^ID3sound/);
    assert.equal(JSON.parse(service.seen.find(({ url }) => url.startsWith('/v1/text-to-speech/')).body).text, 'hello');
  });
});

describe(`${SHIPPED}/oc-path 2026.9.6 and others`, () => {
  it('start, each with what it is for', async () => {
    const wanted = { 'oc-path': 'cli', policy: 'cli', telegram: 'channel', 'device-pair': 'command' };
    for (const [name, kind] of Object.entries(wanted)) {
      const { registrations } = await start(`${SHIPPED}/${name}`, name);
      assert.ok(registrations.some((found) => found.kind === kind), name);
    }
  });
});
