// The end of a process or a worker thread while calls are open: no crash, and no waiting for ever.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { made, opened } from './native.mjs';

function run(how) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('ends.mjs', import.meta.url)), how], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

describe('the end with open calls', () => {
  const cases = { exit: 7, 'exit-hang': 7, close: 0, throw: 1, terminate: 0, 'terminate-hang': 0 };
  for (const [how, code] of Object.entries(cases)) {
    it(how, async () => {
      const ended = await run(how);
      assert.deepEqual([ended.code, ended.signal], [code, null], ended.output);
      assert.match(ended.output, /^ended$/m);
      assert.doesNotMatch(ended.output, /Sanitizer/);
    });
  }
  it('many plugins, opened and closed', async (t) => {
    for (let i = 0; i < 200; ++i) {
      const plugin = opened(t, made('threads'));
      assert.equal(await plugin.callTool('count', {}), 'counted');
      await plugin.close();
    }
  });
});
