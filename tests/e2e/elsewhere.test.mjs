// Plugins in processes of their own: a provider in a sandbox, a plugin written for Node, and what becomes of both when
// their processes are killed.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, assertTurn, textOf } from './conversation.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

// The children of a process whose command line holds `word`, and theirs.
function processesBelow(pid, word) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.flatMap((child) => {
    const line = readFileSync(`/proc/${child}/cmdline`, 'utf8');
    return [...(line.includes(word) ? [Number(child)] : []), ...processesBelow(child, word)];
  });
}

const hello = `export default {
  id: 'hello-node',
  register(api) {
    api.registerTool({
      name: 'hello', label: 'Hello', description: 'Greets somebody.',
      parameters: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      async execute(_id, { name }) {
        return { content: [{ type: 'text', text: \`\${api.pluginConfig.greeting}, \${name}!\` }], details: {} };
      },
    });
  },
};
`;

function placeNodePlugin(home) {
  const folder = join(home, 'plugins', 'hello-node');
  mkdirSync(folder, { recursive: true });
  const configSchema = { type: 'object', properties: { greeting: { type: 'string', default: 'Hello' } } };
  const manifest = { id: 'hello-node', configSchema, contracts: { tools: ['hello'] } };
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: 'hello-node', version: '1.2.3', type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), hello);
}

async function startWithModel(t, { home, plugins, prepare }) {
  const mock = new LLMock({ port: 0, chunkSize: 8 });
  prepare(mock);
  await mock.start();
  defer(t, () => mock.stop());
  const gateway = await startGateway(t, { home, config: { ...upstreamConfig(`${mock.url}/v1`), plugins } });
  return { mock, gateway, conversation: await Conversation.open(gateway) };
}

const greetsByTool = (mock) => {
  mock.on({ userMessage: 'greet', hasToolResult: false },
    { toolCalls: [{ id: 'call_g', name: 'hello', arguments: JSON.stringify({ name: 'Ada' }) }] });
  mock.on({ userMessage: 'greet', hasToolResult: true }, { content: 'Done.' });
};
const resultOf = (frames) => frames.find((frame) => frame.type === 'tool_result');
const reportOf = async (gateway, id) => (await getJson(gateway, '/doctor')).plugins.reports.find((one) => one.id === id);

describe('a provider in a sandbox', () => {
  const plugins = { entries: { openai: { isolation: 'sandbox' } } };

  it('streams, reaching its service through the gateway only', async (t) => {
    const text = 'Herons are long-legged, long-necked birds; they fish in the shallows.';
    const { gateway, conversation } = await startWithModel(t,
      { home: makeHome(t), plugins, prepare: (mock) => mock.onMessage('herons', { content: text }) });
    const frames = await conversation.turn('Tell me about herons');
    assert.equal(assertTurn(frames).text, text);
    assert.ok(frames.filter((frame) => frame.type === 'assistant_chunk').length > 3);
    assert.equal(processesBelow(gateway.pid, 'bwrap').length > 0, true);
  });

  it('is started again after its process was killed', async (t) => {
    const { gateway, conversation } = await startWithModel(t,
      { home: makeHome(t), plugins, prepare: (mock) => mock.onMessage('birds', { content: 'Yes, birds.' }) });
    assertTurn(await conversation.turn('birds?'));
    const outermost = processesBelow(gateway.pid, 'chela-plugin-host')[0]; // bwrap; the rest dies with it
    process.kill(outermost, 'SIGKILL');
    await gateway.says(/plugin openai: its process/);
    assert.equal(textOf(await conversation.turn('more birds?')), 'Yes, birds.');
  });
});

describe('a plugin written for Node', () => {
  it('runs unchanged in a sandbox; its tool is there for the model', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home);
    const plugins = { entries: { 'hello-node': { config: { greeting: 'Moin' } } } };
    const { mock, gateway, conversation } = await startWithModel(t, { home, plugins, prepare: greetsByTool });
    await gateway.says(/plugin hello-node 1\.2\.3 started \(sandbox\)/);
    const result = resultOf(await conversation.turn('greet'));
    assert.deepEqual([result.resultStatus, result.text], ['completed', 'Moin, Ada!']);
    const offered = mock.getRequests()[0].body.tools.map((tool) => tool.function);
    assert.equal(offered.find(({ name }) => name === 'hello').description, 'Greets somebody.');
    assert.equal(execFileSync('find', [join(home, 'state', 'registrations'), '-name', 'hello-node.json']).length > 0, true);
  });

  it('is known without being started the next time, and started by its first call', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home);
    const first = await startWithModel(t, { home, plugins: {}, prepare: greetsByTool });
    await first.gateway.says(/plugin hello-node 1\.2\.3 started/);
    await first.gateway.stop();
    const { gateway, conversation } = await startWithModel(t, { home, plugins: {}, prepare: greetsByTool });
    assert.equal((await reportOf(gateway, 'hello-node')).state, 'resolved');
    assert.equal(resultOf(await conversation.turn('greet')).text, 'Hello, Ada!');
    assert.equal((await reportOf(gateway, 'hello-node')).state, 'started');
  });
});
