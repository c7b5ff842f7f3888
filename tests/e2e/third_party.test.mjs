// A plugin of somebody else: written by `chela plugins new`, built with GCC 12 against the installed SDK, dropped into
// the home of a gateway that clang built, and called by a model.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { describe, it } from 'node:test';
import { Conversation, assertTurn } from './conversation.mjs';
import { getJson, makeHome, root, run, startGateway } from './gateway.mjs';
import { defer } from './scope.mjs';
import { upstreamConfig } from './upstream.mjs';

const build = (...args) => execFileSync('cmake', args, { stdio: 'pipe' });

function buildWithGcc12(folder) {
  const prefix = join(folder, 'sdk');
  build('-S', join(root, 'plugin-sdk'), '-B', join(folder, 'sdk-build'));
  build('--install', join(folder, 'sdk-build'), '--component', 'sdk', '--prefix', prefix);
  const source = join(folder, 'greeter');
  build('-S', source, '-B', join(source, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`, '-DCMAKE_CXX_COMPILER=g++-12');
  build('--build', join(source, 'build'));
  return execFileSync('find', [join(source, 'build'), '-name', 'greeter.so'], { encoding: 'utf8' }).trim();
}

describe('a third-party plugin', () => {
  it('is written, checked, dropped in and used', async (t) => {
    const home = makeHome(t);
    const source = join(home, 'greeter');
    const written = await run(home, ['plugins', 'new', 'greeter', '--kind', 'tool', '--dir', source]);
    assert.equal(written.code, 0, written.output);
    const library = buildWithGcc12(home);
    const checked = await run(home, ['plugins', 'check', library, '--manifest', join(source, 'chela.plugin.json')]);
    assert.equal(checked.code, 0, checked.output);

    const installed = join(home, 'plugins', 'greeter');
    mkdirSync(installed, { recursive: true });
    cpSync(library, join(installed, 'greeter.so'));
    cpSync(join(source, 'chela.plugin.json'), join(installed, 'chela.plugin.json'));

    const mock = new LLMock({ port: 0 });
    mock.on({ userMessage: 'greet', hasToolResult: false },
      { toolCalls: [{ id: 'call_g', name: 'greet', arguments: JSON.stringify({ name: 'Ada' }) }] });
    mock.on({ userMessage: 'greet', hasToolResult: true }, { content: 'Done.' });
    await mock.start();
    defer(t, () => mock.stop());
    const config = { ...upstreamConfig(`${mock.url}/v1`), plugins: { entries: { greeter: { config: { greeting: 'Moin' } } } } };
    const gateway = await startGateway(t, { home, config });
    const frames = await (await Conversation.open(gateway)).turn('greet');
    assertTurn(frames);
    const result = frames.find((frame) => frame.type === 'tool_result');
    assert.equal(result.text, 'Moin, Ada!');
    const report = await getJson(gateway, '/doctor');
    const plugin = report.plugins.reports.find(({ id }) => id === 'greeter');
    assert.deepEqual([plugin.state, plugin.origin], ['started', 'home']);
  });
});
