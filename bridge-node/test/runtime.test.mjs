import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { patchOf } from '../dist/runtime/config.js';
import { registering } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after });

describe('a patch', () => {
  for (const [before_, after_, patch] of [
    [{}, {}, {}],
    [{ a: 1 }, { a: 1 }, {}],
    [{ a: 1, b: 2 }, { a: 1 }, { b: null }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    [{ a: [1] }, { a: [1, 2] }, { a: [1, 2] }],
    [{ a: { b: 1 } }, { a: 5 }, { a: 5 }],
    [{}, { a: { b: 1 } }, { a: { b: 1 } }],
  ]) {
    it(`makes ${JSON.stringify(after_)} of ${JSON.stringify(before_)}`, () => assert.deepEqual(patchOf(before_, after_), patch));
  }
});

describe('api.runtime', () => {
  before(() => holder.kernel.startPlugin(registering(`
    api.registerTool({ name: 'run', description: '', parameters: {}, execute: async (id, { code }) =>
      JSON.stringify(await new (Object.getPrototypeOf(async function () {}).constructor)('api', 'return ' + code)(api)) ?? 'undefined' });`), { gatewayConfig: { a: { b: 1 } } }));
  const run = async (code) => {
    const { content } = await holder.kernel.request('tool.call', { plugin: 'under-test', key: 'tool:run', arguments: { code }, context: {} });
    return content[0].text === 'undefined' ? undefined : JSON.parse(content[0].text);
  };
  const asked = (method, answer) => {
    const seen = {};
    holder.kernel.methods[method] = (params) => {
      Object.assign(seen, params);
      return answer;
    };
    return seen;
  };

  it('has the configuration, and its changes', async () => {
    assert.deepEqual(await run('[api.config, api.runtime.config.current(), api.runtime.config.loadConfig()]'), Array(3).fill({ a: { b: 1 }, agents: { defaults: {} } }));
    holder.kernel.notify('plugin.configChanged', { plugin: 'under-test', config: { own: 1 }, gatewayConfig: { a: { b: 2 } } });
    assert.deepEqual(await run('[api.pluginConfig, api.runtime.config.current()]'), [{ own: 1 }, { a: { b: 2 }, agents: { defaults: {} } }]);
  });
  it('changes the configuration by patches', async () => {
    const seen = asked('config.change', { hash: 'h' });
    assert.equal((await run(`await api.runtime.config.mutateConfigFile({ mutate: (draft) => { draft.a.c = 3; } })`)).hash, 'h');
    assert.deepEqual(seen.patch, { a: { c: 3 } });
    assert.equal((await run(`await api.runtime.config.writeConfigFile(api.config)`)).changed, false);
    assert.equal((await run(`await api.runtime.config.writeConfigFile({ a: { b: 2 } })`)).changed, false);
  });
  it('asks models', async () => {
    const seen = asked('llm.complete', { text: 'yes', model: 'm' });
    const answer = await run(`await api.runtime.llm.complete({ systemPrompt: 's', prompt: 'p', model: 'm', temperature: 0 })`);
    assert.deepEqual([answer.text, answer.content], ['yes', [{ type: 'text', text: 'yes' }]]);
    assert.deepEqual([seen.messages, seen.model, seen.options], [[{ role: 'system', content: 's' }, { role: 'user', content: 'p' }], 'm', { temperature: 0 }]);
  });
  it('asks models the way of the agent, without tools only', async () => {
    const seen = asked('llm.complete', { text: 'yes', model: 'test/two', usage: { input: 1 } });
    const code = (more) => `await api.runtime.agent.runEmbeddedPiAgent({ sessionId: 's', prompt: 'p', provider: 'test', model: 'two', extraSystemPrompt: 'x', ${more} })`;
    const { payloads, meta } = await run(code('disableTools: true, timeoutMs: 70'));
    assert.deepEqual([payloads, meta.agentMeta], [[{ text: 'yes' }], { sessionId: 's', provider: 'test', model: 'test/two', usage: { input: 1 } }]);
    assert.deepEqual([seen.model, seen.timeoutMs, seen.messages], ['test/two', 70, [{ role: 'system', content: 'x' }, { role: 'user', content: 'p' }]]);
    await assert.rejects(run(code(`toolsAllow: ['read']`)), /disableTools/);
  });
  it('runs programs', async () => {
    const { pid, ...result } = await run(`await api.runtime.system.runCommandWithTimeout(['sh', '-c', 'cat; echo $WORD >&2; exit 3'], { timeoutMs: 5000, input: 'in', env: { WORD: 'out', NONE: undefined } })`);
    assert.deepEqual([result, pid > 0], [{ code: 3, signal: null, killed: false, termination: 'exit', stdout: 'in', stderr: 'out\n' }, true]);
    const late = await run(`await api.runtime.system.runCommandWithTimeout(['sleep', '60'], 20)`);
    assert.deepEqual([late.termination, late.signal, late.killed], ['timeout', 'SIGTERM', true]);
    assert.equal((await run(`await api.runtime.system.runCommandWithTimeout(['sh', '-c', 'yes | head -c 100000'], { maxOutputBytes: 5 })`)).stdout, 'y\ny\ny');
    await assert.rejects(run(`await api.runtime.system.runCommandWithTimeout(['/no/such/program'], 1000)`), /ENOENT/);
    assert.match(await run(`api.runtime.system.formatNativeDependencyHint({ packageName: 'sharp' })`), /npm rebuild sharp/);
  });
  it('says that no events of the agent come', async () => {
    assert.equal(await run(`typeof api.runtime.events.onAgentEvent(() => {})`), 'function');
    await holder.kernel.logged(/onAgentEvent: the gateway sends no such events/);
  });
  it('calls the gateway', async () => {
    const seen = asked('gateway.request', { payload: { ok: 1 } });
    assert.deepEqual(await run(`await api.runtime.gateway.request('x.y', { z: 1 })`), { ok: 1 });
    assert.deepEqual([seen.method, seen.params, seen.plugin], ['x.y', { z: 1 }, 'under-test']);
  });
  it('tells sessions something for their next turn', async () => {
    const seen = asked('session.enqueue', { enqueued: true, id: 'i' });
    assert.deepEqual(await run(`await api.enqueueNextTurnInjection({ sessionKey: 's', text: 't', placement: 'prepend_context' })`), { enqueued: true, id: 'i', sessionKey: 's' });
    assert.deepEqual([seen.sessionKey, seen.text, seen.placement], ['s', 't', 'prepend_context']);
    assert.equal(await run(`api.runtime.system.enqueueSystemEvent('e', { sessionKey: 's' })`), true);
  });
  it('keeps values of runs', async () => {
    assert.deepEqual(await run(`[api.setRunContext({ runId: 'r', namespace: 'n', value: { a: 1 } }), api.getRunContext({ runId: 'r', namespace: 'n' }), api.clearRunContext({ runId: 'r' }), api.runContext.getRunContext({ runId: 'r', namespace: 'n' })]`),
      [true, { a: 1 }, null, null]);
  });
  it('leaves late what upstream leaves late', async () => {
    assert.deepEqual(await run(`[api.resolvePath('x').endsWith('/x'), api.registerTool({ name: 'late', parameters: {}, execute() {} }), api.emitAgentEvent({}).emitted]`), [true, null, false]);
    await run(`api.on('agent_end', () => {})`);
    const { registrations } = await holder.kernel.told('plugin.registered');
    assert.deepEqual(registrations.map(({ key }) => key), ['tool:run', 'hook:agent_end']);
  });
  it('has every member that upstream has', async () => {
    const members = `id name version description source runtimeSource rootDir registrationMode config pluginConfig runtime logger session agent runContext lifecycle registerTool registerHook
      registerHttpRoute registerHostedMediaResolver registerWidgetPresenter registerMcpServerConnectionResolver registerChannel registerGatewayMethod registerGatewayAccessPolicy
      registerBoardWidgetContentKind registerSessionCatalog registerCli registerNodeCliFeature registerReload registerNodeHostCommand registerNodeInvokePolicy registerSecurityAuditCollector
      registerService registerGatewayDiscoveryService registerCliBackend registerTextTransforms registerConfigMigration registerMigrationProvider registerAutoEnableProbe registerProvider
      registerWorkerProvider registerModelCatalogProvider registerEmbeddingProvider registerSpeechProvider registerRealtimeTranscriptionProvider registerRealtimeVoiceProvider
      registerMediaUnderstandingProvider registerTranscriptSourceProvider registerImageGenerationProvider registerVideoGenerationProvider registerMusicGenerationProvider registerWebFetchProvider
      registerWebSearchProvider registerInteractiveHandler onConversationBindingResolved registerCommand registerContextEngine registerDecisionProvider registerCompactionProvider
      registerAgentHarness registerCodexAppServerExtensionFactory registerAgentToolResultMiddleware registerSessionExtension enqueueNextTurnInjection registerTrustedToolPolicy
      registerToolMetadata registerControlUiDescriptor registerRuntimeLifecycle registerAgentEventSubscription emitAgentEvent setRunContext getRunContext clearRunContext
      registerSessionSchedulerJob registerSessionAction sendSessionAttachment scheduleSessionTurn unscheduleSessionTurnsByTag registerDetachedTaskRuntime registerMemoryCapability
      registerMemoryPromptSupplement registerMemoryPromptPreparation registerMemoryCorpusSupplement resolvePath on`.split(/\s+/);
    const missing = await run(`${JSON.stringify(members)}.filter((name) => !(name in api))`);
    assert.deepEqual(missing, []);
  });
});
