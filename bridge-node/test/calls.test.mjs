import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { registering } from './folder.mjs';
import { Kernel, kernelFor } from './kernel.mjs';

const holder = kernelFor({ before, after });
const plugin = 'under-test';
const ask = (method, params, options) => holder.kernel.request(method, { plugin, ...params }, options);
const call = (name, given = {}, context = {}) => ask('tool.call', { key: `tool:${name}`, toolCallId: 'c', arguments: given, context });

/** Starts a plugin whose register() has this body, for the tests of a block. */
function withPlugin(body, options) {
  const started = {};
  before(async () => Object.assign(started, await holder.kernel.startPlugin(registering(body), options)));
  after(() => ask('plugin.stop', {}));
  return started;
}
const codes = (started) => started.diagnostics.map(({ code }) => code);

describe('tools', () => {
  withPlugin(`
    const results = { text: 'a text', number: 5, nothing: undefined, list: ['a', { type: 'text', text: 'b' }], plain: { a: [1] }, textMember: { text: 'c' },
      content: { content: [{ type: 'text', text: 'd' }], details: { n: 1 } }, contentText: { content: 'e' }, failed: { content: [{ type: 'text', text: 'f' }], isError: true },
      error: { error: 'g' }, image: { content: [{ type: 'image', data: 'AA==', mimeType: 'image/gif' }] },
      source: { content: [{ type: 'image', source: { type: 'base64', data: 'AA==', media_type: 'image/jpeg' } }] } };
    const tool = (name, more) => api.registerTool({ name, description: '', parameters: { type: 'object' }, ...more });
    tool('result', { execute: async (id, { of }) => results[of] });
    tool('throws', { execute: async () => { throw new Error('it broke'); } });
    tool('prepared', { prepareArguments: ({ a }) => ({ a: a + 1 }), execute: async (id, { a }) => id + a });
    tool('handled', { handler: async (id, { a }) => 'handler ' + a });
    tool('progress', { execute: async (id, args, signal, update) => { update({ content: [{ type: 'text', text: 'half' }] }); return signal instanceof AbortSignal; } });
    const own = { name: 'own', parameters: {}, word: 'mine', async execute() { return this.word; } };
    api.registerTool(own);
    let made = 0;
    api.registerTool((context) => { made += 1; return ['one', 'two'].map((name) => ({ name, description: context.agentId, parameters: {},
      execute: () => [name, context.sessionKey, context.workspaceDir, context.messageChannel, context.activeModel?.provider, made].join(' ') })); }, { names: ['one', 'two'], optional: true });
    api.registerTool({ contextVersion: 2, create: () => null }, { name: 'none' });`, { gatewayConfig: { agents: { defaults: { model: { primary: 'anthropic/claude' } } } } });

  const contents = {
    text: [{ type: 'text', text: 'a text' }], number: [{ type: 'text', text: '5' }], nothing: [], list: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }],
    plain: [{ type: 'text', text: '{\n  "a": [\n    1\n  ]\n}' }], textMember: [{ type: 'text', text: 'c' }], content: [{ type: 'text', text: 'd' }],
    contentText: [{ type: 'text', text: 'e' }], failed: [{ type: 'text', text: 'f' }], error: [{ type: 'text', text: 'g' }],
    image: [{ type: 'image', data: 'AA==', mimeType: 'image/gif' }], source: [{ type: 'image', data: 'AA==', mimeType: 'image/jpeg' }],
  };
  for (const [of, content] of Object.entries(contents)) {
    it(`may return ${of}`, async () => {
      const answer = await call('result', { of });
      assert.deepEqual(answer.content, content);
      assert.equal(answer.isError, ['failed', 'error'].includes(of) ? true : undefined);
      assert.deepEqual(answer.details, of === 'content' ? { n: 1 } : undefined);
    });
  }
  it('fail by throwing', () => assert.rejects(call('throws'), { status: 'internal', message: 'it broke' }));
  it('prepare their arguments', async () => assert.equal((await call('prepared', { a: 1 })).content[0].text, 'c2'));
  it('of the older form work', async () => assert.equal((await call('handled', { a: 1 })).content[0].text, 'handler 1'));
  it('keep their this', async () => assert.equal((await call('own')).content[0].text, 'mine'));
  it('get a signal and tell their progress', async () => {
    const events = [];
    await ask('tool.call', { key: 'tool:progress', arguments: {}, context: {} }, { onEvent: (event) => events.push(event) });
    assert.deepEqual(events, [{ text: 'half' }]);
  });
  it('come from factories, once per run', async () => {
    const context = { agentId: 'main', sessionKey: 's', workspace: '/w', channel: 'irc' };
    const { tools } = await ask('tool.resolve', { keys: ['tool:one', 'tool:none'], context });
    assert.deepEqual(tools.map(({ key, name, description }) => [key, name, description]), [['tool:one/one', 'one', 'main'], ['tool:one/two', 'two', 'main']]);
    for (const key of ['tool:one/one', 'tool:one/two']) {
      const { content } = await ask('tool.call', { key, arguments: {}, context });
      assert.equal(content[0].text, `${key.slice(9)} s /w irc anthropic 1`);
    }
    // A run that nobody resolved, as after a restart of the process.
    assert.equal((await ask('tool.call', { key: 'tool:one/two', arguments: {}, context: { ...context, sessionKey: 't' } })).content[0].text, 'two t /w irc anthropic 2');
  });
  it('with a name that no model may use get another', async () => {
    const kernel = await Kernel.start();
    const { registrations, diagnostics } = await kernel.startPlugin(registering(`api.registerTool({ name: 'notes.find it', description: '', parameters: {}, execute: () => 'found' });`));
    assert.deepEqual([registrations[0].key, registrations[0].descriptor.name, diagnostics[0].code], ['tool:notes_find_it', 'notes_find_it', 'tool_renamed']);
    assert.equal((await kernel.request('tool.call', { plugin, key: 'tool:notes_find_it', arguments: {}, context: {} })).content[0].text, 'found');
    await kernel.end();
  });
  it('that are not there are not found', () => assert.rejects(call('nobody'), { status: 'not_found' }));
});

describe('commands', () => {
  const started = withPlugin(`
    api.registerCommand({ name: 'echo', description: 'says it again', acceptsArgs: true, handler: ({ args, channel, isAuthorizedSender }) => ({ text: [args, channel, isAuthorizedSender].join(), continueAgent: true }) });
    api.registerCommand({ name: '/plain', description: '', handler: async () => 'just text' });
    api.registerCommand({ name: 'asks', description: '', handler: async ({ runtimeContext }) => (await runtimeContext.llm.complete({ messages: [] })).text });
    api.registerCommand({ name: 'silent', description: '', execute: () => ({ suppressReply: true }) });
    api.registerCommand({ name: 'bad name', handler() {} });
    api.registerInteractiveHandler({ channel: 'irc', namespace: 'n', handler: ({ data }) => ({ handled: true, data }) });`);
  const run = (name, args, context = {}) => ask('command.run', { key: `command:${name}`, args, context });
  it('answer', async () => assert.deepEqual(await run('echo', 'a b', { channel: 'irc', isAuthorizedSender: true }), { reply: { text: 'a b,irc,true' }, continueAgent: true }));
  it('answer with a plain text', async () => assert.deepEqual(await run('plain'), { reply: { text: 'just text' } }));
  it('may say nothing', async () => assert.deepEqual(await run('silent'), { suppressReply: true }));
  it('may ask a model', async () => {
    holder.kernel.methods['llm.complete'] = ({ plugin: who }) => ({ text: `for ${who}` });
    assert.deepEqual(await run('asks'), { reply: { text: 'for under-test' } });
  });
  it('hear of buttons', async () => {
    const { value } = await ask('capability.invoke', { kind: 'command', key: 'command:interactive/irc/n', path: 'handler', arguments: [{ data: 7 }] });
    assert.deepEqual(value, { handled: true, data: 7 });
  });
  it('are described', () => {
    assert.deepEqual(started.registrations.find(({ id }) => id === 'echo').descriptor, { name: 'echo', description: 'says it again', acceptsArgs: true, requireAuth: true });
    assert.deepEqual(codes(started), ['invalid_registration']);
  });
});

describe('HTTP routes', () => {
  const started = withPlugin(`
    const route = (path, handler, more) => api.registerHttpRoute({ path, auth: 'plugin', handler, ...more });
    route('/echo', async (req, res) => {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      res.setHeader('x-seen', [req.method, req.url, req.headers['x-a'], req.socket.remoteAddress].join(' '));
      res.setHeader('set-cookie', ['a=1', 'b=2']);
      res.writeHead(201, { 'content-type': 'text/plain' });
      res.end(Buffer.concat(chunks));
    });
    route('/stream', (req, res) => { res.write('one'); setImmediate(() => { res.write('two'); res.end('three'); }); });
    route('/large', (req, res) => { res.end(Buffer.alloc(1_000_000, 'x')); });
    route('/passes', () => false);
    route('/throws', () => { throw new Error('in the handler'); });
    route('/hangs', () => {});
    route('/socket', () => {}, { handleUpgrade() {} });
    api.registerHttpRoute({ path: '/no-auth', handler() {} });
    api.registerHttpHandler((req, res) => { if (req.url !== '/old') return false; res.end('old'); return true; });`);
  const send = async (path, more = {}, key = `http_route:${path}`) => {
    const pieces = [];
    const result = await ask('httpRoute.handle', { key, method: 'GET', target: path, headers: [], ...more }, { onEvent: (piece) => pieces.push(piece) });
    const body = Buffer.concat(pieces.filter(({ type }) => type === 'body').map(({ data }) => Buffer.from(data, 'base64')));
    return { ...result, head: pieces[0], body: body.toString(), pieces };
  };
  const header = ({ head }, name) => head.headers.filter((found) => found.name === name).map(({ value }) => value);

  it('get a real request and give a real response', async () => {
    const answer = await send('/echo', { method: 'POST', target: '/echo?a=1', headers: [{ name: 'X-A', value: 'b' }, { name: 'Content-Length', value: '999' }],
      body: Buffer.from('héllo').toString('base64'), remoteAddress: '10.1.2.3:555' });
    assert.deepEqual([answer.handled, answer.head.status, answer.body], [true, 201, 'héllo']);
    assert.deepEqual(header(answer, 'x-seen'), ['POST /echo?a=1 b 10.1.2.3']);
    assert.deepEqual(header(answer, 'set-cookie'), ['a=1', 'b=2']);
    assert.deepEqual(header(answer, 'transfer-encoding'), []);
  });
  it('stream', async () => assert.equal((await send('/stream')).body, 'onetwothree'));
  it('send large bodies in pieces', async () => {
    const answer = await send('/large');
    assert.equal(answer.body.length, 1_000_000);
    assert.ok(answer.pieces.length > 3);
  });
  it('may pass', async () => assert.deepEqual((await send('/passes')).handled, false));
  it('fail by throwing', () => assert.rejects(send('/throws'), /in the handler/));
  it('end when the caller leaves', async () => {
    const answer = ask('httpRoute.handle', { key: 'http_route:/hangs', method: 'GET', target: '/hangs', headers: [] });
    holder.kernel.notify('call.cancel', { call: answer.id });
    await assert.rejects(answer, { status: 'cancelled' });
  });
  it('of the older kind see what no route takes', async () => {
    assert.equal((await send('/old', {}, 'http_route:*/under-test')).body, 'old');
    assert.equal((await send('/other', {}, 'http_route:*/under-test')).handled, false);
  });
  it('are described, the wrong ones told', () => {
    assert.deepEqual(started.registrations.find(({ id }) => id === '/echo').descriptor, { path: '/echo', auth: 'plugin', match: 'exact' });
    assert.deepEqual(codes(started), ['websocket_upgrade_unsupported', 'http_route_without_auth', 'deprecated_registrar']);
  });
});

describe('gateway methods', () => {
  const started = withPlugin(`
    api.registerGatewayMethod('a.respond', ({ params, respond }) => { setImmediate(() => respond(true, { got: params.x })); });
    api.registerGatewayMethod('a.returns', async ({ client }) => ({ scopes: client.connect.scopes }), { scope: 'operator.read' });
    api.registerGatewayMethod('a.refuses', ({ respond }) => respond(false, undefined, { code: 'NOPE', message: 'not today' }));
    api.registerGatewayMethod('config.mine', () => 1, { scope: 'operator.read' });`);
  const method = (name, params = {}) => ask('gatewayMethod.call', { key: `gateway_method:${name}`, params, context: { scopes: ['a'] } });
  it('answer by respond()', async () => assert.deepEqual(await method('a.respond', { x: 1 }), { payload: { got: 1 } }));
  it('answer by returning', async () => assert.deepEqual(await method('a.returns'), { payload: { scopes: ['a'] } }));
  it('refuse', () => assert.rejects(method('a.refuses'), ({ message, data }) => message === 'not today' && data.code === 'NOPE'));
  it('of core families are for administrators', () => {
    assert.equal(started.registrations.find(({ id }) => id === 'config.mine').descriptor.scope, 'operator.admin');
  });
});

describe('services', () => {
  const body = `api.registerService({ id: 's', start: ({ logger, stateDir, config }) => { logger.info('begins ' + config.a); if (!stateDir.endsWith('under-test')) throw new Error(stateDir); }, stop: ({ logger }) => logger.info('s ends') });
    api.registerService({ id: 'broken', start: () => { throw new Error('cannot'); }, stop: () => api.logger.info('broken ends') });
    api.registerRuntimeLifecycle({ id: 'l', cleanup: () => api.logger.info('lifecycle ends') });
    api.lifecycle.signal.addEventListener('abort', () => console.log('never seen: it is the last'));`;
  it('begin with the plugin and end with it, the newest first', async () => {
    const { kernel } = holder;
    const { diagnostics } = await kernel.startPlugin(registering(body), { gatewayConfig: { a: 1 } });
    assert.deepEqual(diagnostics.map(({ code, message }) => [code, message]), [['service_start_failed', 'service "broken": cannot']]);
    await ask('plugin.stop', {});
    const lines = kernel.notifications.filter(({ params }) => / ends$|^begins/.test(params.line ?? '')).map(({ params }) => params.line);
    assert.deepEqual(lines, ['begins 1', 'broken ends', 's ends', 'lifecycle ends']);
  });
  it('do not begin when only the command line is asked for', async () => {
    const { registrations } = await holder.kernel.startPlugin(registering(`${body} api.registerCli(() => {}, { descriptors: [{ name: 'x', description: 'y', hasSubcommands: false }] });`), { mode: 'cliMetadata' });
    assert.deepEqual(registrations, [{ kind: 'cli', id: 'x', key: 'cli:x', descriptor: { commands: [{ name: 'x', description: 'y', hasSubcommands: false }], parentPath: [] } }]);
    await ask('plugin.stop', {});
  });
});

describe('timers', () => {
  it('end with their plugin', async () => {
    const kernel = await Kernel.start();
    await kernel.startPlugin(registering(`
      import('node:util').then(({ promisify }) => promisify(setTimeout)(1, 'kept').then((word) => api.logger.info('promisified: ' + word)));
      let ticks = 0;
      setInterval(() => { if ((ticks += 1) === 3) api.logger.info('ticking'); if (ticks < 50) api.logger.info('tick'); }, 1);
      const again = () => { if (ticks < 50) api.logger.info('chain'); setTimeout(again, 1); };
      again();
      clearInterval(setInterval(() => api.logger.error('cleared, and yet it moves'), 1));`));
    await kernel.logged(/ticking/);
    await kernel.logged(/promisified: kept/);
    await kernel.request('plugin.stop', { plugin });
    await kernel.request('host.ping');
    const told = kernel.notifications.length;
    for (let pings = 0; pings < 300; pings += 1) await kernel.request('host.ping');
    const later = kernel.notifications.slice(told).map(({ params }) => params.line);
    assert.deepEqual(later.filter((line) => line !== 'chain'), []);
    assert.ok(later.length <= 1, 'one timeout was under way');
    assert.ok(!kernel.notifications.some(({ params }) => /yet it moves/.test(params.line)));
    await kernel.end();
  });
});

describe('capability.invoke', () => {
  withPlugin(`
    class Session { #n = 0; add(n) { this.#n += n; return this.#n; } get total() { return this.#n; } }
    api.registerSpeechProvider({ id: 'p', label: 'P', voice: { list: () => ['a'] }, begin: () => new Session(), echo: (...given) => given, raw: () => Buffer.from([1, 2]), constructor: null });
    api.registerSpeechProvider(() => ({ id: 'made', hello: () => 'from the factory' }));
    api.on('before_tool_call', () => ({ requireApproval: { title: 't', onResolution: (decision) => api.logger.info('decided ' + decision) } }));`, { gatewayConfig: { a: 1 } });
  const invoke = async (path, given = [], key = 'speech:p') => (await ask('capability.invoke', { kind: 'speech', key, path, arguments: given })).value;
  it('finds functions by their path', async () => assert.deepEqual(await invoke('voice.list'), ['a']));
  it('carries bytes both ways', async () => {
    assert.deepEqual(await invoke('raw'), { $bytes: 'AQI=' });
    assert.deepEqual(await invoke('echo', [{ audio: { $bytes: 'AQI=' } }]), [{ audio: { $bytes: 'AQI=' } }]);
  });
  it('fills in what this process has', async () => assert.deepEqual(await invoke('echo', [{ $cfg: true, x: 1 }]), [{ x: 1, cfg: { a: 1, agents: { defaults: {} } } }]));
  it('keeps objects behind handles', async () => {
    const session = await invoke('begin');
    assert.deepEqual(session.$functions, ['add']);
    await invoke('add', [2], session.$handle);
    assert.equal(await invoke('add', [3], session.$handle), 5);
  });
  it('makes what a factory stands for', async () => assert.equal(await invoke('hello', [], `speech:${plugin}`), 'from the factory'));
  for (const path of ['no', 'voice', 'voice.no', '__proto__.toString', 'constructor', 'echo.constructor', '']) {
    it(`does not find "${path}"`, () => assert.rejects(invoke(path), { status: 'not_found' }));
  }
  it('brings a decision back to the hook that asked for it', async () => {
    const { result } = await holder.kernel.request('hook.run', { name: 'before_tool_call', event: { toolName: 'x', params: {} }, context: {} });
    const { $handle, $functions, title } = result.requireApproval;
    assert.deepEqual([title, $functions], ['t', ['onResolution']]);
    await ask('capability.invoke', { kind: 'hook', key: $handle, path: 'onResolution', arguments: ['allow'] });
    await holder.kernel.logged(/decided allow/);
  });
});

describe('a memory and a context engine', () => {
  withPlugin(`
    api.registerMemoryCapability({ promptBuilder: ({ availableTools, agentId }) => [[...availableTools].join(), availableTools instanceof Set, agentId] });
    let made = 0;
    class Engine { info = { id: 'e', ownsCompaction: true }; async assemble({ messages }) { return { messages, made }; } async afterTurn({ runtimeContext }) { return (await runtimeContext.llm.complete({ prompt: 'sum up' })).text + runtimeContext.cwd; } }
    api.registerContextEngine('e', () => { made += 1; return new Engine(); });`);
  const invoke = async (key, path, ...given) => (await ask('capability.invoke', { kind: key.split(':')[0], key, path, arguments: given })).value;
  it('get the names of tools as a Set', async () =>
    assert.deepEqual(await invoke('memory:capability/under-test', 'promptBuilder', { availableTools: ['a', 'b'], agentId: 'main' }), ['a,b', true, 'main']));
  it('say what they are', async () => {
    assert.deepEqual(await invoke('memory:capability/under-test', '$describe'), { functions: ['promptBuilder'] });
    const { info, functions } = await invoke('context_engine:e', '$describe');
    assert.deepEqual([info, functions.sort()], [{ id: 'e', ownsCompaction: true }, ['afterTurn', 'assemble']]);
    assert.deepEqual(await invoke('context_engine:e', 'assemble', { messages: [1] }), { messages: [1], made: 1 });
  });
  it('may ask a model', async () => {
    holder.kernel.methods['llm.complete'] = ({ messages }) => ({ text: `on ${messages[0].content} ` });
    assert.equal(await invoke('context_engine:e', 'afterTurn', { runtimeContext: { cwd: '/w' } }), 'on sum up /w');
  });
});
