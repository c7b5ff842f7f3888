// Chat commands, gateway methods and command lines of plugins, written for Node and native, and what becomes of those
// that behave badly.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, assertTurn, textOf } from './conversation.mjs';
import { binary, cleanEnvironment, getJson, makeHome, root, run, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

// One plugin for Node: `body` is what its register(api) does.
function placeNodePlugin(home, id, body) {
  const folder = join(home, 'plugins', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id, configSchema: { type: 'object' } }));
  writeFileSync(join(folder, 'package.json'),
    JSON.stringify({ name: id, version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.js'] } }));
  writeFileSync(join(folder, 'index.js'), `export default { id: '${id}', register(api) { ${body} } };`);
  return folder;
}

function placeNativePlugin(home) {
  const id = 'native-commands';
  const folder = join(home, 'plugins', id);
  mkdirSync(folder, { recursive: true });
  const header = readFileSync(join(root, 'plugin-sdk/include/chela/abi.h'), 'utf8');
  const commands = ['native-echo', 'native-hang', 'native-crash', 'native-flood'];
  writeFileSync(join(folder, 'chela.plugin.json'), JSON.stringify({
    id, version: '1.0.0', abi: `1.${/CHELA_ABI_MINOR (\d+)/.exec(header)[1]}`,
    provides: [
      { kind: 'command', id, commands: commands.map((name) => ({ name, description: `Does ${name}.`, acceptsArgs: true })) },
      { kind: 'gateway_method', id: 'native.echo' },
    ],
  }));
  execFileSync('cc', ['-shared', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror',
    '-I', join(root, 'plugin-sdk/include'), '-o', join(folder, `${id}.so`),
    join(root, 'tests/e2e/plugins/native_commands.c')], { stdio: 'pipe' });
}

async function start(t, home, { plugins = {}, tools = { timeoutSeconds: 2 } } = {}) {
  const mock = new LLMock({ port: 0 });
  mock.onMessage(/./, { content: 'The model answers.' });
  await mock.start();
  defer(t, () => mock.stop());
  const gateway = await startGateway(t, { home, config: { ...upstreamConfig(`${mock.url}/v1`), plugins, tools } });
  return { mock, gateway, conversation: await Conversation.open(gateway) };
}

const errorOf = (frames) => frames.find((frame) => frame.type === 'error');

async function callMethod(gateway, name, params) {
  const response = await fetch(`${gateway.url}/api/methods/${name}`,
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) });
  return { status: response.status, body: await response.json() };
}

const greeter = `
  api.registerCommand({ name: 'hello', description: 'Greets.', acceptsArgs: true,
    handler: (ctx) => ({ text: 'Hello ' + ctx.args + ' on ' + ctx.channel + ', ' + ctx.isAuthorizedSender + ', ' + ctx.commandBody }) });
  api.registerCommand({ name: 'note', description: 'Notes and goes on.', acceptsArgs: true,
    handler: () => ({ text: 'Noted.', continueAgent: true }) });
  api.registerCommand({ name: 'quiet', description: 'Says nothing.', handler: () => ({ text: 'no', suppressReply: true }) });
  api.registerInteractiveHandler({ channel: 'telegram', namespace: 'poll', handler: () => ({ handled: true }) });
  api.registerGatewayMethod('greeter.greet', ({ params, respond, client }) =>
    respond(true, { greeting: 'Hello ' + params.name, scopes: client.connect.scopes }));
  api.registerGatewayMethod('greeter.ask', async ({ params, respond }) => {
    try {
      respond(true, await api.runtime.gateway.request(params.method, params.params));
    } catch (error) {
      respond(false, undefined, { message: 'refused: ' + error.message });
    }
  });`;

describe('commands of a plugin for Node', () => {
  it('answer instead of the model, over every way in', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'greeter', greeter);
    const { mock, gateway, conversation } = await start(t, home);
    await gateway.says(/plugin greeter 1\.0\.0 started/);
    const frames = await conversation.turn('/hello Ada');
    assert.equal(assertTurn(frames).text, 'Hello Ada on websocket, true, /hello Ada');

    const posted = await fetch(`${gateway.url}/api/sessions/s1/messages`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: '/hello API' }) });
    assert.match((await posted.json()).message.text, /^Hello API on api/);
    const kept = await getJson(gateway, '/api/sessions/s1');
    assert.deepEqual(kept.messages.map(({ role, text }) => [role, text.slice(0, 10)]),
      [['user', '/hello API'], ['assistant', 'Hello API ']]);
    const asked = await run(home, ['run', '/hello CLI', '--url', gateway.url]);
    assert.match(asked.stdout, /Hello CLI/, asked.output);
    assert.equal(mock.getRequests().length, 0);

    assert.equal(textOf(await conversation.turn('/unknown thing')), 'The model answers.');
    assert.equal(textOf(await conversation.turn('/note this')), 'Noted.\n\nThe model answers.');
    assert.equal(textOf(await conversation.turn('/quiet')), '');
    assert.match(textOf(await conversation.turn('/help')), /`\/hello …` Greets\./);
    const { commands } = await getJson(gateway, '/api/commands');
    assert.deepEqual(commands.find(({ name }) => name === 'hello'),
      { name: 'hello', description: 'Greets.', acceptsArgs: true, plugin: 'greeter' });
    const sent = mock.getRequests().at(-1).body.messages.map(({ content }) => content);
    assert.equal(sent.some((content) => String(content).includes('/hello')), false);
  });

  it('answer what was pressed in the channel of another process', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'polls', `api.registerInteractiveHandler({ channel: 'chat', namespace: 'poll', handler: async ({ button, senderId, respond }) => {
      await respond.reply({ text: senderId + ' says ' + button.payload });
      await respond.clearButtons();
    } });`);
    const folder = placeNodePlugin(home, 'chat', `
      api.registerChannel({ id: 'chat', meta: { id: 'chat', label: 'Chat' }, capabilities: { chatTypes: ['direct'] }, config: { listAccountIds: () => [], resolveAccount: () => ({}) } });
      api.registerGatewayMethod('chat.press', async ({ params }) => {
        const said = [];
        const respond = { reply: async ({ text }) => { said.push(text); }, clearButtons: async () => { said.push('cleared'); } };
        const press = createChannelInteractiveDispatcher({ channel: 'chat', interactiveKey: 'button' });
        return { ...(await press({ data: params.data, ctx: { senderId: 'ann', button: {} }, respond })), said };
      });
      api.registerGatewayMethod('chat.foreign', ({ params }) => api.runtime.gateway.request('interactive.find', params));`);
    writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id: 'chat', channels: ['chat'], configSchema: { type: 'object' } }));
    const index = join(folder, 'index.js');
    writeFileSync(index, `import { createChannelInteractiveDispatcher } from 'openclaw/plugin-sdk/plugin-runtime';\n${readFileSync(index)}`);
    const { gateway } = await start(t, home, { plugins: { entries: { polls: { isolation: 'process' }, chat: { isolation: 'process' } } } });
    for (const id of ['polls', 'chat']) await gateway.says(new RegExp(`plugin ${id} 1\\.0\\.0 started`));
    const { status, body } = await callMethod(gateway, 'chat.press', { data: 'poll:yes' });
    assert.deepEqual([status, body], [200, { matched: true, handled: true, duplicate: false, said: ['ann says yes', 'cleared'] }]);
    assert.equal((await callMethod(gateway, 'chat.press', { data: 'nobody:yes' })).body.matched, false);
    assert.match(JSON.stringify((await callMethod(gateway, 'chat.foreign', { channel: 'telegram', namespace: 'poll' })).body), /is not of the plugin/);
    assert.equal((await callMethod(gateway, 'interactive.dispatch', { channel: 'chat', namespace: 'poll', event: {} })).status, 403);
  });

  it('are known the next time, and start the plugin when they are called', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'greeter', greeter);
    const first = await start(t, home);
    await first.gateway.says(/plugin greeter 1\.0\.0 started/);
    await first.gateway.stop();
    const { gateway, conversation } = await start(t, home);
    const stateOf = async () =>
      (await getJson(gateway, '/doctor')).plugins.reports.find(({ id }) => id === 'greeter').state;
    assert.equal(await stateOf(), 'resolved');
    assert.match(textOf(await conversation.turn('/hello again')), /^Hello again/);
    assert.equal(await stateOf(), 'started');
  });

  it('that behave badly end with an error that names them, and nothing else ends', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'bad', `
      api.registerCommand({ name: 'throw', description: '', handler: () => { throw new Error('on purpose'); } });
      api.registerCommand({ name: 'hang', description: '', handler: () => new Promise(() => {}) });
      api.registerCommand({ name: 'huge', description: '', handler: () => ({ text: 'x'.repeat(5_000_000) }) });
      api.registerCommand({ name: 'monstrous', description: '', handler: () => ({ text: 'x'.repeat(40_000_000) }) });
      api.registerCommand({ name: 'die', description: '', handler: () => process.abort() });
      api.registerCommand({ name: 'vanish', description: '', handler: async () => {
        const { execSync } = await import('node:child_process');
        execSync('kill -9 ' + process.pid);
      } });
      api.registerCommand({ name: 'odd', description: '', handler: () => ({ text: 7, mediaUrls: 'no' }) });
      api.registerCommand({ name: 'hello', description: 'Another one.', handler: () => 'the wrong one' });
      api.registerCommand({ name: 'stop', description: 'Not for plugins.', handler: () => 'the wrong one' });
      api.registerGatewayMethod('health', ({ respond }) => respond(true, 'the wrong one'));
      api.registerGatewayMethod('bad.hang', () => new Promise(() => {}));`);
    placeNodePlugin(home, 'aaa', `api.registerCommand({ name: 'hello', description: 'First.', handler: () => 'the first' });`);
    const { gateway, conversation } = await start(t, home);
    await gateway.says(/plugin bad 1\.0\.0 started/);
    await gateway.says(/plugin aaa 1\.0\.0 started/);
    assert.match(errorOf(await conversation.turn('/throw')).text, /\/throw \(plugin bad\): .*on purpose/);
    assert.match(errorOf(await conversation.turn('/hang')).text, /\/hang \(plugin bad\): .*(no answer within 2 s|timed out|deadline)/);
    const huge = textOf(await conversation.turn('/huge'));
    assert.match(huge.slice(-100), /the answer had 5000000 bytes; the rest is left out/);
    assert.ok(huge.length < 300_000);
    assert.match(errorOf(await conversation.turn('/monstrous')).text, /plugin bad/);
    assert.ok(errorOf(await conversation.turn('/odd')));
    assert.equal(textOf(await conversation.turn('/hello')), 'the first');
    assert.equal(textOf(await conversation.turn('/stop')), 'The model answers.');
    assert.equal((await callMethod(gateway, 'health', {})).body.ok, true);
    assert.equal((await callMethod(gateway, 'bad.hang', {})).status, 504);
    for (const death of ['/die', '/vanish']) {
      assert.match(errorOf(await conversation.turn(death)).text, new RegExp(`${death} \\(plugin bad\\)`));
    }
    assert.equal(textOf(await conversation.turn('hello?')), 'The model answers.');
    const { plugins } = await getJson(gateway, '/doctor');
    const complaints = JSON.stringify(plugins);
    assert.match(complaints, /command\/hello/);
    assert.match(complaints, /the command \/stop is the gateway's own/);
  });
});

describe('gateway methods', () => {
  it('of a plugin are called by clients and by plugins, each with its permissions', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'greeter', greeter);
    const { gateway } = await start(t, home);
    await gateway.says(/plugin greeter 1\.0\.0 started/);
    const greeted = await callMethod(gateway, 'greeter.greet', { name: 'Ada' });
    assert.deepEqual(greeted, { status: 200, body: { greeting: 'Hello Ada',
      scopes: ['operator.read', 'operator.write', 'operator.admin'] } });
    const ask = (method, params) => callMethod(gateway, 'greeter.ask', { method, params });
    assert.equal((await ask('health')).body.ok, true);
    assert.deepEqual((await ask('greeter.greet', { name: 'me' })).body,
      { greeting: 'Hello me', scopes: ['operator.read', 'operator.write'] });
    const config = JSON.stringify((await ask('config.get')).body);
    assert.match(config, /providers/);
    assert.doesNotMatch(config, /test-key/);
    assert.match((await ask('sessions.list')).body.error.message, /allowConversationAccess/);
    assert.match((await ask('helth')).body.error.message, /there is no method helth; did you mean health\?/);
    assert.equal((await callMethod(gateway, 'greeter.none', {})).status, 404);
  });

  it('show conversations to a plugin that the operator has named', async (t) => {
    const home = makeHome(t);
    placeNodePlugin(home, 'greeter', greeter);
    const plugins = { entries: { greeter: { hooks: { allowConversationAccess: true } } } };
    const { gateway, conversation } = await start(t, home, { plugins });
    await gateway.says(/plugin greeter 1\.0\.0 started/);
    await conversation.turn('/hello Ada');
    const { body } = await callMethod(gateway, 'greeter.ask', { method: 'sessions.list' });
    assert.equal(body.sessions[0].title, '/hello Ada');
  });
});

describe('commands of a native plugin', () => {
  it('run in its sandbox with progress and media; its method answers', async (t) => {
    const home = makeHome(t);
    placeNativePlugin(home);
    const { gateway, conversation } = await start(t, home);
    const frames = await conversation.turn('/native-echo one two');
    assert.equal(assertTurn(frames).text, 'native heard: one two\n\nhttps://example.invalid/echo.png');
    assert.equal(frames.find((frame) => frame.type === 'reasoning_chunk').text, 'listening');
    assert.deepEqual((await callMethod(gateway, 'native.echo', { a: [1] })).body, { a: [1] });
  });

  it('that behave badly hurt nobody else', async (t) => {
    const home = makeHome(t);
    placeNativePlugin(home);
    const { conversation } = await start(t, home);
    assert.match(errorOf(await conversation.turn('/native-hang')).text, /native-hang \(plugin native-commands\)/);
    assert.match(textOf(await conversation.turn('/native-flood')).slice(-100), /3145728 bytes/);
    assert.match(errorOf(await conversation.turn('/native-crash')).text, /plugin native-commands.*(signal|process|connection)/);
    assert.equal(textOf(await conversation.turn('still there?')), 'The model answers.');
    assert.match(textOf(await conversation.turn('/native-echo again')), /^native heard: again/);
  });
});

const lines = `
  api.registerCli(({ program }) => {
    const memory = program.command('heron').description('Herons.');
    memory.command('list <what>').option('--many').action((what, options) => {
      console.log('herons: ' + what + (options.many ? ' (many)' : ''));
    });
    memory.command('fail').action(() => { console.error('no herons'); process.exitCode = 3; });
    memory.command('ask').action(async () => {
      let typed = '';
      for await (const piece of process.stdin) typed += piece;
      console.log('typed: ' + typed.trim() + ', config: ' + JSON.stringify(api.pluginConfig));
    });
    memory.command('wait').action(() => { console.log('waiting'); setInterval(() => {}, 1000); });
  }, { descriptors: [{ name: 'heron', description: 'Lists herons.', hasSubcommands: true }] });
  api.registerCli(({ program }) => { program.command('doctor'); }, { commands: ['doctor'] });`;

describe('command lines of a plugin for Node', () => {
  it('run without a gateway, with the terminal and their exit code', async (t) => {
    const home = makeHome(t);
    const folder = placeNodePlugin(home, 'heron', lines);
    cpSync(join(root, 'bridge-node/node_modules/commander'), join(folder, 'node_modules/commander'),
      { recursive: true, dereference: true });
    const config = { plugins: { entries: { heron: { config: { colour: 'grey' } } } } };
    const unknown = await run(home, ['heron', 'list', 'grey']);
    assert.equal(unknown.code, 2, unknown.output);
    const gateway = await startGateway(t, { home, config });
    await gateway.says(/plugin heron 1\.0\.0 started/);
    await gateway.stop();

    const listed = await run(home, ['heron', 'list', 'grey', '--many']);
    assert.deepEqual([listed.code, listed.stdout], [0, 'herons: grey (many)\n'], listed.output);
    const failed = await run(home, ['heron', 'fail']);
    assert.deepEqual([failed.code, failed.stderr.trim()], [3, 'no herons']);
    const typed = await run(home, ['heron', 'ask'], { input: 'a word\n' });
    assert.equal(typed.stdout, 'typed: a word, config: {"colour":"grey"}\n', typed.output);
    const help = await run(home, ['--help']);
    assert.match(help.stdout, /heron +Lists herons\. \(plugin heron\)/);
    assert.match(help.stdout, /doctor +not callable: chela has a command of its own of this name \(plugin heron\)/);
  });

  it('end when the person interrupts them', async (t) => {
    const home = makeHome(t);
    const folder = placeNodePlugin(home, 'heron', lines);
    cpSync(join(root, 'bridge-node/node_modules/commander'), join(folder, 'node_modules/commander'),
      { recursive: true, dereference: true });
    const gateway = await startGateway(t, { home, config: {} });
    await gateway.says(/plugin heron 1\.0\.0 started/);
    await gateway.stop();
    const child = spawn(binary, ['heron', 'wait'], { env: cleanEnvironment(home), cwd: home });
    defer(t, () => child.kill('SIGKILL'));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    assert.equal(await ended, 130);
  });
});
