import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importsOf, withoutComments } from '../dist/scan/source.js';
import { scan } from '../dist/scan/verdict.js';
import { pluginFolder } from './folder.mjs';
import { kernelFor } from './kernel.mjs';

const SDK = 'openclaw/plugin-sdk';

describe('the imports of a source', () => {
  for (const [text, names] of [
    [`import { a, b as c, type D } from "${SDK}/x"`, ['a', 'b']],
    [`import {\n  a,\n  b,\n} from '${SDK}/x';`, ['a', 'b']],
    [`import{a}from"${SDK}/x"`, ['a']],
    [`import * as ns from "${SDK}/x"; ns.one(); (0, ns.two)(); other.ns.three`, ['one', 'two']],
    [`import d, { e } from "${SDK}/x"`, ['e', 'default']],
    [`export { f as g } from "${SDK}/x"`, ['f']],
    [`import "${SDK}/x"`, []],
    [`const { a, b: c } = require("${SDK}/x")`, ['a', 'b']],
    [`const x_1 = require("${SDK}/x"); (0, x_1.a)(x_1.b)`, ['a', 'b']],
    [`const { a } = await import("${SDK}/x")`, ['a']],
    [`require('${SDK}/x').a()`, ['a']],
    [`const sdk = import("${SDK}/x").then((m) => m)`, []],
    [`const sdk = await import("${SDK}/x"); if (typeof sdk.a === 'function') sdk.a(); sdk.b()`, ['b']],
  ]) {
    it(text.replaceAll('\n', ' '), () => assert.deepEqual(importsOf(text), [{ specifier: `${SDK}/x`, names }]));
  }
  for (const text of [`// import { a } from "${SDK}/x"`, `/* require("${SDK}/x") */`, `import type { A } from "${SDK}/x"`, `export type { A } from "${SDK}/x"`,
    `import { type A, type B } from "${SDK}/x"`, `thing.require("${SDK}/x")`, `const r = /"/; // require("${SDK}/x")`]) {
    it(`none: ${text}`, () => assert.deepEqual(importsOf(text), []));
  }
  it('are not lost behind strings, regular expressions and divisions', () => {
    assert.equal(withoutComments(`'//' + a / b / c; /[/"]/.test(x); /* y */ "/*"`).replace(/\s+/g, ' '), `'//' + a / b / c; .test(x); "/*"`);
  });
});

describe('a plugin', () => {
  const of = (files) => scan(pluginFolder(files));
  it('that imports nothing is of class N', async () => assert.equal((await of({ 'index.mjs': 'export default () => {}' })).class, 'N'));
  it('that needs what the shim has is of class S', async () => {
    const { class: found, imports } = await of({ 'index.mjs': 'import "./a.mjs"', 'a.mjs': `import { normalizeAccountId } from "${SDK}/account-id"; export * from './index.mjs'` });
    assert.deepEqual([found, imports], ['S', [{ subpath: 'account-id', names: ['normalizeAccountId'], files: ['a.mjs'] }]]);
  });
  it('that needs more is of class R', async () => {
    const { class: found, missing } = await of({ 'index.mjs': `import { nothing } from "${SDK}/core"; import("${SDK}/no-such-part")` });
    assert.deepEqual([found, missing], ['R', [{ subpath: 'core', export: 'nothing' }, { subpath: 'no-such-part' }]]);
  });
  it('may import from the old root', async () => assert.equal((await of({ 'index.mjs': `import { emptyPluginConfigSchema } from "${SDK}"` })).class, 'S'));
  it('is not followed out of its folder', async () => {
    assert.equal((await of({ 'index.mjs': `import "../../../etc/passwd"; import "/etc/passwd"; import "left-pad"` })).files, 1);
  });
  it('is read by a command, too', () => {
    const program = fileURLToPath(new URL('../dist/scan.js', import.meta.url));
    const folder = pluginFolder({ 'index.mjs': `import { x } from "${SDK}/core"; throw new Error('ran')` });
    assert.deepEqual(JSON.parse(execFileSync(process.execPath, [program, folder])).missing, [{ subpath: 'core', export: 'x' }]);
    const refused = spawnSync(process.execPath, [program, '/no/such/folder'], { encoding: 'utf8' });
    assert.deepEqual([refused.status, JSON.parse(refused.stdout).code], [1, 'entry_not_found']);
    assert.equal(spawnSync(process.execPath, [program]).status, 64);
  });
});

describe('at its start, a plugin', () => {
  const holder = kernelFor({ before, after });
  const start = (files) => holder.kernel.startPlugin(pluginFolder(files));
  const codes = (error) => error.data.diagnostics.map(({ code }) => code);
  it('that needs a function which nobody has is refused before it runs', async () => {
    await assert.rejects(start({ 'index.mjs': `console.log('it ran'); import { nothing } from "${SDK}/core"; export default () => {}` }), (error) => {
      assert.deepEqual(codes(error), ['sdk_export_unavailable']);
      return /"nothing" of openclaw\/plugin-sdk\/core/.test(error.message);
    });
    assert.ok(!holder.kernel.notifications.some(({ params }) => params.line === 'it ran'));
  });
  it('that needs a part which nobody has is refused', () =>
    assert.rejects(start({ 'index.mjs': `export default () => {}; const later = () => import("${SDK}/no-such-part")` }), (error) => codes(error)[0] === 'sdk_subpath_unavailable'));
  it('with the real package has it decide', () => start({ 'index.mjs': `import { nothing } from "${SDK}/core"; export default () => {}`,
    'node_modules/openclaw/package.json': { name: 'openclaw', type: 'module', exports: { './plugin-sdk/core': './core.js' } }, 'node_modules/openclaw/core.js': 'export const nothing = 1;' }));
});
