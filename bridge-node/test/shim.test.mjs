import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chunkByNewline, chunkMarkdownText, chunkText, chunkTextWithMode } from '../dist/shim/lib/chunks.js';
import { resolveCommandAuthorizedFromAuthorizers, shouldComputeCommandAuthorized } from '../dist/shim/lib/commands.js';
import { finalizeInboundContext, formatAgentEnvelope, formatInboundEnvelope } from '../dist/shim/lib/envelope.js';
import { resolveGroupPolicy, resolveInboundMentionDecision, resolveRequireMention } from '../dist/shim/lib/groups.js';
import { buildAgentSessionKey, resolveAgentRoute } from '../dist/shim/lib/routes.js';
import { convertMarkdownTables } from '../dist/shim/lib/tables.js';
import * as core from '../dist/shim/sdk/core.js';
import { resolveDirectDmAuthorizationOutcome, resolveSenderCommandAuthorizationWithRuntime } from '../dist/shim/sdk/command-auth.js';
import { parseInlineDirectives } from '../dist/shim/sdk/text-runtime.js';
import { parseModelRef, resolveAgentEffectiveModelPrimary } from '../dist/shim/sdk/agent-runtime.js';
import { resolveConfiguredSecretInputString } from '../dist/shim/sdk/config-runtime.js';
import { formatErrorMessage } from '../dist/shim/sdk/error-runtime.js';
import { createLazyRuntimeMethod, createLazyRuntimeModule } from '../dist/shim/sdk/lazy-runtime.js';
import { resolveLivePluginConfigObject } from '../dist/shim/sdk/plugin-config-runtime.js';
import { createSubsystemLogger, waitForAbortSignal } from '../dist/shim/sdk/runtime-env.js';
import { resolveSecretRefValues } from '../dist/shim/sdk/secret-ref-runtime.js';
import { resolveStateDir } from '../dist/shim/sdk/state-paths.js';
import { buildBaseAccountStatusSnapshot } from '../dist/shim/sdk/account-status.js';
import { normalizeLowercaseStringOrEmpty } from '../dist/shim/sdk/string-coerce-runtime.js';
import { extractToolSend } from '../dist/shim/sdk/tool-send.js';
import { readStringParam } from '../dist/shim/sdk/param-readers.js';

const table = (name, work, rows) => describe(name, () => {
  for (const [given, expected] of rows) it(JSON.stringify(given), () => assert.deepEqual(work(...given), expected));
});

table('chunkText', chunkText, [[['', 5], []], [['hello', 5], ['hello']], [['hello world', 6], ['hello', 'world']], [['ab\ncd ef', 6], ['ab', 'cd ef']], [['abcdefgh', 3], ['abc', 'def', 'gh']],
  [['a😀b', 2], ['a', '😀', 'b']], [['x', 0], ['x']]]);
table('chunkByNewline', chunkByNewline, [[['a\n\n b \nc', 10], ['a', 'b', 'c']], [['long line', 5], ['long', 'line']], [['long line', 5, { splitLongLines: false }], ['long line']]]);
table('chunkTextWithMode', chunkTextWithMode, [[['a\n\nb', 50, 'newline'], ['a', 'b']], [['a\n\nb', 50, 'length'], ['a\n\nb']]]);

describe('what context engines ask of the SDK', () => {
  it('leaves memories and compaction to the gateway', async () => {
    assert.equal(core.buildMemorySystemPromptAddition({ availableTools: new Set() }), undefined);
    assert.equal(await core.prepareMemorySystemPromptAddition({}), undefined);
    assert.equal((await core.delegateCompactionToRuntime({})).compacted, false);
  });
});

describe('chunkMarkdownText', () => {
  it('closes and opens fences again', () => {
    const chunks = chunkMarkdownText(`before\n\`\`\`js\n${'let x = 1;\n'.repeat(20)}\`\`\`\nafter`, 60);
    assert.ok(chunks.length > 3);
    for (const chunk of chunks) {
      assert.ok(chunk.length <= 60, chunk);
      assert.equal((chunk.match(/^```/gm) ?? []).length % 2, 0, chunk);
    }
    assert.equal(chunks.join('\n').match(/let x = 1;/g).length, 20);
  });
  it('ends with every text', () => {
    for (const text of ['```\n' + 'x'.repeat(500), '~~~~\n\n\n' + ' y'.repeat(300), '`'.repeat(300), '\n'.repeat(300), '```' + 'a'.repeat(100) + '\nb']) {
      for (const limit of [1, 2, 7, 20, 64]) assert.ok(chunkMarkdownText(text, limit).every((chunk) => chunk.length <= limit));
    }
  });
});

table('convertMarkdownTables', convertMarkdownTables, [
  [['| a | b |\n|---|---|\n| 1 | 2 |', 'bullets'], '• **1**\n  • b: 2'], [['| a | b |\n|---|---|\n| 1 | 2 |', 'code'], '```\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n```'],
  [['| a |\n|---|', 'off'], '| a |\n|---|'], [['```\n| a |\n|---|\n```', 'bullets'], '```\n| a |\n|---|\n```'], [['a | b', 'code'], 'a | b']]);

const direct = { channel: 'irc', accountId: 'work', peer: { kind: 'direct', id: 'Ann' } };
table('buildAgentSessionKey', buildAgentSessionKey, [
  [[direct], 'agent:main:main'], [[{ ...direct, dmScope: 'per-peer' }], 'agent:main:direct:ann'], [[{ ...direct, dmScope: 'per-channel-peer' }], 'agent:main:irc:direct:ann'],
  [[{ ...direct, dmScope: 'per-account-channel-peer' }], 'agent:main:irc:work:direct:ann'], [[{ ...direct, peer: { kind: 'group', id: '#A' } }], 'agent:main:irc:group:#a'],
  [[{ ...direct, dmScope: 'per-peer', identityLinks: { anna: ['irc:ann'] } }], 'agent:main:direct:anna'], [[{ ...direct, agentId: 'Ops', mainKey: 'hub' }], 'agent:ops:hub']]);

describe('resolveAgentRoute', () => {
  const cfg = { agents: { list: [{ id: 'home', default: true }, { id: 'ops' }, { id: 'vip' }] }, bindings: [
    { agentId: 'ops', match: { channel: 'irc', accountId: '*' } }, { agentId: 'vip', match: { channel: 'irc', accountId: 'work', peer: { kind: 'direct', id: 'ann' } } }] };
  for (const [input, agentId, matchedBy] of [[direct, 'vip', 'binding.peer'], [{ ...direct, peer: { kind: 'direct', id: 'bob' } }, 'ops', 'binding.channel'], [{ ...direct, channel: 'sms' }, 'home', 'default']]) {
    it(`${agentId} by ${matchedBy}`, () => {
      const route = resolveAgentRoute({ cfg, ...input });
      assert.deepEqual([route.agentId, route.matchedBy, route.sessionKey], [agentId, matchedBy, `agent:${agentId}:main`]);
    });
  }
});

const authorizer = (configured, allowed) => ({ configured, allowed });
table('resolveCommandAuthorizedFromAuthorizers', resolveCommandAuthorizedFromAuthorizers, [
  [[{ useAccessGroups: true, authorizers: [authorizer(true, true)] }], true], [[{ useAccessGroups: true, authorizers: [authorizer(true, false), authorizer(false, true)] }], false],
  [[{ useAccessGroups: true, authorizers: [] }], false], [[{ useAccessGroups: false, authorizers: [] }], true], [[{ useAccessGroups: false, authorizers: [authorizer(true, false)], modeWhenAccessGroupsOff: 'configured' }], false],
  [[{ useAccessGroups: false, authorizers: [authorizer(true, true)], modeWhenAccessGroupsOff: 'deny' }], false]]);
table('shouldComputeCommandAuthorized', shouldComputeCommandAuthorized, [[['/status'], true], [['stop'], true], [['please /new'], true], [['hello'], false], [[undefined], false], [['1/2'], false]]);
table('resolveDirectDmAuthorizationOutcome', (dmPolicy, senderAllowedForCommands) => resolveDirectDmAuthorizationOutcome({ isGroup: false, dmPolicy, senderAllowedForCommands }),
  [[['disabled', true], 'disabled'], [['open', false], 'allowed'], [['pairing', false], 'unauthorized'], [['pairing', true], 'allowed']]);

describe('the authorisation of a sender', () => {
  const runtime = { shouldComputeCommandAuthorized, resolveCommandAuthorizedFromAuthorizers };
  const of = (more) => resolveSenderCommandAuthorizationWithRuntime({ cfg: {}, rawBody: '/status', isGroup: false, dmPolicy: 'pairing', configuredAllowFrom: [], senderId: 'ann',
    isSenderAllowed: (id, entries) => entries.includes(id), readAllowFromStore: async () => ['ann'], runtime, ...more });
  it('takes those of the store for direct messages', async () => assert.deepEqual([(await of({})).senderAllowedForCommands, (await of({})).commandAuthorized], [true, true]));
  it('does not for groups', async () => assert.equal((await of({ isGroup: true, configuredGroupAllowFrom: ['bob'] })).senderAllowedForCommands, false));
  it('does not when only a list counts', async () => assert.equal((await of({ dmPolicy: 'allowlist' })).senderAllowedForCommands, false));
});

describe('groups', () => {
  const cfg = { channels: { irc: { groupPolicy: 'allowlist', groups: { '#a': { requireMention: false } } } } };
  const of = (groupId) => ({ cfg, channel: 'irc', groupId });
  it('are let in by name', () => assert.deepEqual([resolveGroupPolicy(of('#a')).allowed, resolveGroupPolicy(of('#b')).allowed], [true, false]));
  it('say whether the bot must be called', () => assert.deepEqual([resolveRequireMention(of('#a')), resolveRequireMention(of('#b'))], [false, true]));
  it('skip what does not call it', () => {
    const policy = { isGroup: true, requireMention: true, allowTextCommands: true, hasControlCommand: false, commandAuthorized: false };
    assert.equal(resolveInboundMentionDecision({ facts: { canDetectMention: true, wasMentioned: false }, policy }).shouldSkip, true);
    assert.equal(resolveInboundMentionDecision({ facts: { canDetectMention: true, wasMentioned: true }, policy }).shouldSkip, false);
    assert.equal(resolveInboundMentionDecision({ facts: { canDetectMention: true }, policy: { ...policy, hasControlCommand: true, commandAuthorized: true } }).shouldBypassMention, true);
  });
});

describe('envelopes', () => {
  const envelope = { timezone: 'utc' };
  const timestamp = Date.UTC(2026, 10, 20, 10, 5);
  it('name channel, sender and time', () => assert.equal(formatAgentEnvelope({ channel: 'IRC', from: 'ann]', timestamp, previousTimestamp: timestamp - 300_000, envelope, body: 'hi' }),
    '[IRC ann) +5m Fri 2026-11-20 10:05 UTC] hi'));
  it('name the sender in groups', () => assert.equal(formatInboundEnvelope({ channel: 'IRC', from: '#a', chatType: 'group', senderLabel: 'ann', body: 'hi' }), '[IRC #a] ann: hi'));
  it('are filled in', () => {
    const ctx = finalizeInboundContext({ Body: 'a\r\nb', From: 'x', ChatType: 'DM', MediaPath: '/m' });
    assert.deepEqual([ctx.BodyForAgent, ctx.BodyForCommands, ctx.ChatType, ctx.CommandAuthorized, ctx.ConversationLabel, ctx.MediaPaths], ['a\nb', 'a\nb', 'direct', false, 'x', ['/m']]);
  });
});

table('parseInlineDirectives', (text) => { const found = parseInlineDirectives(text, { currentMessageId: 'm' }); return [found.text, found.replyToId, found.audioAsVoice]; },
  [[['hi'], ['hi', undefined, false]], [['[[reply_to_current]] hi'], ['hi', 'm', false]], [['[[ reply_to: 7 ]]hi'], ['hi', '7', false]], [['[[audio_as_voice]] hi'], ['hi', undefined, true]]]);
table('extractToolSend', (args) => extractToolSend(args), [[[{ action: 'sendMessage', to: ' a ' }], { to: 'a' }], [[{ action: 'other', to: 'a' }], null], [[{ action: 'sendMessage' }], null]]);
describe('readStringParam', () => {
  it('reads both spellings', () => assert.deepEqual([readStringParam({ chat_id: ' a ' }, 'chatId'), readStringParam({}, 'x')], ['a', undefined]));
  it('asks for what is required', () => assert.throws(() => readStringParam({}, 'to', { required: true }), /to required/));
});

// What upstream's 2026.9.6 gives for the same.
table('parseModelRef', parseModelRef, [[['gpt-5', 'openai'], { provider: 'openai', model: 'gpt-5' }], [['anthropic/claude-x', 'openai'], { provider: 'anthropic', model: 'claude-x' }],
  [['', 'openai'], null], [['/x', 'o'], null], [['OpenAI/Gpt', 'x'], { provider: 'openai', model: 'Gpt' }], [['a/b/c', 'x'], { provider: 'a', model: 'b/c' }]]);
table('resolveAgentEffectiveModelPrimary', resolveAgentEffectiveModelPrimary, [[[{ agents: { defaults: { model: 'a/b' } } }, 'main'], 'a/b'],
  [[{ agents: { defaults: { model: { primary: 'a/c' } }, list: [{ id: 'x', model: 'q/w' }] } }, 'x'], 'q/w'], [[{ agents: { list: [{ id: 'y', model: { primary: 'p' } }] } }, 'y'], 'p'], [[{}, 'z'], undefined]]);
table('formatErrorMessage', formatErrorMessage, [[[new Error('boom')], 'boom'], [[new Error('a', { cause: new Error('b') })], 'a | b'], [['text'], 'text'], [[{ message: 'm' }], '{"message":"m"}'],
  [[7], '7'], [[null], 'null'], [[{ code: 5 }], 'status=unknown code=5'], [[{ a: 1 }], '{"a":1}']]);
table('normalizeLowercaseStringOrEmpty', normalizeLowercaseStringOrEmpty, [[[' A '], 'a'], [[7], ''], [[undefined], '']]);
table('resolveStateDir', resolveStateDir, [[[{ OPENCLAW_STATE_DIR: '/s' }], '/s'], [[{ OPENCLAW_STATE_DIR: '~/s' }, () => '/people/ann'], '/people/ann/s'], [[{}, () => '/people/ann'], '/people/ann/.openclaw']]);
table('resolveLivePluginConfigObject', resolveLivePluginConfigObject, [[[undefined, 'p', { a: 1 }], { a: 1 }], [[() => ({ plugins: { entries: { p: { config: { a: 2 } } } } }), 'p', { a: 1 }], { a: 2 }], [[() => ({}), 'p', { a: 1 }], undefined]]);

describe('buildBaseAccountStatusSnapshot', () => {
  const idle = { lastStartAt: null, lastStopAt: null, lastInboundAt: null, lastOutboundAt: null };
  const plain = (value) => JSON.parse(JSON.stringify(value));
  it('says what runs', () => assert.deepEqual(plain(buildBaseAccountStatusSnapshot({ account: { accountId: 'a', name: 'n', enabled: true, configured: true }, runtime: { running: true, lastError: 'x' }, probe: { ok: true } }, { mode: 'm' })),
    { accountId: 'a', name: 'n', enabled: true, ...idle, probe: { ok: true }, mode: 'm', configured: true, running: true, lastError: 'x' }));
  it('says why something does not', () => assert.deepEqual(plain(buildBaseAccountStatusSnapshot({ account: { accountId: 'a', enabled: true, configured: false } })),
    { accountId: 'a', enabled: true, ...idle, configured: false, running: false, stateReason: 'not configured', lastError: null }));
});

describe('secrets by name', () => {
  const ref = { source: 'env', provider: 'default', id: 'WORD' };
  it('are read from the environment', async () => {
    assert.deepEqual([...(await resolveSecretRefValues([ref], { env: { WORD: 'secret' } })).values()], ['secret']);
    await assert.rejects(resolveSecretRefValues([ref], { env: {} }), /Environment variable "WORD" is missing/);
    await assert.rejects(resolveSecretRefValues([{ ...ref, source: 'exec' }], { env: { WORD: 'x' } }), /only those of the environment/);
  });
  it('stand for the text of a field', async () => {
    const ask = (value, env = {}) => resolveConfiguredSecretInputString({ value, env, path: 'a.b' });
    assert.deepEqual(await Promise.all([ask(' x '), ask(undefined), ask(ref, { WORD: 'y' })]), [{ value: 'x' }, {}, { value: 'y' }]);
    assert.match((await ask(ref)).unresolvedRefReason, /a\.b.*missing/);
  });
});

describe('what is loaded late', () => {
  it('is loaded once', async () => {
    let times = 0;
    const load = createLazyRuntimeModule(async () => ({ add: (a, b) => a + b, times: (times += 1) }));
    assert.equal(await createLazyRuntimeMethod(load, (module) => module.add)(1, 2), 3);
    assert.deepEqual([(await load()).times, (await load.peek()).times], [1, 1]);
  });
  it('waits for the end', async () => {
    const stop = new AbortController();
    const waiting = waitForAbortSignal(stop.signal);
    stop.abort();
    await waiting;
    await waitForAbortSignal(undefined);
  });
  it('has a log of its own', (t) => {
    const lines = [];
    t.mock.method(console, 'warn', (line) => lines.push(line));
    createSubsystemLogger(' a ').child('b').warn('c', { d: 1 });
    assert.deepEqual(lines, ['[a/b] c {"d":1}']);
  });
});
