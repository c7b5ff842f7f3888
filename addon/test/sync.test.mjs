// bridge-node's calls to the kernel that block: with the addon beside it, and refused without.

import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BUILD, temporary } from './native.mjs';
import { Kernel } from '../../bridge-node/test/kernel.mjs';

const bridge = join(BUILD, 'lib/bridge');

/** The kernel's side, connected to a process that knows the connection only. */
function connected(t, folder = bridge) {
  const preload = process.env.LD_PRELOAD;
  const connection = `${pathToFileURL(join(folder, 'dist/connection'))}/`;
  const program = fileURLToPath(new URL('sync_host.mjs', import.meta.url));
  const kernel = new Kernel({ flags: [], program, parameters: [connection], env: preload ? { LD_PRELOAD: preload, ASAN_OPTIONS: process.env.ASAN_OPTIONS } : {} });
  t.after(() => kernel.end());
  return kernel;
}

describe('a call that blocks', () => {
  it('has its answer when it returns', async (t) => {
    const kernel = connected(t);
    kernel.methods.double = ({ n }) => ({ n: 2 * n });
    assert.deepEqual((await kernel.request('ask', { method: 'double', params: { n: 21 } })).result, { n: 42 });
  });
  it('throws the error of the other side', async (t) => {
    const kernel = connected(t);
    kernel.methods.refuse = () => {
      throw Object.assign(new Error('not for you'), { status: 'denied' });
    };
    await assert.rejects(kernel.request('ask', { method: 'refuse' }), { status: 'denied', message: 'not for you' });
  });
  it('takes an answer of a megabyte, in pieces', async (t) => {
    const kernel = connected(t);
    const text = 'ä'.repeat(1 << 20);
    kernel.methods.long = () => ({ text });
    assert.equal((await kernel.request('ask', { method: 'long' })).result.text, text);
  });
  it('lets nothing else happen, and loses nothing', async (t) => {
    const kernel = connected(t);
    kernel.methods.busy = () => {
      kernel.notify('first', {});
      kernel.notify('second', {});
      return {};
    };
    assert.deepEqual((await kernel.request('ask', { method: 'busy' })).order, ['ask']);
    assert.deepEqual((await kernel.request('order')).order, ['ask', 'first', 'second', 'order']);
  });
  it('ends in time, and the late answer harms nobody', async (t) => {
    const kernel = connected(t);
    const late = Promise.withResolvers();
    kernel.methods.slow = () => late.promise;
    await assert.rejects(kernel.request('ask', { method: 'slow', timeoutMs: 30 }), { status: 'timed_out' });
    await kernel.told('call.cancel');
    late.resolve({});
    assert.deepEqual((await kernel.request('order')).order, ['ask', 'order']);
  });
  it('is one of many', async (t) => {
    const kernel = connected(t);
    kernel.methods.echo = (params) => params;
    const { p50 } = await kernel.request('measure', { calls: 2000 });
    assert.ok(p50 > 0);
    t.diagnostic(`p50 ${p50.toFixed(1)} us, the other side being Node`);
  });
  it('is refused where the addon is not installed', async (t) => {
    const folder = join(temporary(t), 'bridge');
    cpSync(bridge, folder, { recursive: true });
    rmSync(join(folder, 'chela_addon.node'));
    await assert.rejects(connected(t, folder).request('ask', { method: 'double' }), { status: 'unsupported' });
  });
});
