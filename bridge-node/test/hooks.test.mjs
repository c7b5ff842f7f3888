import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { on, registerHook } from '../dist/api/hooks.js';
import { HOOKS } from '../dist/hooks/catalogue.js';
import { runHook } from '../dist/hooks/run.js';
import { Plugin } from '../dist/plugin/plugin.js';

const kernel = { request: async () => ({}), notify() {}, stateDirectory: '', version: '' };
const pluginOf = (id = 'a', gatewayConfig = {}) => new Plugin({ plugin: id, directory: '/', entry: '', config: { own: id }, gatewayConfig }, kernel);

/** One plugin with these handlers, in this order. */
function listening(name, ...handlers) {
  const plugin = pluginOf();
  for (const handler of handlers) on(plugin, name, typeof handler === 'function' ? handler : async () => handler);
  return [plugin];
}
const merged = async (name, event, ...results) => (await runHook(listening(name, ...results), name, event, {})).result;

describe('the catalogue', () => {
  const kinds = {
    claim: ['before_agent_reply', 'before_dispatch', 'inbound_claim', 'reply_dispatch'],
    sync: ['before_message_write', 'tool_result_persist'],
    evaluate: ['skill_proposal_evaluate'],
    modify: ['agent_turn_prepare', 'before_agent_finalize', 'before_agent_run', 'before_install', 'before_model_resolve', 'before_prompt_build',
      'before_tool_call', 'heartbeat_prompt_contribution', 'message_sending', 'reply_payload_sending', 'resolve_exec_env', 'subagent_delivery_target'],
  };
  for (const [kind, names] of Object.entries(kinds)) {
    it(`has as ${kind} what upstream has`, () => {
      assert.deepEqual([...HOOKS].filter(([, row]) => row.kind === kind).map(([name]) => name).sort(), names);
    });
  }
  it('keeps conversations and prompts to those who may', () => {
    const named = (member) => [...HOOKS].filter(([, row]) => row[member]).map(([name]) => name).sort();
    assert.deepEqual(named('conversation'), ['agent_end', 'agent_turn_prepare', 'before_agent_finalize', 'before_agent_reply', 'before_agent_run',
      'before_model_resolve', 'before_prompt_build', 'llm_input', 'llm_output']);
    assert.deepEqual(named('prompt'), ['agent_turn_prepare', 'before_prompt_build', 'heartbeat_prompt_contribution']);
  });
});

describe('results are merged', () => {
  const cases = [
    ['before_model_resolve', {}, [{ modelOverride: 'a' }, null, { modelOverride: 'b', providerOverride: 'p' }], { modelOverride: 'a', providerOverride: 'p' }],
    ['agent_turn_prepare', {}, [{ prependContext: 'a' }, { prependContext: 'b', appendContext: 'c' }], { prependContext: 'a\n\nb', appendContext: 'c' }],
    ['before_prompt_build', {}, [{ systemPrompt: 's', toolsAllow: ['x', 'y'] }, { systemPrompt: 't', appendSystemContext: 'c', toolsAllow: ['y', 'z'] }],
      { systemPrompt: 's', toolsAllow: ['y'], appendSystemContext: 'c' }],
    ['before_agent_run', {}, [undefined, { outcome: 'pass' }], { outcome: 'pass' }],
    ['before_agent_run', {}, [{ outcome: 'block', reason: 'r', message: 'm' }, { outcome: 'pass' }], { outcome: 'block', reason: 'r', message: 'm' }],
    ['before_agent_run', {}, [{ outcome: 'perhaps' }], { outcome: 'block', reason: 'a plugin gave no valid decision' }],
    ['before_agent_run', {}, [null], { outcome: 'block', reason: 'a plugin gave no valid decision' }],
    ['before_agent_finalize', {}, [{ action: 'revise', reason: 'a' }, { action: 'continue' }, { action: 'revise', reason: 'b' }], { action: 'revise', reason: 'a\n\nb', retry: undefined }],
    ['before_agent_finalize', {}, [{ action: 'revise', reason: 'a' }, { action: 'finalize' }], { action: 'finalize' }],
    ['heartbeat_prompt_contribution', {}, [{ appendContext: 'a' }, {}, { appendContext: 'b' }], { appendContext: 'a\n\nb' }],
    ['before_tool_call', { params: { a: 1 } }, [{ params: { a: 2 } }, { params: { a: 3 } }], { params: { a: 3 } }],
    ['before_tool_call', {}, [{ requireApproval: { title: 't' }, params: { a: 1 } }, { params: { a: 2 }, requireApproval: { title: 'u' } }],
      { params: { a: 1 }, requireApproval: { title: 't' } }],
    ['before_tool_call', {}, [{ block: true, blockReason: 'no' }, { params: { a: 2 } }], { block: true, blockReason: 'no' }],
    ['resolve_exec_env', {}, [{ A: '1', B: '1' }, { B: '2', C: 3 }], { A: '1', B: '2' }],
    ['message_sending', {}, [{ content: 'a' }, { content: 'b', metadata: { x: 1 } }], { content: 'b', metadata: { x: 1 } }],
    ['message_sending', {}, [{ cancel: true, cancelReason: 'r' }, { content: 'b' }], { cancel: true, cancelReason: 'r' }],
    ['reply_payload_sending', { payload: { text: 'a' } }, [({ payload }) => ({ payload: { text: `${payload.text}b` } }), ({ payload }) => ({ payload: { text: `${payload.text}c` } })],
      { payload: { text: 'abc' } }],
    ['subagent_delivery_target', {}, [{}, { origin: { to: '1' } }, { origin: { to: '2' } }], { origin: { to: '1' } }],
    ['before_install', {}, [{ findings: [1] }, { findings: [2], block: true, blockReason: 'x' }, { findings: [3] }], { findings: [1, 2], block: true, blockReason: 'x' }],
    ['tool_result_persist', { message: 'm' }, [() => ({ message: { n: 1 } }), ({ message }) => ({ message: { n: message.n + 1 } })], { message: { n: 2 } }],
    ['before_message_write', { message: {} }, [() => ({ block: true }), () => ({ message: { never: 1 } })], { block: true }],
    ['before_dispatch', {}, [{ handled: false }, { handled: true, text: 'mine' }, { handled: true, text: 'late' }], { handled: true, text: 'mine', plugin: 'a' }],
    ['skill_proposal_evaluate', {}, [{ decision: 'pass' }, { decision: 'block' }], { evaluations: [{ decision: 'pass', plugin: 'a' }, { decision: 'block', plugin: 'a' }] }],
    ['agent_end', {}, [{ ignored: true }], undefined],
  ];
  for (const [name, event, results, expected] of cases) {
    it(`${name}: ${JSON.stringify(results)}`, async () => {
      // A synchronous point gets its results at once. Results are plain JSON by the time the kernel has them.
      const handlers = results.map((result) => (HOOKS.get(name).kind === 'sync' && typeof result !== 'function' ? () => result : result));
      const plain = (value) => value && JSON.parse(JSON.stringify(value));
      assert.deepEqual(plain(await merged(name, event, ...handlers)), plain(expected));
    });
  }
});

describe('handlers', () => {
  it('run by priority, then by registration, across plugins', async () => {
    const [one, two] = [pluginOf('one'), pluginOf('two')];
    const heard = [];
    on(one, 'before_prompt_build', () => void heard.push('one, 0'));
    on(two, 'before_prompt_build', () => void heard.push('two, 5'), { priority: 5 });
    on(two, 'before_prompt_build', () => void heard.push('two, 0'));
    on(one, 'before_prompt_build', () => void heard.push('one, 5'), { priority: 5 });
    on(one, 'before_prompt_build', () => void heard.push('one, -1'), { priority: -1 });
    await runHook([two, one], 'before_prompt_build', {}, {});
    assert.deepEqual(heard, ['two, 5', 'one, 5', 'one, 0', 'two, 0', 'one, -1']);
  });

  it('of observers run side by side', async () => {
    const first = Promise.withResolvers();
    await runHook(listening('agent_end', () => first.promise, () => first.resolve()), 'agent_end', {}, {});
  });

  it('see the context, with their own configuration', async () => {
    let seen;
    await runHook(listening('llm_input', (_event, context) => (seen = context)), 'llm_input', {}, { runId: 'r' });
    assert.deepEqual(seen, { runId: 'r', pluginConfig: { own: 'a' }, pluginId: 'a' });
  });

  it('that need authority over tools run last, and only add context', async () => {
    const plugin = pluginOf();
    on(plugin, 'before_prompt_build', () => ({ systemPrompt: 'not taken', appendContext: 'late' }), { priority: 9, requiresToolAuthority: true });
    on(plugin, 'before_prompt_build', () => ({ appendContext: 'early' }));
    assert.deepEqual((await runHook([plugin], 'before_prompt_build', {}, {})).result, { appendContext: 'early\n\nlate' });
  });
  it('hear only of the triggers that they named', async () => {
    const plugin = pluginOf();
    const heard = [];
    on(plugin, 'agent_end', (_event, { trigger }) => void heard.push(trigger), { eligibleTriggers: ['cron'] });
    for (const trigger of ['user', 'cron', undefined]) await runHook([plugin], 'agent_end', {}, { trigger });
    assert.deepEqual(heard, ['cron', undefined]);
  });

  const isolated = [
    ['before_tool_call', { params: { a: { b: 1 } } }, (event) => (event.params.a.b = 2)],
    ['before_prompt_build', { messages: [{ text: 1 }] }, (event) => event.messages.pop()],
    ['reply_payload_sending', { payload: { text: 'x' } }, (event) => (event.payload.text = 'y')],
  ];
  for (const [name, event, change] of isolated) {
    it(`of ${name} cannot change it behind the others`, async () => {
      const before = structuredClone(event);
      let seen;
      await runHook(listening(name, change, (given) => void (seen = structuredClone(given))), name, event, {});
      assert.deepEqual([event, seen], [before, before]);
    });
  }
  it('of skills see what is frozen', async () => {
    const { failures } = await runHook(listening('skill_changed', (event) => {
      'use strict';
      event.skill.name = 'x';
    }), 'skill_changed', { skill: { name: 'y' } }, {});
    assert.match(failures[0].message, /read only/);
  });
  it('of a synchronous point that return a promise are passed over', async () => {
    const outcome = await runHook(listening('tool_result_persist', async () => ({ message: { x: 1 } }), () => ({ message: { y: 1 } })), 'tool_result_persist', {}, {});
    assert.deepEqual(outcome.result, { message: { y: 1 } });
    assert.match(outcome.failures[0].message, /must be synchronous/);
  });
  it('hear only of the tools that they named', async () => {
    const plugin = pluginOf();
    const heard = [];
    on(plugin, 'after_tool_call', ({ toolName }) => void heard.push(toolName), { matcher: ['exec', 'read'] });
    for (const toolName of ['exec', 'write', 'read']) await runHook([plugin], 'after_tool_call', { toolName }, {});
    assert.deepEqual(heard, ['exec', 'read']);
    assert.deepEqual(plugin.registrations.find('hook:after_tool_call').registration.descriptor.tools, ['exec', 'read']);
  });
  for (const [name, matcher] of [['agent_end', ['exec']], ['before_tool_call', []], ['before_tool_call', ['bash']], ['before_tool_call', ['Write']], ['before_tool_call', '*']]) {
    it(`with the matcher ${JSON.stringify(matcher)} of ${name} are refused`, () => {
      const plugin = pluginOf();
      on(plugin, name, () => {}, { matcher });
      assert.deepEqual(plugin.diagnostics.list.map(({ code }) => code), ['invalid_hook_matcher']);
    });
  }
});

describe('a failing handler', () => {
  const fail = () => Promise.reject(new Error('broken'));
  for (const [name, expected] of [['before_agent_run', { outcome: 'block', reason: 'broken' }], ['before_tool_call', { block: true, blockReason: 'broken' }],
    ['before_install', { block: true, blockReason: 'broken' }], ['before_prompt_build', { appendContext: 'x' }], ['message_sending', undefined]]) {
    it(`of ${name} ${expected?.block || expected?.outcome ? 'says no' : 'says nothing'}`, async () => {
      const others = name === 'before_prompt_build' ? [{ appendContext: 'x' }] : [];
      const outcome = await runHook(listening(name, fail, ...others), name, {}, {});
      assert.deepEqual(outcome, { ...(expected && { result: expected }), failures: [{ plugin: 'a', message: 'broken' }] });
    });
  }

  const slow = (options, gatewayConfig) => async (name) => {
    const plugin = pluginOf('a', gatewayConfig);
    on(plugin, name, () => new Promise(() => {}), options);
    return (await runHook([plugin], name, {}, {})).failures[0].message;
  };
  it('is given up after its own time', async () => assert.match(await slow({ timeoutMs: 10 })('agent_end'), /after 10 ms/));
  it("is given up after the operator's time for the point, before all else", async () => {
    const config = { plugins: { entries: { a: { hooks: { timeoutMs: 5000, timeouts: { agent_end: 11 } } } } } };
    assert.match(await slow({ timeoutMs: 4000 }, config)('agent_end'), /after 11 ms/);
  });
  it("is given up after the operator's time for all", async () => {
    const config = { plugins: { entries: { a: { hooks: { timeoutMs: 12 } } } } };
    assert.match(await slow({ timeoutMs: 4000 }, config)('agent_end'), /after 12 ms/);
  });
});

describe('older names', () => {
  for (const [older, point] of [['before_agent_start', 'before_prompt_build'], ['subagent_spawning', 'subagent_spawned'], ['deactivate', 'gateway_stop']]) {
    it(`${older} runs as ${point}`, async () => {
      const plugin = pluginOf();
      const heard = [];
      on(plugin, older, () => void heard.push(older));
      await runHook([plugin], point, {}, {});
      assert.deepEqual(heard, [older]);
      assert.equal(plugin.diagnostics.list[0].code, 'deprecated_hook');
    });
  }
  it('that nobody knows are told and ignored', () => {
    const plugin = pluginOf();
    on(plugin, 'before_everything', () => {});
    assert.deepEqual([plugin.diagnostics.list[0].code, plugin.registrations.size], ['unknown_hook', 0]);
  });
});

describe("upstream's older hooks", () => {
  it('share an event, in which they leave messages and changes', async () => {
    const plugin = pluginOf();
    registerHook(plugin, ['command:new', 'command'], (event) => void event.messages.push(`${event.type}:${event.action}`), { name: 'h' });
    registerHook(plugin, 'command:new', (event) => void (event.context.files = ['a']), { name: 'i' });
    const { result } = await runHook([plugin], 'internal:command:new', { type: 'command', action: 'new', sessionKey: 's' }, {});
    assert.deepEqual(result, { messages: ['command:new', 'command:new'], context: { files: ['a'] } });
  });
  it('need a name where upstream could not tell what is meant', () => assert.throws(() => registerHook(pluginOf(), {}), /missing name/));
});
