import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { registering } from './folder.mjs';
import { Kernel, TOKEN, kernelFor } from './kernel.mjs';

const frame = (text) => {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([head, Buffer.from(text)]);
};

describe('the beginning', () => {
  const holder = kernelFor({ before, after });

  it('answers with its version and the token', () => {
    assert.deepEqual(holder.kernel.hello.protocol, { major: 1, minor: 0 });
    assert.equal(holder.kernel.hello.token, TOKEN);
    assert.match(holder.kernel.hello.host, /^chela-bridge\/.* node\/22\./);
  });

  it('is only once', () => assert.rejects(holder.kernel.request('host.hello', holder.kernel.helloParams()), { status: 'protocol' }));
});

describe('before host.hello', () => {
  for (const [title, method, params, status] of [
    ['nothing else is answered', 'plugin.start', { plugin: 'a', directory: '/', entry: '', config: {} }, 'protocol'],
    ['another major version is refused', 'host.hello', { protocol: { major: 2, minor: 0 }, kernel: 'k', limits: { frameBytesMax: 1000, callsMax: 1 } }, 'unsupported'],
    ['a version that is none is refused', 'host.hello', { protocol: 'one', kernel: 'k', limits: { frameBytesMax: 1000, callsMax: 1 } }, 'invalid_argument'],
  ]) {
    it(title, async (t) => {
      const kernel = new Kernel();
      t.after(() => kernel.end());
      await assert.rejects(kernel.request(method, params), { status });
    });
  }
  it("the kernel's limit on frames is kept", async (t) => {
    const kernel = new Kernel();
    t.after(() => kernel.end());
    await kernel.request('host.hello', { ...kernel.helloParams(), limits: { frameBytesMax: 2000, callsMax: 10 } });
    await kernel.startPlugin(registering(`api.registerTool({ name: 'long', description: '', parameters: {}, execute: ({}, { size }) => 'x'.repeat(size) });`));
    const call = (size) => kernel.request('tool.call', { plugin: 'under-test', key: 'tool:long', arguments: { size }, context: {} });
    await assert.rejects(call(2000), { status: 'too_large' });
    assert.equal((await call(1000)).content[0].text.length, 1000);
  });
  it('the lower minor version is spoken', async (t) => {
    const kernel = new Kernel();
    t.after(() => kernel.end());
    const { protocol } = await kernel.request('host.hello', { ...kernel.helloParams(), protocol: { major: 1, minor: 7 } });
    assert.deepEqual(protocol, { major: 1, minor: 0 });
  });
});

describe('messages', () => {
  const holder = kernelFor({ before, after });
  const refusals = [
    ['an unknown method', 'no.such', {}, 'unsupported'],
    ['a plugin that is not there', 'tool.call', { plugin: 'nobody', key: 'tool:x', arguments: {}, context: {} }, 'not_found'],
    ['no folder', 'plugin.start', { plugin: 'a', directory: '/no/such/folder', entry: '', config: {} }, 'invalid_argument'],
  ];
  for (const [title, method, params, status] of refusals) {
    it(`${title} is answered with ${status}`, () => assert.rejects(holder.kernel.request(method, params), { status }));
  }
  it('parameters that are no object are refused, and the connection goes on', async () => {
    await assert.rejects(holder.kernel.request('host.ping2', [1, 2]), { status: 'invalid_argument' });
    assert.deepEqual(await holder.kernel.request('host.ping'), {});
  });
  it('an unknown notification is ignored', async () => {
    holder.kernel.notify('no.such', {});
    assert.deepEqual(await holder.kernel.request('host.ping'), {});
  });
});

describe('a message that nobody can understand ends the process', () => {
  const cases = {
    'no JSON': frame('{"jsonrpc":'),
    'a list': frame('[]'),
    'a response to nothing': frame('{"jsonrpc":"2.0","id":77,"result":{}}'),
    'a notification with a number for its method': frame('{"jsonrpc":"2.0","method":5}'),
    'an id that is text': frame('{"jsonrpc":"2.0","id":"a","method":"host.ping"}'),
    'a notification that does not fit': frame('{"jsonrpc":"2.0","method":"call.credit","params":{"call":1,"add":-1}}'),
    'a frame that is too long': Buffer.from([0xff, 0xff, 0xff, 0x7f]),
  };
  for (const [title, bytes] of Object.entries(cases)) {
    it(title, async (t) => {
      const kernel = await Kernel.start();
      t.after(() => kernel.end());
      kernel.write(bytes);
      assert.deepEqual(await kernel.exited, { code: 2, signal: null });
    });
  }
});

describe('parameters that do not fit', () => {
  const holder = kernelFor({ before, after });
  before(() => holder.kernel.startPlugin(registering(`
    api.registerTool({ name: 'go', description: '', parameters: {}, execute: () => 'ok' });
    api.registerCommand({ name: 'odd', description: '', handler: () => ({ text: { not: 'a text' } }) });
    api.registerTool({ name: 'asks', description: '', parameters: {}, execute: () => api.runtime.llm.complete({ messages: [5] }) });
    api.registerCommand({ name: 'x'.repeat(300), description: '', handler() {} });`)));
  for (const [method, params, pattern] of [
    ['tool.call', { plugin: 'under-test', arguments: {}, context: {} }, /params\.key: missing/],
    ['tool.call', { plugin: 'under-test', key: 'tool:go', arguments: [], context: {} }, /arguments: not an object/],
    ['tool.call', { plugin: 5, key: 'tool:go', arguments: {}, context: {} }, /plugin: not a string/],
    ['plugin.start', { plugin: 'x'.repeat(65), directory: '/', entry: '', config: {} }, /longer than 64/],
    ['plugin.start', { plugin: 'x', directory: '/', entry: '', config: {}, mode: 'half' }, /none of full, cliMetadata/],
    ['hook.run', { name: 'agent_end', event: {} }, /context: missing/],
    ['capability.invoke', { plugin: 'under-test', kind: 'tool', key: 'tool:go', path: '', arguments: {} }, /not an array/],
  ]) {
    it(`of ${method}: ${pattern.source}`, () => assert.rejects(holder.kernel.request(method, params), ({ status, message }) => status === 'invalid_argument' && pattern.test(message)));
  }
  it('made by a plugin are its error, and never leave the process', async () => {
    const ask = (method, params) => holder.kernel.request(method, { plugin: 'under-test', ...params });
    await assert.rejects(ask('command.run', { key: 'command:odd', context: {} }), { status: 'internal', message: /does not fit: command.run result\.reply\.text: not a string/ });
    await assert.rejects(ask('tool.call', { key: 'tool:asks', arguments: {}, context: {} }), { status: 'invalid_argument', message: /llm\.complete params\.messages\[0\]/ });
    assert.equal((await ask('tool.call', { key: 'tool:go', arguments: {}, context: {} })).content[0].text, 'ok');
  });
});

describe('the end', () => {
  it('of the connection is the end of the process', async (t) => {
    const kernel = await Kernel.start();
    t.after(() => kernel.end());
    kernel.socket.end();
    assert.deepEqual(await kernel.exited, { code: 0, signal: null });
  });

  it('by host.shutdown stops plugins, answers, and leaves', async (t) => {
    const kernel = await Kernel.start();
    t.after(() => kernel.end());
    await kernel.startPlugin(registering(`api.registerService({ id: 's', start() {}, stop() { api.logger.info('stopped in time'); } });
      setInterval(() => {}, 1000);`));
    await kernel.request('host.shutdown');
    await kernel.logged(/stopped in time/);
    assert.deepEqual(await kernel.exited, { code: 0, signal: null });
  });
});

describe('streams', () => {
  const holder = kernelFor({ before, after });
  const call = (key, options, more = {}) =>
    holder.kernel.request('tool.call', { plugin: 'under-test', key, arguments: {}, context: {}, ...more }, options);
  before(() => holder.kernel.startPlugin(registering(`
    const tool = (name, execute) => api.registerTool({ name, description: '', parameters: {}, execute });
    tool('count', async (id, args, signal, update) => { for (let i = 0; i < 10; i += 1) update(String(i)); return 'done'; });
    tool('wait', (id, args, signal) => new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
    tool('deaf', () => new Promise(() => {}));
    tool('large', async () => 'x'.repeat(17 << 20));`)));

  it('bring their events before the answer', async () => {
    const events = [];
    const { content } = await call('tool:count', { onEvent: ({ text }) => events.push(text) });
    assert.deepEqual(events, [...'0123456789']);
    assert.deepEqual(content, [{ type: 'text', text: 'done' }]);
  });

  it('send no more than there is credit for', async () => {
    const events = [];
    const enough = Promise.withResolvers();
    const answer = call('tool:count', { onEvent: ({ text }) => events.push(text) >= 3 && enough.resolve() }, { credit: 3 });
    let answered = false;
    void answer.then(() => (answered = true));
    await enough.promise;
    await holder.kernel.request('host.ping');
    assert.deepEqual([events.length, answered], [3, false]);
    holder.kernel.notify('call.credit', { call: answer.id, add: 2 });
    await holder.kernel.request('host.ping');
    assert.equal(events.length, 5);
    holder.kernel.notify('call.credit', { call: answer.id, add: 64 });
    await answer;
    assert.deepEqual(events, [...'0123456789']);
  });

  for (const tool of ['wait', 'deaf']) {
    it(`end when they are cancelled, also when the tool is ${tool === 'deaf' ? 'deaf' : 'willing'}`, async () => {
      const answer = call(`tool:${tool}`);
      holder.kernel.notify('call.cancel', { call: answer.id });
      await assert.rejects(answer, { status: 'cancelled' });
    });
  }

  it('end when their plugin stops', async () => {
    const kernel = await Kernel.start();
    await kernel.startPlugin(registering(`api.registerTool({ name: 'deaf', parameters: {}, execute: () => new Promise(() => {}) });`));
    const answer = kernel.request('tool.call', { plugin: 'under-test', key: 'tool:deaf', arguments: {}, context: {} });
    await Promise.all([assert.rejects(answer, { status: 'unavailable' }), kernel.request('plugin.stop', { plugin: 'under-test' })]);
    await kernel.end();
  });

  it('are refused beyond 1,024 at once, and an answer beyond a frame', async () => {
    const open = Array.from({ length: 1024 }, () => call('tool:deaf'));
    await assert.rejects(call('tool:deaf'), { status: 'exhausted' });
    for (const { id } of open) holder.kernel.notify('call.cancel', { call: id });
    await Promise.all(open.map((answer) => assert.rejects(answer, { status: 'cancelled' })));
    await assert.rejects(call('tool:large'), { status: 'too_large' });
  });

  it('come back all, 10,000 of them', async () => {
    const answers = [];
    for (let sent = 0; sent < 10_000; sent += 1000) {
      const batch = Array.from({ length: 1000 }, () => call('tool:count', undefined, { credit: 100 }));
      answers.push(...(await Promise.all(batch)));
    }
    assert.equal(answers.filter(({ content }) => content[0].text === 'done').length, 10_000);
  });
});
