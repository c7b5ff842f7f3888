import assert from 'node:assert/strict';
import { globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pluginFolder, probe } from './folder.mjs';
import { Kernel, kernelFor } from './kernel.mjs';
import { sdkFolder } from './sdk.mjs';

const holder = kernelFor({ before, after }, { env: { CHELA_BRIDGE_SHIM: sdkFolder() } });
let count = 0;

async function start(folder, options = {}) {
  const plugin = `p${(count += 1)}`;
  const answer = await holder.kernel.startPlugin(folder, { plugin, ...options });
  return { plugin, ...answer };
}

async function formOf(folder, options) {
  const { plugin } = await start(folder, options);
  const { content } = await holder.kernel.request('tool.call', { plugin, key: 'tool:probe', arguments: {}, context: {} });
  return content[0].text;
}

const esm = (form) => `export default (api) => { ${probe(form)} };`;
const packaged = (openclaw, more = {}) => ({ name: 'p', version: '1.0.0', openclaw, ...more });

describe('entries that export their plugin as', () => {
  const forms = {
    'an ES module: a function by default': { 'index.mjs': esm('ok') },
    'an ES module: an object by default': { 'index.mjs': `export default { id: 'x', register(api) { ${probe('ok')} } };` },
    'an ES module: register by name': { 'index.mjs': `export function register(api) { ${probe('ok')} }` },
    'an ES module: default in default': { 'index.mjs': `export default { default: { register(api) { ${probe('ok')} } } };` },
    'an ES module: activate': { 'index.mjs': `export function activate(api) { ${probe('ok')} }` },
    'an ES module: register that keeps its this': { 'index.mjs': `export default { form: 'ok', register(api) { const form = this.form;
      api.registerTool({ name: 'probe', parameters: {}, execute: () => form }); } };` },
    'CommonJS: a function': { 'index.js': `module.exports = (api) => { ${probe('ok')} };` },
    'CommonJS: exports.default': { 'index.cjs': `exports.default = { register(api) { ${probe('ok')} } };`,
      'package.json': packaged({ extensions: ['./index.cjs'] }) },
    'CommonJS: exports.register': { 'index.js': `exports.register = (api) => { ${probe('ok')} };` },
    'CommonJS that requires ES modules': { 'index.js': `module.exports = require('./plugin.mjs');`, 'plugin.mjs': esm('ok') },
    'an ES module with top-level await': { 'index.mjs': `const form = await Promise.resolve('ok');
      export default (api) => api.registerTool({ name: 'probe', parameters: {}, execute: () => form });` },
    'an asynchronous register()': { 'index.mjs': `export default async (api) => { await null; ${probe('ok')} };` },
    'TypeScript': { 'index.ts': `interface A { x: number }\nexport default (api: any): void => { const a: A = { x: 1 }; ${probe('ok')} };` },
    'TypeScript that imports ./x.js for ./x.ts': { 'index.ts': `import { use } from './x.js';\nimport other from './y';\nexport default (api: any) => use(api, other);`,
      'x.ts': `export const use = (api: any, other: unknown): void => { ${probe('ok')} };`, 'y/index.ts': 'export default 1 as number;' },
    'TypeScript that requires the path of a file not built': { 'index.ts': `const { use } = load(new URL('./x.js', import.meta.url));
      function load(url: URL) { return require(process.getBuiltinModule('node:url').fileURLToPath(url)); }\nexport default (api: any) => use(api);`,
      'x.ts': `export const use = (api: any): void => { ${probe('ok')} };` },
    'TypeScript that needs more than leaving types out': { 'index.ts': `enum Form { Ok = 'ok' }\nclass P { constructor(public form: Form) {} }
      export default (api: any) => { const p = new P(Form.Ok); api.registerTool({ name: 'probe', parameters: {}, execute: () => p.form }); };` },
    'TypeScript that uses names of CommonJS': { 'package.json': { type: 'module' }, 'index.ts': `import { join } from 'node:path';
      export default (api: any) => { if (require('node:fs').existsSync(join(__dirname, 'index.ts'))) { ${probe('ok')} } };` },
    'TypeScript that makes names of CommonJS itself': { 'index.ts': `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);
      const __dirname: string = import.meta.dirname;\nexport default (api: any) => { if (require('node:fs').existsSync(__dirname)) { ${probe('ok')} } };` },
    'TypeScript in CommonJS': { 'index.ts': `const path = require('node:path');\nmodule.exports = (api: any) => { path.join('a'); ${probe('ok')} };` },
    'CommonJS and ES syntax in one file': { 'index.mjs': `import path from 'node:path';\nexports.register = (api) => { path.join('a', import.meta.url); ${probe('ok')} };` },
    'an entry with the SDK': { 'index.mjs': `import { definePluginEntry } from 'openclaw/plugin-sdk/plugin-entry';
      import { emptyPluginConfigSchema } from 'openclaw/plugin-sdk';
      export default definePluginEntry({ configSchema: emptyPluginConfigSchema(), register(api) { ${probe('ok')} } });` },
    'CommonJS with the SDK under its other name': { 'index.js': `const { definePluginEntry } = require('@openclaw/plugin-sdk/plugin-entry.js');
      module.exports = definePluginEntry({ register(api) { ${probe('ok')} } });` },
  };
  for (const [title, files] of Object.entries(forms)) it(title, async () => assert.equal(await formOf(pluginFolder(files)), 'ok'));
});

describe('the entry is', () => {
  const choices = {
    'the built file that the package names': { 'package.json': packaged({ extensions: ['./index.ts'], runtimeExtensions: ['./out/a.mjs'] }),
      'index.ts': 'never read', 'out/a.mjs': esm('ok') },
    'the built peer in dist/': { 'package.json': packaged({ extensions: ['./src/index.ts'] }, { type: 'module' }), 'src/index.ts': 'never read',
      'dist/index.js': esm('ok') },
    'the built peer in dist/src/': { 'package.json': packaged({ extensions: ['./src/index.ts'] }, { type: 'module' }), 'src/index.ts': 'never read',
      'dist/src/index.js': esm('ok') },
    'the built peer beside the source': { 'package.json': packaged({ extensions: ['./index.mts'] }), 'index.mts': 'never read', 'index.mjs': esm('ok') },
    'the source where nothing was built': { 'package.json': packaged({ extensions: ['./plugin.ts'] }), 'plugin.ts': esm('ok') },
    'the source of what was not built': { 'package.json': packaged({ extensions: ['./dist/index.js'] }, { type: 'module' }), 'src/index.ts': esm('ok') },
    'the source of what was not built, without src/': { 'package.json': packaged({ extensions: ['./plugin.ts'], runtimeExtensions: ['dist/src/plugin.mjs'] }), 'plugin.mts': esm('ok') },
    'what is there of two': { 'package.json': packaged({ extensions: ['./index.mjs'], runtimeExtensions: ['./dist/index.mjs'] }), 'index.mjs': esm('ok') },
    'the main file where the package names no other': { 'package.json': { name: 'p', main: 'lib/start.mjs' }, 'lib/start.mjs': esm('ok') },
    'an index file where the package names none': { 'package.json': { name: 'p' }, 'index.mjs': esm('ok') },
  };
  for (const [title, files] of Object.entries(choices)) it(title, async () => assert.equal(await formOf(pluginFolder(files)), 'ok'));

  it('the given one', async () => {
    const folder = pluginFolder({ 'index.mjs': 'throw new Error("not me")', 'second.mjs': esm('second') });
    assert.equal(await formOf(folder, { entry: join(folder, 'second.mjs') }), 'second');
  });
});

describe('is refused before it runs, with a code', () => {
  const refusals = {
    'no entry': [{ 'readme.txt': '' }, 'entry_not_found'],
    'an entry that is not there': [{ 'package.json': packaged({ extensions: ['./no.js'] }) }, 'entry_not_found'],
    'an entry outside': [{ 'package.json': packaged({ extensions: ['../../etc/passwd'] }) }, /entry_(outside_root|not_found)/],
    'a broken package.json': [{ 'package.json': '{', 'index.mjs': esm('x') }, 'invalid_package_json'],
    'a broken manifest': [{ 'openclaw.plugin.json': '[]', 'index.mjs': esm('x') }, 'invalid_manifest'],
    'an export of nothing': [{ 'index.mjs': 'export const x = 1;' }, 'invalid_plugin_export'],
    'an export of a class': [{ 'index.mjs': 'export default class A {}' }, 'invalid_plugin_export'],
    'another id than the manifest says': [{ 'openclaw.plugin.json': { id: 'a' }, 'index.mjs': 'export default { id: "b", register() {} };' }, 'manifest_mismatch'],
    'a part of the SDK that is not there': [{ 'index.mjs': `import 'openclaw/plugin-sdk/no-such-part'; export default () => {};` }, 'sdk_subpath_unavailable'],
    'a module that throws': [{ 'index.mjs': 'throw new Error("at load");' }, 'load_failed'],
    'a dependency that is missing': [{ 'index.mjs': 'import "no-such-package-anywhere"; export default () => {};' }, 'load_failed'],
    'a syntax error': [{ 'index.mjs': 'export default ) {' }, 'load_failed'],
    'a register() that throws': [{ 'index.mjs': 'export default () => { throw new Error("at register"); };' }, 'load_failed'],
    'a register() that rejects': [{ 'index.mjs': 'export default async () => { throw new Error("later"); };' }, 'load_failed'],
    'an access policy': [{ 'index.mjs': 'export default (api) => api.registerGatewayAccessPolicy({ authorize() {} });' }, 'unsupported_access_policy'],
  };
  const refused = async (folder) => {
    const error = await start(folder).then(() => assert.fail('it started'), (problem) => problem);
    return { codes: error.data.diagnostics.map(({ code }) => code).join(' '), error };
  };
  for (const [title, [files, code]] of Object.entries(refusals)) {
    it(title, async () => {
      const error = await start(pluginFolder(files)).then(() => assert.fail('it started'), (problem) => problem);
      const codes = (error.data.diagnostics ?? []).map((found) => found.code).join(' ');
      assert.match(codes, code instanceof RegExp ? code : new RegExp(`\\b${code}\\b`), error.message);
    });
  }
  it('a link that leads outside', async () => {
    const folder = pluginFolder({ 'package.json': packaged({ extensions: ['./index.mjs'] }) });
    symlinkSync(join(pluginFolder({ 'x.mjs': esm('x') }), 'x.mjs'), join(folder, 'index.mjs'));
    assert.match((await refused(folder)).codes, /entry_outside_root/);
  });
  it('and what it had begun is ended', async () => {
    const folder = pluginFolder({ 'index.mjs': `export default (api) => {
      api.registerService({ id: 'one', start() {}, stop: () => api.logger.info('one is stopped') });
      api.registerService({ id: 'two', start: () => process.exit(1) });
      api.registerRuntimeLifecycle({ cleanup: () => api.logger.info('cleaned up') });
    };` });
    await refused(folder);
    await Promise.all([holder.kernel.logged(/one is stopped/), holder.kernel.logged(/cleaned up/)]);
    await refused(pluginFolder({ 'index.mjs': `export default (api) => {
      api.registerRuntimeLifecycle({ cleanup: () => api.logger.info('cleaned up after a throw') });
      throw new Error('no');
    };` }));
    await holder.kernel.logged(/cleaned up after a throw/);
  });
  it('and what it had registered is gone', async () => {
    const folder = pluginFolder({ 'index.mjs': `export default (api) => { ${probe('x')} api.on('agent_end', () => {}); throw new Error('no'); };` });
    await refused(folder);
    const plugin = `p${count}`;
    await assert.rejects(holder.kernel.request('tool.call', { plugin, key: 'tool:probe', arguments: {}, context: {} }), { status: 'not_found' });
  });
});

describe('a plugin', () => {
  it('is started once, stopped, and started again from what its files say now', async () => {
    const folder = pluginFolder({ 'index.mjs': `import { form } from './form.mjs'; export default (api) => { ${probe('${form}').replaceAll("'${form}'", 'form')} };`,
      'form.mjs': `export const form = 'old';` });
    const { plugin } = await start(folder);
    await assert.rejects(holder.kernel.startPlugin(folder, { plugin }), { status: 'already_exists' });
    const ask = async () => (await holder.kernel.request('tool.call', { plugin, key: 'tool:probe', arguments: {}, context: {} })).content[0].text;
    assert.equal(await ask(), 'old');
    await holder.kernel.request('plugin.stop', { plugin });
    await assert.rejects(ask(), { status: 'not_found' });
    writeFileSync(join(folder, 'form.mjs'), `export const form = 'new';`);
    await holder.kernel.startPlugin(folder, { plugin });
    assert.equal(await ask(), 'new');
  });

  it('gets the real SDK where it is installed with it', async () => {
    const folder = pluginFolder({ 'index.mjs': `import { word } from 'openclaw/plugin-sdk/any-part'; export default (api) => { ${probe('${word}').replaceAll("'${word}'", 'word')} };`,
      'node_modules/openclaw/package.json': { name: 'openclaw', type: 'module', exports: { './plugin-sdk/*': './sdk/*.js' } },
      'node_modules/openclaw/sdk/any-part.js': `export const word = 'the real one';` });
    assert.equal(await formOf(folder), 'the real one');
  });
  it('gets from the shim what the installed SDK has given up', async () => {
    assert.equal(await formOf(pluginFolder({
      'index.mjs': `import { definePluginEntry } from 'openclaw/plugin-sdk/plugin-entry'; import { word } from 'openclaw/plugin-sdk/any-part';
        export default definePluginEntry({ register(api) { ${probe('${word}').replaceAll("'${word}'", 'word')} } });`,
      'node_modules/openclaw/package.json': { name: 'openclaw', type: 'module', exports: { './plugin-sdk/any-part': './any-part.js' } },
      'node_modules/openclaw/any-part.js': `export const word = 'real';`,
    })), 'real');
  });

  it('finds jiti in its own tree first', async () => {
    const kernel = await Kernel.start();
    const folder = pluginFolder({ 'index.mjs': `exports.a = import.meta.url;`,
      'node_modules/jiti/package.json': { name: 'jiti', main: 'index.js' },
      'node_modules/jiti/index.js': `exports.createJiti = () => () => (api) => { ${probe('own jiti')} };` });
    await kernel.startPlugin(folder);
    const { content } = await kernel.request('tool.call', { plugin: 'under-test', key: 'tool:probe', arguments: {}, context: {} });
    assert.equal(content[0].text, 'own jiti');
    await kernel.end();
  });
});

describe('the table of diagnostics', () => {
  it('has every code that is used, and no other', () => {
    const sources = globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url).pathname })
      .map((path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).join('\n');
    const table = JSON.parse(readFileSync(new URL('../diagnostics.json', import.meta.url), 'utf8'));
    assert.deepEqual(Object.keys(table).filter((code) => !sources.includes(`'${code}'`)), []);
    for (const { meaning, remedy } of Object.values(table)) assert.ok(meaning && remedy);
  });
});
