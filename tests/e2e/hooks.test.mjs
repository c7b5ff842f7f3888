// Hooks of plugins for Node in a real conversation: they block a tool, change its parameters, add to the prompt and see
// the end; and those that throw or hang at every point, with which the conversation goes on or is stopped at the gates.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, assertTurn, textOf } from './conversation.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

// `register` is the source of the plugin's register(api) body.
function placePlugin(home, id, register, tools = []) {
  const folder = join(home, 'plugins', id);
  mkdirSync(folder, { recursive: true });
  const manifest = { id, configSchema: { type: 'object' }, contracts: { tools } };
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: id, version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), `export default { id: '${id}', register(api) {\n${register}\n} };\n`);
}

const echoTool = `api.registerTool({
  name: 'echo_it', description: 'Says it again.',
  parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  async execute(_id, { text }) { return { content: [{ type: 'text', text }], details: {} }; },
});`;

const trusted = (id, hooks = {}) => ({ [id]: { hooks: { allowConversationAccess: true, ...hooks } } });

async function start(t, { home, entries, prepare, knows }) {
  const mock = new LLMock({ port: 0, chunkSize: 8 });
  prepare(mock);
  await mock.start();
  defer(t, () => mock.stop());
  const config = { ...upstreamConfig(`${mock.url}/v1`), plugins: { entries } };
  const gateway = await startGateway(t, { home, config });
  for (const id of knows) await gateway.says(new RegExp(`plugin ${id} 1\\.0\\.0 started`));
  return { mock, gateway, conversation: await Conversation.open(gateway) };
}

const echoes = (mock) => {
  mock.on({ userMessage: 'echo', hasToolResult: false },
    { toolCalls: [{ id: 'call_e', name: 'echo_it', arguments: JSON.stringify({ text: 'one' }) }] });
  mock.on({ userMessage: 'echo', hasToolResult: true }, { content: 'Done.' });
};
const resultOf = (frames) => frames.find((frame) => frame.type === 'tool_result');

describe('hooks of a plugin for Node', () => {
  it('change the parameters of a tool, add to the prompt, and see the end', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'watcher', `${echoTool}
      api.on('before_tool_call', ({ toolName, params }) => ({ params: { text: params.text + ' and two' } }));
      api.on('before_prompt_build', () => ({ prependContext: 'Remember the milk.', appendSystemContext: 'Be brief.' }));
      api.on('agent_end', ({ success, messages }) => api.logger.info('seen the end ' + success + ' ' + messages.length));
      api.on('gateway_start', () => api.logger.info('heard the start'));
      api.on('message_received', ({ content }) => api.logger.info('heard ' + content));`, ['echo_it']);
    const { mock, gateway, conversation } =
      await start(t, { home, entries: trusted('watcher'), prepare: echoes, knows: ['watcher'] });
    await gateway.says(/heard the start/);
    const frames = await conversation.turn('echo');
    assert.equal(resultOf(frames).text, 'one and two');
    assert.equal(textOf(frames), 'Done.');
    const [{ body }] = mock.getRequests();
    assert.match(body.messages[0].content, /Be brief\.$/);
    assert.equal(body.messages.at(-1).content, 'Remember the milk.\n\necho');
    await gateway.says(/heard echo/);
    await gateway.says(/seen the end true 4/);
  });

  it('see a session before it is deleted, and after', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'keeper', `
      api.on('before_reset', ({ reason, messages }, { sessionKey }) =>
        api.logger.info('about to go: ' + [reason, sessionKey, ...messages.map(({ role }) => role)].join(' ')));
      api.on('session_end', ({ reason }) => api.logger.info('gone: ' + reason));`);
    const { gateway, conversation } = await start(t, { home, entries: {}, prepare: (mock) => mock.onMessage(/./, { content: 'Yes.' }), knows: ['keeper'] });
    await conversation.turn('remember me?');
    const { sessions: [{ id }] } = await getJson(gateway, '/api/sessions');
    assert.equal((await fetch(`${gateway.url}/api/sessions/${id}`, { method: 'DELETE' })).status, 204);
    await gateway.says(new RegExp(`about to go: deleted ${id} user assistant`));
    await gateway.says(/gone: deleted/);
  });

  it('block a tool', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'guard', `${echoTool}
      api.on('before_tool_call', () => ({ block: true, blockReason: 'not today' }));`, ['echo_it']);
    const { conversation } = await start(t, { home, entries: {}, prepare: echoes, knows: ['guard'] });
    const result = resultOf(await conversation.turn('echo'));
    assert.deepEqual([result.resultStatus, result.text],
      ['blocked', 'Error: plugin guard does not let echo_it run: not today']);
  });

  it('stop a turn before the model is asked', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'gate', `api.on('before_agent_run', ({ prompt }) =>
      prompt.includes('secret') ? { outcome: 'block', reason: 'r', message: 'We do not talk about that.' } : { outcome: 'pass' });`);
    const { mock, conversation } = await start(t, { home, entries: trusted('gate'), knows: ['gate'],
      prepare: (llm) => llm.onMessage('weather', { content: 'Sunny.' }) });
    const frames = await conversation.turn('the secret');
    assert.equal(frames.find((frame) => frame.type === 'error').text, 'We do not talk about that.');
    assert.equal(mock.getRequests().length, 0);
    assert.equal(textOf(await conversation.turn('the weather')), 'Sunny.');
  });

  it('see no conversation unless the operator lets them', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'curious', `api.on('before_prompt_build', () => ({ prependContext: 'Obey me.' }));`);
    const { mock, gateway, conversation } = await start(t, { home, entries: {}, knows: ['curious'],
      prepare: (llm) => llm.onMessage('hello', { content: 'Hi.' }) });
    await gateway.says(/plugin curious: its hooks before_prompt_build see conversations/);
    assert.equal(textOf(await conversation.turn('hello')), 'Hi.');
    assert.equal(mock.getRequests()[0].body.messages.at(-1).content, 'hello');
  });
});

const points = ['before_model_resolve', 'agent_turn_prepare', 'before_prompt_build', 'before_agent_reply', 'before_agent_finalize',
  'agent_end', 'llm_input', 'llm_output', 'model_call_started', 'model_call_ended', 'after_tool_call', 'tool_result_persist',
  'before_message_write', 'session_start', 'message_received', 'before_dispatch'];

describe('a plugin that fails at every point', () => {
  it('throws, and the conversation goes on', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'broken', `${echoTool}
      for (const point of ${JSON.stringify(points)}) api.on(point, () => { throw new Error('broken at ' + point); });`, ['echo_it']);
    const { gateway, conversation } =
      await start(t, { home, entries: trusted('broken'), prepare: echoes, knows: ['broken'] });
    const frames = await conversation.turn('echo');
    assert.equal(resultOf(frames).text, 'one');
    assert.equal(textOf(frames), 'Done.');
    await gateway.says(/plugin broken: agent_end: broken at agent_end/);
    assert.ok((await getJson(gateway, '/metrics')).hookFailures >= points.length - 1);
  });

  it('hangs, and the conversation goes on when its time is up', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'hanging', `${echoTool}
      for (const point of ${JSON.stringify(points)}) api.on(point, () => new Promise(() => {}));`, ['echo_it']);
    const { gateway, conversation } = await start(t, { home, knows: ['hanging'], prepare: echoes,
      entries: trusted('hanging', { timeoutMs: 60 }) });
    const frames = await conversation.turn('echo');
    assert.equal(textOf(assertTurn(frames) && frames), 'Done.');
    await gateway.says(/plugin hanging: before_prompt_build: /);
  });

  it('is a no where it stands at a gate', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'tool-gate', `${echoTool}
      api.on('before_tool_call', () => { throw new Error('gate is broken'); });`, ['echo_it']);
    placePlugin(home, 'run-gate', `api.on('before_agent_run', ({ prompt }) =>
      prompt === 'echo' ? { outcome: 'pass' } : new Promise(() => {}));`);
    const { conversation } = await start(t, { home, knows: ['tool-gate', 'run-gate'], prepare: echoes,
      entries: trusted('run-gate', { timeouts: { before_agent_run: 80 } }) });
    const frames = await conversation.turn('echo');
    assert.equal(resultOf(frames).resultStatus, 'blocked');
    assert.match(resultOf(frames).text, /gate is broken/);
    const stopped = await conversation.turn('anything else');
    assert.match(stopped.find((frame) => frame.type === 'error').text, /plugin run-gate/);
  });
});

describe('a factory of tools', () => {
  it('makes them for each run, and they are called by what it made', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'maker', `api.registerTool((context) => ({
      name: 'echo_it', description: 'Made for ' + context.agentId,
      parameters: { type: 'object', properties: { text: { type: 'string' } } },
      async execute(_id, { text }) { return { content: [{ type: 'text', text: text + ' in ' + context.sessionKey }], details: {} }; },
    }), { name: 'echo_it' });`, ['echo_it']);
    const { mock, conversation } = await start(t, { home, entries: {}, prepare: echoes, knows: ['maker'] });
    const result = resultOf(await conversation.turn('echo'));
    assert.equal(result.resultStatus, 'completed');
    assert.match(result.text, /^one in ./);
    const offered = mock.getRequests()[0].body.tools.map((tool) => tool.function);
    assert.equal(offered.find(({ name }) => name === 'echo_it').description, 'Made for main');
  });
});
