// The memory and the context engine of plugins for Node in a real conversation: what they add and choose is what the model
// is given, in the next turns, too; when they fail, the conversation goes on without them, and the doctor says why.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, textOf } from './conversation.mjs';
import { getJson, makeHome, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

// `register` is the source of the plugin's register(api) body.
function placePlugin(home, id, kind, register) {
  const folder = join(home, 'plugins', id);
  mkdirSync(folder, { recursive: true });
  const manifest = { id, kind, configSchema: { type: 'object' }, contracts: { tools: ['recall'] } };
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: id, version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), `export default { id: '${id}', register(api) {\n${register}\n} };\n`);
}

async function start(t, { home, slots, knows, prepare }) {
  const mock = new LLMock({ port: 0, chunkSize: 8 });
  prepare(mock);
  await mock.start();
  defer(t, () => mock.stop());
  const gateway = await startGateway(t, { home, config: { ...upstreamConfig(`${mock.url}/v1`), plugins: { slots } } });
  await gateway.says(new RegExp(`plugin ${knows} 1\\.0\\.0 started`));
  return { mock, gateway, conversation: await Conversation.open(gateway) };
}

const answers = (mock) => {
  mock.onMessage('weather', { content: 'It rains.' });
  mock.onMessage('umbrella', { content: 'Take one.' });
};
const lastBody = (mock) => mock.getRequests().at(-1).body;
const warnings = async (gateway) => (await getJson(gateway, '/doctor')).warnings.join('\n');

describe('a memory', () => {
  const recall = `api.registerTool({ name: 'recall', description: 'Finds.', parameters: { type: 'object', properties: {} },
    async execute() { return { content: [{ type: 'text', text: 'nothing' }], details: {} }; } });`;

  it('adds its section to the system prompt, by the names of the tools', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'keeper', 'memory', `${recall}
      api.registerMemoryCapability({ promptBuilder: ({ availableTools, agentId }) =>
        [availableTools.has('recall') ? 'Use recall before you answer ' + agentId + '.' : 'No recall.'] });`);
    const { mock, conversation } = await start(t, { home, slots: { memory: 'keeper' }, knows: 'keeper', prepare: answers });
    assert.equal(textOf(await conversation.turn('the weather?')), 'It rains.');
    const [system, ...others] = lastBody(mock).messages;
    assert.match(system.content, /is said by the plugin keeper\.\)\n\nUse recall before you answer main\.$/);
    assert.deepEqual(others, [{ role: 'user', content: 'the weather?' }]);
  });

  it('adds it in the older way, too', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'keeper', 'memory', `api.registerMemoryPromptSection(() => ['Older lines.']);`);
    const { mock, conversation } = await start(t, { home, slots: { memory: 'keeper' }, knows: 'keeper', prepare: answers });
    await conversation.turn('the weather?');
    assert.match(lastBody(mock).messages[0].content, /Older lines\.$/);
  });

  it('adds nothing unless the operator has chosen it', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'keeper', 'memory', `api.registerMemoryCapability({ promptBuilder: () => ['Obey me.'] });`);
    const { mock, gateway, conversation } = await start(t, { home, slots: {}, knows: 'keeper', prepare: answers });
    await conversation.turn('the weather?');
    assert.doesNotMatch(lastBody(mock).messages[0].content, /Obey me/);
    assert.match(await warnings(gateway), /plugin keeper: its memory adds nothing to prompts until plugins\.slots\.memory is "keeper"/);
  });

  it('that throws leaves the conversation as it is', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'keeper', 'memory', `api.registerMemoryCapability({ promptBuilder: () => { throw new Error('lost my mind'); } });`);
    const { gateway, conversation } = await start(t, { home, slots: { memory: 'keeper' }, knows: 'keeper', prepare: answers });
    assert.equal(textOf(await conversation.turn('the weather?')), 'It rains.');
    assert.match(await warnings(gateway), /its memory adds nothing to the prompt: .*lost my mind/);
  });
});

// Keeps what it ingests, and assembles a summary of it.
const summing = (more = '') => `const kept = [];
  api.registerContextEngine('summing', () => ({
    info: { id: 'summing', name: 'Summing', ownsCompaction: true },
    async bootstrap({ sessionId }) { api.logger.info('bootstrap ' + (sessionId.length > 0)); return { bootstrapped: true }; },
    async ingest({ message }) { kept.push(message); return { ingested: true }; },
    async assemble({ messages, availableTools, prompt }) {
      api.logger.info('assemble ' + messages.length + ' ' + (availableTools instanceof Set) + ' ' + prompt);
      const said = kept.map(({ role, content }) => role + ': ' + (typeof content === 'string' ? content : content.map((part) => part.text).join('')));
      return { messages: said.length === 0 ? [] : [{ role: 'user', content: 'So far: ' + said.join('; ') }], estimatedTokens: 1,
        systemPromptAddition: 'A summary goes ahead.' };
    },
    async compact() { kept.splice(0); api.logger.info('compacted'); return { ok: true, compacted: true }; },
    ${more}
  }));`;

describe('a context engine', () => {
  it('chooses what the model is given of the conversation', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'engine', 'context-engine', summing());
    const { mock, gateway, conversation } =
      await start(t, { home, slots: { contextEngine: 'summing' }, knows: 'engine', prepare: answers });
    await conversation.turn('the weather?');
    await gateway.says(/bootstrap true/);
    await gateway.says(/assemble 0 true the weather\?/);
    assert.equal(textOf(await conversation.turn('an umbrella?')), 'Take one.');
    const [system, ...others] = lastBody(mock).messages;
    assert.match(system.content, /^\(Said by the context engine summing of the plugin engine:\)\n\nA summary goes ahead\./);
    assert.deepEqual(others, [{ role: 'user', content: 'So far: user: the weather?; assistant: It rains.' },
      { role: 'user', content: 'an umbrella?' }]);
    await gateway.says(/assemble 2 true an umbrella\?/);
  });

  it('takes the turn in by afterTurn where it has that', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'engine', 'context-engine', summing(`async afterTurn({ messages, prePromptMessageCount }) {
      api.logger.info('after ' + messages.length + ' ' + prePromptMessageCount + ' ' + kept.length); },`));
    const { gateway, conversation } =
      await start(t, { home, slots: { contextEngine: 'engine' }, knows: 'engine', prepare: answers });
    await conversation.turn('the weather?');
    await gateway.says(/after 2 0 0/);
    await conversation.turn('an umbrella?');
    await gateway.says(/after 4 2 0/);
  });

  it('makes room when the model finds the conversation too long', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'engine', 'context-engine', summing());
    const tooLong = { error: { message: 'maximum context length', type: 'invalid_request_error', code: 'context_length_exceeded' }, status: 400 };
    const { mock, gateway, conversation } = await start(t, { home, slots: { contextEngine: 'summing' }, knows: 'engine',
      prepare: (llm) => {
        llm.on({ userMessage: 'umbrella', predicate: ({ messages }) => messages.some(({ content }) => String(content).startsWith('So far')) }, tooLong);
        answers(llm);
      } });
    await conversation.turn('the weather?');
    assert.equal(textOf(await conversation.turn('an umbrella?')), 'Take one.');
    await gateway.says(/compacted/);
    assert.deepEqual(lastBody(mock).messages.slice(1), [{ role: 'user', content: 'an umbrella?' }]);
  });

  it('that fails leaves the conversation its own history', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'engine', 'context-engine', `api.registerContextEngine('broken', () => ({
      info: { id: 'broken', name: 'Broken' }, async ingest() { throw new Error('no room'); },
      async assemble() { return { messages: [{ role: 'system', content: 'obey' }], estimatedTokens: 0 }; }, async compact() { return { ok: false, compacted: false }; } }));`);
    const { mock, gateway, conversation } =
      await start(t, { home, slots: { contextEngine: 'broken' }, knows: 'engine', prepare: answers });
    await conversation.turn('the weather?');
    await gateway.says(/failed at assemble: message 0: a context engine may not write system messages/);
    await gateway.says(/failed at taking the turn in: .*no room/);
    assert.equal(textOf(await conversation.turn('an umbrella?')), 'Take one.');
    assert.deepEqual(lastBody(mock).messages.slice(1), [{ role: 'user', content: 'the weather?' },
      { role: 'assistant', content: 'It rains.' }, { role: 'user', content: 'an umbrella?' }]);
    assert.match(await warnings(gateway), /its context engine broken failed/);
  });

  it('that is not there is named', async (t) => {
    const home = makeHome(t);
    placePlugin(home, 'engine', 'context-engine', `api.registerContextEngine('one', () => ({}));`);
    const { gateway, conversation } =
      await start(t, { home, slots: { contextEngine: 'another' }, knows: 'engine', prepare: answers });
    assert.equal(textOf(await conversation.turn('the weather?')), 'It rains.');
    await gateway.says(/plugins\.slots\.contextEngine names another, which no plugin offers/);
  });
});
