// Plugins with one defect each (tests/bad-plugins): refused or survived by the process that hosts them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bad, openPlugin, opened } from './native.mjs';

describe('a plugin that cannot be what it says is refused', () => {
  const cases = {
    'wrong-id': /the library is .*, its manifest says wrong-id 1\.0\.0/,
    'wrong-version': /its manifest says/,
    'wrong-major': /built for ABI/,
    'newer-minor': /get a newer build of the addon/,
    'missing-symbol': /exports no chela_plugin_entry/,
    'unresolved-symbol': /undefined symbol/,
    'needs-missing-library': /cannot open shared object file/,
    'not-elf': /no ELF header/,
    'empty-file': /only 0 bytes/,
    'truncated-file': /cut short/,
    'wrong-machine': /another processor/,
    'wrong-word-size': /another word size/,
    'short-entry': /too short or has null members/,
    'null-create': /too short or has null members/,
    'short-struct': /too short or has null members/,
    'null-plugin-function': /null members/,
    'create-fails-silently': /^creating: the plugin gave no reason/,
    'fails-to-start': /^starting: /,
    'throws-in-create': /^creating: the plugin threw an exception/,
    'throws-in-configure': /^configuring: the plugin threw an exception/,
    'throws-in-start': /^starting: the plugin threw an exception/,
    'throws-in-names': /^asking for names: the plugin threw an exception/,
    'missing-tool': /the manifest declares tools that the code does not have/,
    'undeclared-tool': /tools that the manifest does not declare/,
  };
  for (const [id, message] of Object.entries(cases)) {
    it(id, () => assert.throws(() => openPlugin({ directory: bad(id) }), { message }));
  }
});

describe('a plugin that misbehaves in a call is survived', () => {
  const cases = {
    'throws-in-start-tool': ['echo', 'internal', /threw an exception/],
    'throws-in-run': ['shout', 'internal', /threw an exception/],
    'returns-before-completing': ['shout', 'internal', /without completing/],
    'completes-and-refuses': ['echo', undefined, /./],
    'never-completes': ['echo', 'timed_out', /said nothing/],
    'fails-without-a-word': ['echo', undefined, /gave no reason/],
    'completes-twice': ['echo', 'ok'],
    'progresses-after-completion': ['echo', 'ok'],
    'calls-loop-from-worker': ['shout', 'ok'],
    'throws-in-stop': ['echo', 'ok'],
    'throws-in-destroy': ['echo', 'ok'],
    'throws-in-cancel': ['echo', 'ok'],
    'floods-the-log': ['echo', 'ok'],
    'ignores-stop': ['echo', 'ok'],
  };
  for (const [id, [tool, status, message]] of Object.entries(cases)) {
    it(id, async (t) => {
      const plugin = opened(t, bad(id));
      const call = plugin.callTool(tool, { text: 'x' }, { timeoutMs: status === 'timed_out' ? 100 : 5000 });
      if (status === 'ok') await call;
      else await assert.rejects(call, { message, ...(status && { status }) });
      await plugin.close();
      const sound = opened(t, bad('sound'));
      assert.equal(await sound.callTool('echo', {}), '{}');
    });
  }
  it('throws-in-cancel, cancelled', async (t) => {
    const plugin = opened(t, bad('throws-in-cancel'));
    await assert.rejects(plugin.callTool('later', {}, { timeoutMs: 20 }), { status: 'timed_out' });
  });
  it('throws-in-on-expire', async (t) => {
    const plugin = opened(t, bad('throws-in-on-expire'));
    await assert.rejects(plugin.callTool('later', {}, { timeoutMs: 1500 }), { status: 'timed_out' });
  });
});
