// A packed plugin as upstream meets it: its files, its manifest, what its entry registers.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { SANITIZED, bundled, keepingLogger, made, openclawManifest, packOpenclaw, readManifest, temporary } from './native.mjs';

/** Upstream's api, as far as the entry uses it. */
function register(t, folder, { pluginConfig = {}, registrationMode = 'full', config = {} } = {}) {
  const { default: entry } = createRequire(import.meta.url)(join(folder, 'index.js')); // as upstream loads it
  const seen = { entry, toolOptions: undefined, providers: new Map(), hooks: new Map(), commands: new Map(), logger: keepingLogger() };
  entry.register({ id: entry.id, config, pluginConfig, registrationMode, logger: seen.logger,
    registerTool: (create, options) => Object.assign(seen, { create, toolOptions: options }),
    on: (point, handler, options) => seen.hooks.set(point, { handler, options }),
    registerCommand: (command) => seen.commands.set(command.name, command),
    registerProvider: (provider) => seen.providers.set(provider.id, provider),
    registerService: (service) => t.after(() => service.stop()) });
  return seen;
}

function packed(t, directory) {
  const folder = join(temporary(t), 'package');
  return { folder, described: packOpenclaw(directory, folder) };
}

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('the manifest for upstream', () => {
  it('names tools, and which of them change anything', () => {
    const made = openclawManifest(readManifest(bundled('files')));
    assert.equal(made.id, 'chela-files');
    assert.deepEqual(made.contracts.tools.toSorted(), ['edit_file', 'list_files', 'read_file', 'write_file']);
    assert.deepEqual([made.toolMetadata.read_file, made.toolMetadata.write_file], [{ replaySafe: true }, { sideEffecting: true }]);
    assert.equal(made.configSchema.type, 'object');
  });
  it('names providers: each service, and each format for addresses of the operator', () => {
    const made = openclawManifest(readManifest(bundled('openai')));
    assert.deepEqual(made.providers, ['chela-openai', 'chela-openrouter', 'chela-ollama', 'chela-lmstudio', 'chela-vllm', 'chela-openai-completions']);
    assert.deepEqual(made.setup.providers[0], { id: 'chela-openai', authMethods: ['api-key'], envVars: ['OPENAI_API_KEY'] });
  });
});

describe('a plugin is loaded at upstream\'s start', () => {
  for (const [directory, onStartup] of [[bundled('time'), true], [made('listener'), true], [bundled('openai'), false]]) {
    it(`${directory.split('/').at(-1)}: ${onStartup}`, () => assert.deepEqual(openclawManifest(readManifest(directory)).activation, { onStartup }));
  }
});

describe('a package', () => {
  it('holds all that it needs', (t) => {
    const { folder, described } = packed(t, bundled('time'));
    assert.deepEqual([described.name, described.version, described.cpu], ['openclaw-chela-time', '0.1.0', [process.arch]]);
    for (const file of ['index.js', 'native/time.so', 'native/chela.plugin.json', 'addon/chela_addon.node', 'addon/lib/index.js']) assert.ok(existsSync(join(folder, file)), file);
    assert.deepEqual(readJson(folder, 'package.json').openclaw, { extensions: ['./index.js'] });
    assert.equal(readJson(folder, 'openclaw.plugin.json').version, '0.1.0');
  });
  it('is not made of what is no plugin', (t) => {
    const folder = temporary(t);
    assert.throws(() => packOpenclaw(folder, join(folder, 'out')), { message: /chela\.plugin\.json/ });
    writeFileSync(join(folder, 'chela.plugin.json'), JSON.stringify({ id: 'x', version: '1', provides: [] }));
    assert.throws(() => packOpenclaw(folder, join(folder, 'out')), { message: /build the plugin first/ });
  });
});

describe('its entry', () => {
  it('makes tools for each run of an agent', async (t) => {
    const { folder } = packed(t, bundled('files'));
    const workspace = temporary(t);
    writeFileSync(join(workspace, 'a.txt'), 'alpha\n');
    const { entry, create, toolOptions } = register(t, folder);
    assert.equal(entry.id, 'chela-files');
    const tools = create({ workspaceDir: workspace, agentId: 'main' });
    assert.deepEqual(tools.map(({ name }) => name), toolOptions.names);
    const result = await tools.find(({ name }) => name === 'read_file').execute('c1', { path: 'a.txt' });
    assert.match(result.content[0].text, /alpha/);
    await assert.rejects(create({})[0].execute('c2', { path: 'a.txt' }), { name: 'PluginError' });
  });
  it('tells progress as it grows, and hears of an abort', async (t) => {
    const { create } = register(t, packed(t, made('threads')).folder);
    const tool = (name) => create({}).find((found) => found.name === name);
    const shown = [];
    await tool('count').execute('c1', {}, undefined, ({ content }) => shown.push(content[0].text));
    assert.deepEqual(shown, ['one ', 'one two ', 'one two three ']);
    await assert.rejects(tool('block').execute('c2', {}, AbortSignal.timeout(20)), { status: 'cancelled' });
  });
  it('gives the configuration, and is refused with a wrong one', (t) => {
    const { folder } = packed(t, bundled('time'));
    assert.throws(() => register(t, folder, { pluginConfig: { timeZone: 'Mars' } }), { message: /Mars/ });
    register(t, folder, { pluginConfig: { timeZone: 'Mars' }, registrationMode: 'discovery' }); // nothing runs
  });
  it('knows the time zone of the configuration', async (t) => {
    const { create } = register(t, packed(t, bundled('time')).folder, { config: { agents: { defaults: { userTimezone: 'Asia/Tokyo' } } } });
    const { content } = await create({})[0].execute('c1', {});
    assert.equal(JSON.parse(content[0].text).time_zone, 'Asia/Tokyo');
  });
});

describe('hooks and commands', () => {
  it('are asked where the manifest says, with its priority and time', async (t) => {
    const { hooks, logger } = register(t, packed(t, made('listener')).folder);
    assert.deepEqual([...hooks.keys()], ['before_tool_call', 'agent_end']);
    assert.deepEqual(logger.lines.map(([level]) => level), ['warn']); // of the point that is answered at once
    const { handler, options } = hooks.get('before_tool_call');
    assert.deepEqual(options, { priority: 7, timeoutMs: 2000 });
    const context = { agentId: 'main', runId: 'r', abort: () => {} };
    assert.deepEqual(await handler({ toolName: 'exec', params: {} }, context), { block: true, blockReason: 'not here' });
    assert.equal(await handler({ toolName: 'read', params: {} }, context), undefined);
    await assert.rejects(handler({ toolName: 'odd', params: {} }, context), { status: 'internal', message: /no idea/ });
  });
  it('answer the person, or hand on to the agent', async (t) => {
    const { commands } = register(t, packed(t, made('listener')).folder);
    const { handler, ...described } = commands.get('repeat');
    assert.deepEqual(described, { name: 'repeat', description: 'Says it again.', acceptsArgs: true, requireAuth: false });
    assert.deepEqual(await handler({ args: 'one two', channel: 'webchat' }), { text: 'one two' });
    assert.deepEqual(await handler({ channel: 'webchat', config: { secret: 1 } }), { continueAgent: true, text: '{"channel":"webchat"}' });
  });
});

// As in provider.test.mjs: not under a sanitizer.
if (!SANITIZED) {
  describe('a provider', () => {
    it('streams a message in upstream\'s form', async (t) => {
      const mock = new LLMock({ port: 0, chunkSize: 4 });
      mock.onMessage('look', { content: 'Let me look.', toolCalls: [{ id: 'call_a', name: 'read_file', arguments: '{"path":"a.txt"}' }] });
      await mock.start();
      t.after(() => mock.stop());
      const { providers } = register(t, packed(t, bundled('openai')).folder);
      const provider = providers.get('chela-openai-completions');
      const model = { id: 'm', provider: provider.id, api: 'openai-completions', baseUrl: `${mock.url}/v1`, cost: { input: 1e6, output: 0, cacheRead: 0, cacheWrite: 0 } };
      const context = { systemPrompt: 'Be brief.', tools: [{ name: 'read_file', description: 'd', parameters: { type: 'object' } }], messages: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, { type: 'text', text: 'hello' }, { type: 'toolCall', id: 'c0', name: 'read_file', arguments: { path: 'b' } }], stopReason: 'toolUse' },
        { role: 'toolResult', toolCallId: 'c0', toolName: 'read_file', content: [{ type: 'text', text: 'bytes' }] },
        { role: 'assistant', content: [], stopReason: 'error' }, { role: 'user', content: 'look' }] };
      const stream = provider.createStreamFn({ model })(model, context, { apiKey: 'sk-0123456789', temperature: 0.5 });
      const events = await Array.fromAsync(stream);
      const message = await stream.result();
      assert.deepEqual([...new Set(events.map(({ type }) => type))], ['start', 'text_start', 'text_delta', 'text_end', 'toolcall_start', 'toolcall_delta', 'toolcall_end', 'done']);
      assert.deepEqual(message.content, [{ type: 'text', text: 'Let me look.' }, { type: 'toolCall', id: 'call_a', name: 'read_file', arguments: { path: 'a.txt' } }]);
      assert.deepEqual([message.stopReason, message.model, message.usage.cost.total], ['toolUse', 'm', message.usage.input]);
      const { messages, temperature } = mock.getLastRequest().body;
      assert.equal(temperature, 0.5);
      assert.deepEqual(messages, [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'hello', tool_calls: [{ id: 'c0', type: 'function', function: { name: 'read_file', arguments: '{"path":"b"}' } }] },
        { role: 'tool', tool_call_id: 'c0', content: 'bytes' }, { role: 'user', content: 'look' }]);
    });
    it('fails in upstream\'s form', async (t) => {
      const { providers } = register(t, packed(t, bundled('openai')).folder);
      const model = { id: 'm', provider: 'chela-ollama', api: 'openai-completions', baseUrl: 'http://127.0.0.1:1/v1' };
      const stream = providers.get('chela-ollama').createStreamFn({})(model, { messages: [{ role: 'user', content: 'x' }] });
      const { type, reason, error } = (await Array.fromAsync(stream)).at(-1);
      assert.deepEqual([type, reason, error.stopReason], ['error', 'error', 'error']);
      assert.ok(error.errorMessage.length > 0);
    });
  });
}
