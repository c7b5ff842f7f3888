// The life of plugins of others in a running gateway: new versions come while calls go on, what does not start leaves the
// old one, configuration is live, quarantine is lifted, and who is trusted alike shares a process.

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation } from './conversation.mjs';
import { getJson, makeHome, root, run, sanitized, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

const reloads = process.env.CHELA_LONG ? 1000 : 100;

const source = (tool, answer) => `export default {
  id: '${tool}',
  register(api) {
    console.log('${tool} is being registered');
    api.registerTool({
      name: '${tool}', label: '${tool}', description: 'Greets.',
      parameters: { type: 'object', properties: { name: { type: 'string' } } },
      async execute(_id, { name }) {
        for (let turns = 0; turns < 50; ++turns) await new Promise(setImmediate); // so that a reload meets it
        return { content: [{ type: 'text', text: ${answer} }], details: {} };
      },
    });
  },
};
`;
const greets = "`${api.pluginConfig.greeting}, ${name}!`";

// A plugin for Node with one tool of its own name, in a folder of the test's choice.
function writeNodePlugin(folder, { tool = 'hello', answer = greets, version = '1.0.0' } = {}) {
  mkdirSync(folder, { recursive: true });
  const configSchema = {
    type: 'object',
    additionalProperties: false,
    properties: { greeting: { type: 'string', default: 'Hello' }, apiToken: { type: 'string' } },
  };
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id: tool, configSchema, contracts: { tools: [tool] } }));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: tool, version, type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), source(tool, answer));
  return folder;
}

// The native plugin that was kept of ABI 1.0; its file is another one each time.
function placeNativePlugin(home) {
  const kept = join(root, 'plugin-sdk/abi-history/1.0/plugin');
  const folder = join(home, 'plugins', 'kept');
  mkdirSync(folder, { recursive: true });
  const machine = process.arch === 'x64' ? 'x86_64' : 'aarch64';
  copyFileSync(join(kept, 'chela.plugin.json'), join(folder, 'chela.plugin.json'));
  copyFileSync(join(kept, `${machine}.so`), join(folder, 'new.so'));
  renameSync(join(folder, 'new.so'), join(folder, 'kept.so'));
}

// The model answers "use TOOL" with a call of it.
function callsTools(mock, ...tools) {
  for (const tool of tools) {
    mock.on({ userMessage: `use ${tool}`, hasToolResult: false },
      { toolCalls: [{ id: `call_${tool}`, name: tool, arguments: JSON.stringify({ name: 'Ada', text: 'Ahoy' }) }] });
    mock.on({ userMessage: `use ${tool}`, hasToolResult: true }, { content: 'Done.' });
  }
}

async function start(t, { home, entries = {}, tools, config }) {
  const mock = new LLMock({ port: 0, chunkSize: 8 });
  callsTools(mock, ...tools);
  await mock.start();
  defer(t, () => mock.stop());
  const whole = { ...upstreamConfig(`${mock.url}/v1`), plugins: { entries } };
  const gateway = await startGateway(t, { home, config: config ? config(whole) : whole });
  // What a plugin for Node provides is known once it has run.
  await seen(gateway, (plugins) => plugins.every((one) => one.runtime !== 'node' || one.capabilities.length > 0));
  return { mock, gateway, conversation: await Conversation.open(gateway) };
}

const resultOf = (frames) => frames.find((frame) => frame.type === 'tool_result');
const use = async (conversation, tool) => resultOf(await conversation.turn(`use ${tool}`));
const pluginOf = (gateway, id) => getJson(gateway, `/api/plugins/${id}`);

async function send(gateway, method, path, body = {}) {
  const response = await fetch(gateway.url + path,
    { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}
const post = (gateway, id, action) => send(gateway, 'POST', `/api/plugins/${id}/${action}`);

const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

// Asks the gateway until `holds`; each question is a round trip.
async function seen(gateway, holds) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { plugins } = await getJson(gateway, '/api/plugins');
    if (holds(plugins)) return plugins;
    assert.ok(Date.now() < deadline, JSON.stringify(plugins.map(({ id, state, process }) => ({ id, state, process }))));
  }
}
const processesIn = (plugins) => new Set(plugins.flatMap(({ process }) => (process ? [process.pid] : [])));

describe('reloading a plugin', () => {
  it(`loses no call in ${reloads} reloads of a Node tool and a native one, and nothing grows`, { timeout: 3_600_000 },
    async (t) => {
      const home = makeHome(t);
      writeNodePlugin(join(home, 'plugins', 'hello'));
      placeNativePlugin(home);
      const entries = { kept: { isolation: 'in-process' } };
      const unlimited = (whole) => ({ ...whole, gateway: { webSocket: { messagesPerMinutePerConnection: 0 } } });
      const { gateway, conversation } = await start(t, { home, entries, tools: ['hello', 'echo'], config: unlimited });
      const other = await Conversation.open(gateway);
      assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
      assert.equal((await use(other, 'echo')).text, JSON.stringify({ name: 'Ada', text: 'Ahoy' }));

      const calls = { hello: 0, echo: 0 };
      let reloading = true;
      const keepCalling = async (on, tool, expected) => {
        while (reloading) {
          const result = await use(on, tool);
          assert.deepEqual([result.resultStatus, result.text], ['completed', expected]);
          calls[tool] += 1;
        }
      };
      const callers = Promise.all([keepCalling(conversation, 'hello', 'Hello, Ada!'),
        keepCalling(other, 'echo', JSON.stringify({ name: 'Ada', text: 'Ahoy' }))]);
      let before;
      const reload = async (count) => {
        for (let i = 0; i < count; ++i) {
          if (i % 20 === 1) placeNativePlugin(home); // stays mapped, so not each time
          const { status, body } = await post(gateway, i % 2 === 0 ? 'hello' : 'kept', 'reload');
          assert.equal(status, 200, JSON.stringify(body));
        }
      };
      const work = (async () => {
        await reload(20);
        before = { descriptors: descriptorsOf(gateway.pid), resident: residentKiB(gateway.pid) };
        await reload(reloads - 20);
      })().finally(() => (reloading = false));
      await Promise.all([work, callers]);

      assert.ok(calls.hello > reloads / 10 && calls.echo > reloads / 10, JSON.stringify(calls));
      await seen(gateway, (plugins) => processesIn(plugins).size === 1);
      const after = { descriptors: descriptorsOf(gateway.pid), resident: residentKiB(gateway.pid) };
      t.diagnostic(`${JSON.stringify(calls)} calls; ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
      assert.ok(after.descriptors <= before.descriptors + 8, `${before.descriptors} -> ${after.descriptors} descriptors`);
      if (!sanitized) {
        const limit = 4096 + reloads * 20; // transcripts and mapped libraries are in it
        assert.ok(after.resident - before.resident < limit, `${before.resident} -> ${after.resident} KiB`);
      }
    });

  it('takes the new code, and keeps the old one when the new one does not start', async (t) => {
    const home = makeHome(t);
    const folder = writeNodePlugin(join(home, 'plugins', 'hello'));
    const { gateway, conversation } = await start(t, { home, tools: ['hello'] });
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
    writeFileSync(join(folder, 'index.js'), 'export default { id: "hello", register() { throw new Error("not today"); } };');
    const refused = await post(gateway, 'hello', 'reload');
    assert.equal(refused.status, 503);
    assert.match(refused.body.error.message, /not today/);
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
    writeNodePlugin(folder, { answer: "'A new one, ' + name", version: '2.0.0' });
    const { status, body } = await post(gateway, 'hello', 'reload');
    assert.deepEqual([status, body.version, body.state], [200, '2.0.0', 'started']);
    assert.equal((await use(conversation, 'hello')).text, 'A new one, Ada');
  });
});

describe("a plugin's configuration", () => {
  const commented = (whole) => `// written by a person\n${JSON.stringify(whole, null, 2)}\n`;

  it('is checked, written beside the comments, and in effect with the next call', async (t) => {
    const home = makeHome(t);
    writeNodePlugin(join(home, 'plugins', 'hello'));
    const entries = { hello: { config: { greeting: 'Moin', apiToken: 'sesame' } } };
    const { gateway, conversation } = await start(t, { home, entries, tools: ['hello'], config: commented });
    assert.equal((await use(conversation, 'hello')).text, 'Moin, Ada!');
    const { config, configSchema } = await pluginOf(gateway, 'hello');
    assert.deepEqual(config, { greeting: 'Moin', apiToken: '[redacted]' });
    assert.equal(configSchema.properties.greeting.default, 'Hello');

    const wrong = await send(gateway, 'PUT', '/api/plugins/hello/config', { greeting: 7 });
    assert.equal(wrong.status, 422);
    assert.equal(wrong.body.error.errors[0].path, '$.greeting');
    assert.match(wrong.body.error.errors[0].reason, /text|string/);

    const set = await send(gateway, 'PUT', '/api/plugins/hello/config', { ...config, greeting: 'Servus' });
    assert.equal(set.status, 200, JSON.stringify(set.body));
    assert.equal((await use(conversation, 'hello')).text, 'Servus, Ada!');
    const file = readFileSync(join(home, 'chela.json'), 'utf8');
    assert.match(file, /^\/\/ written by a person/);
    assert.match(file, /"apiToken": "sesame"/, 'the mark stands for the secret that is there');
  });

  it('is live when the file is changed by hand, as is whether it is enabled', async (t) => {
    const home = makeHome(t);
    writeNodePlugin(join(home, 'plugins', 'hello'));
    const { gateway, conversation } = await start(t, { home, tools: ['hello'] });
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
    const file = join(home, 'chela.json');
    const whole = JSON.parse(readFileSync(file, 'utf8'));
    whole.plugins.entries = { hello: { config: { greeting: 'Salut' } } };
    writeFileSync(file, JSON.stringify(whole));
    await gateway.says(/plugin hello was reloaded/);
    assert.equal((await use(conversation, 'hello')).text, 'Salut, Ada!');

    const disabled = await post(gateway, 'hello', 'disable');
    assert.deepEqual([disabled.status, disabled.body.state, disabled.body.enabled], [200, 'disabled', false]);
    assert.notEqual((await use(conversation, 'hello'))?.resultStatus, 'completed');
    const enabled = await post(gateway, 'hello', 'enable');
    assert.deepEqual([enabled.status, enabled.body.enabled], [200, true]);
    await seen(gateway, (plugins) => plugins.find(({ id }) => id === 'hello').capabilities.length > 0);
    assert.equal((await use(conversation, 'hello')).text, 'Salut, Ada!');
  });
});

describe('quarantine', () => {
  it('is lifted by the operator without a restart of the gateway', async (t) => {
    const home = makeHome(t);
    writeNodePlugin(join(home, 'plugins', 'hello'));
    const { gateway, conversation } = await start(t, { home, tools: ['hello'] });
    for (let crash = 1; crash <= 3; ++crash) {
      assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
      const { process: host } = await pluginOf(gateway, 'hello');
      assert.equal(host.crashes, crash - 1);
      process.kill(host.pid, 'SIGKILL');
      await seen(gateway, (plugins) => plugins.find(({ id }) => id === 'hello').state !== 'started');
    }
    assert.ok((await pluginOf(gateway, 'hello')).diagnostics.some(({ code }) => code === 'quarantined'));
    assert.notEqual((await use(conversation, 'hello'))?.resultStatus, 'completed');
    const { code, output } = await run(home, ['plugins', 'restart', 'hello'], { env: { CHELA_URL: gateway.url } });
    assert.equal(code, 0, output);
    assert.match(output, /restarted hello 1\.0\.0, started/);
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
  });
});

describe('plugins for Node', () => {
  it('share one process when they are reviewed, and an untrusted one does not', async (t) => {
    const home = makeHome(t);
    const tools = ['ada', 'bob', 'eve'];
    for (const tool of tools) {
      const folder = writeNodePlugin(join(home, 'sources', tool), { tool, answer: `'${tool}'` });
      const { code, output } = await run(home, ['plugins', 'install', folder, '--yes']);
      assert.equal(code, 0, output);
      assert.match(output, /takes effect when the gateway starts/);
    }
    for (const id of ['ada', 'bob']) assert.equal((await run(home, ['plugins', 'review', id])).code, 0);
    const { gateway, conversation } = await start(t, { home, tools });
    const plugins = await seen(gateway, (all) => tools.every((tool) => all.find(({ id }) => id === tool).process));
    const [ada, bob, eve] = tools.map((tool) => plugins.find(({ id }) => id === tool));
    assert.deepEqual([ada.trust, bob.trust, eve.trust], ['reviewed', 'reviewed', 'untrusted']);
    assert.equal(ada.process.pid, bob.process.pid);
    assert.deepEqual([ada.process.sharedWith, eve.process.sharedWith], [['bob'], []]);
    assert.notEqual(eve.process.pid, ada.process.pid);
    for (const tool of tools) assert.equal((await use(conversation, tool)).text, tool);

    // One of two is reloaded: the other one goes on where it was.
    assert.equal((await post(gateway, 'ada', 'reload')).status, 200);
    assert.equal((await pluginOf(gateway, 'bob')).process.pid, bob.process.pid);
    for (const tool of tools) assert.equal((await use(conversation, tool)).text, tool);
  });

  it('are taken in when they are installed, and shown by top, logs and inspect', async (t) => {
    const home = makeHome(t);
    const { gateway, conversation } = await start(t, { home, tools: ['hello'] });
    const env = { CHELA_URL: gateway.url };
    const chela = async (...args) => {
      const { code, stdout, output } = await run(home, ['plugins', ...args], { env });
      assert.equal(code, 0, output);
      return stdout;
    };
    const folder = writeNodePlugin(join(home, 'sources', 'hello'));
    assert.match(await chela('install', folder, '--yes'), /installed hello; the gateway has taken it in/);
    await seen(gateway, (plugins) => plugins.find(({ id }) => id === 'hello')?.capabilities.length > 0);
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
    const { processes } = JSON.parse(await chela('top', '--json'));
    assert.deepEqual(processes.map(({ plugins }) => plugins), [['hello']]);
    assert.ok(processes[0].memoryBytes > 1 << 20 && processes[0].upMs > 0);
    assert.match(await chela('top'), /CRASHES +PLUGINS\n.*MiB.*hello/);
    assert.match(await chela('logs', 'hello'), /hello is being registered/);
    const inspected = JSON.parse(await chela('inspect', 'hello', '--json'));
    assert.deepEqual([inspected.registrations, inspected.running.state], [['tool/hello'], 'started']);

    writeNodePlugin(folder, { answer: "'version two'", version: '2.0.0' });
    await chela('install', folder, '--yes');
    await seen(gateway, (plugins) => plugins.find(({ id }) => id === 'hello').version === '2.0.0');
    assert.equal((await use(conversation, 'hello')).text, 'version two');
    await chela('rollback', 'hello');
    assert.equal((await use(conversation, 'hello')).text, 'Hello, Ada!');
    await chela('remove', 'hello');
    assert.equal((await getJson(gateway, '/api/plugins')).plugins.find(({ id }) => id === 'hello'), undefined);
  });
});
