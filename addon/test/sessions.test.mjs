// Upstream's functions that must say at once what the gateway knows now: bridge-node asks the kernel by a call that blocks.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BUILD } from './native.mjs';
import { registering } from '../../bridge-node/test/folder.mjs';
import { Kernel } from '../../bridge-node/test/kernel.mjs';

const program = join(BUILD, 'lib/bridge/dist/main.js');
const ANN = { sessionKey: 'agent:main:chat:direct:ann', sessionId: 's1', channel: 'chat', lastTo: 'ann', displayName: '', updatedAt: 1000 };
const body = `api.registerTool({ name: 'run', description: '', parameters: {}, execute: async (id, { code }) => JSON.stringify(await new (Object.getPrototypeOf(async function () {}).constructor)('api', 'return ' + code)(api)) ?? 'null' });`;

async function started(t) {
  assert.ok(existsSync(program), 'bridge-node is not built');
  const preload = process.env.LD_PRELOAD;
  const kernel = await Kernel.start({ program, env: preload ? { LD_PRELOAD: preload, ASAN_OPTIONS: process.env.ASAN_OPTIONS } : {} });
  t.after(() => kernel.end());
  await kernel.startPlugin(registering(body));
  const run = async (code) => JSON.parse((await kernel.request('tool.call', { plugin: 'under-test', key: 'tool:run', arguments: { code }, context: {} })).content[0].text);
  return { kernel, run };
}

describe('the index of sessions', () => {
  it('is the kernel\'s, as it is when it is asked', async (t) => {
    const { kernel, run } = await started(t);
    let sessions = [ANN];
    kernel.methods['session.list'] = ({ sessionKey }) => ({ sessions: sessions.filter((session) => [undefined, session.sessionKey].includes(sessionKey)) });
    const entry = `api.runtime.agent.session.getSessionEntry({ sessionKey: '${ANN.sessionKey}' })`;
    assert.equal((await run(entry)).updatedAt, 1000);
    sessions = [{ ...ANN, updatedAt: 2000 }];
    assert.equal((await run(entry)).updatedAt, 2000);
    assert.equal(await run(`api.runtime.channel.session.readSessionUpdatedAt({ storePath: '', sessionKey: '${ANN.sessionKey}' })`), 2000);
    assert.deepEqual((await run('api.runtime.agent.session.listSessionEntries()')).map(({ sessionKey }) => sessionKey), [ANN.sessionKey]);
    sessions = [];
    assert.equal(await run(entry), null);
  });
  it('says more than the channel noted, and less after the session was removed', async (t) => {
    const { kernel, run } = await started(t);
    await run(`api.runtime.channel.session.recordInboundSession({ storePath: '', sessionKey: '${ANN.sessionKey}', ctx: { ChatType: 'direct' } })`);
    let sessions = [ANN];
    kernel.methods['session.list'] = () => ({ sessions });
    const { chatType, updatedAt } = await run(`api.runtime.channel.session.entry('${ANN.sessionKey}')`);
    assert.deepEqual([chatType, updatedAt], ['direct', 1000]);
    sessions = [];
    assert.equal(await run(`api.runtime.channel.session.entry('${ANN.sessionKey}')`), null);
  });
  it('is empty where the plugin may see nothing, and the notes where nobody can be asked', async (t) => {
    const { kernel, run } = await started(t);
    await run(`api.runtime.channel.session.recordInboundSession({ storePath: '', sessionKey: '${ANN.sessionKey}', ctx: { ChatType: 'direct' } })`);
    const entry = `api.runtime.agent.session.getSessionEntry({ sessionKey: '${ANN.sessionKey}' })`;
    const refuse = (status) => {
      kernel.methods['session.list'] = () => {
        throw Object.assign(new Error('no'), { status });
      };
    };
    refuse('denied');
    assert.equal(await run(entry), null);
    refuse('unavailable');
    assert.equal((await run(entry)).chatType, 'direct');
    await kernel.logged(/stands in for the gateway's index/);
  });
});
