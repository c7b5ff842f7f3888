// The packed plugin as an ordinary plugin for Node in bridge-node: the same file again, in the gateway's Node host.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BUILD, bundled, packOpenclaw, temporary } from './native.mjs';
import { Kernel } from '../../bridge-node/test/kernel.mjs';

const program = join(BUILD, 'lib/bridge/dist/main.js');

async function started(t, id) {
  assert.ok(existsSync(program), 'bridge-node is not built');
  const folder = join(temporary(t), 'package');
  packOpenclaw(bundled(id), folder);
  const preload = process.env.LD_PRELOAD;
  const kernel = await Kernel.start({ program, env: preload ? { LD_PRELOAD: preload, ASAN_OPTIONS: process.env.ASAN_OPTIONS } : {} });
  t.after(() => kernel.end());
  const plugin = `chela-${id}`;
  const answer = await kernel.startPlugin(folder, { plugin, entry: join(folder, 'index.js') });
  const ask = (method, params, options) => kernel.request(method, { plugin, ...params }, options);
  return { kernel, answer, ask };
}

describe('inside bridge-node', () => {
  it('a native tool is called', async (t) => {
    const { answer, ask } = await started(t, 'files');
    const factory = answer.registrations.find(({ kind }) => kind === 'tool');
    assert.deepEqual([...factory.descriptor.names].sort(), ['edit_file', 'list_files', 'read_file', 'write_file']);
    const workspace = temporary(t);
    writeFileSync(join(workspace, 'a.txt'), 'alpha\n');
    const { tools } = await ask('tool.resolve', { keys: [factory.key], context: { workspace, workspaceDir: workspace, agentId: 'main' } });
    const read = tools.find(({ name }) => name === 'read_file');
    const { content } = await ask('tool.call', { key: read.key, toolCallId: 'c', arguments: { path: 'a.txt' }, context: { workspace } });
    assert.match(content[0].text, /alpha/);
    await assert.rejects(ask('tool.call', { key: read.key, toolCallId: 'c', arguments: { path: '/etc/passwd' }, context: { workspace } }));
    await ask('plugin.stop', {});
  });
  it('a native provider is there', async (t) => {
    const { answer } = await started(t, 'openai');
    const providers = answer.registrations.filter(({ kind }) => kind === 'provider');
    assert.ok(providers.some(({ id, descriptor }) => id === 'chela-openai' && descriptor.mode === 'stream'));
  });
});
