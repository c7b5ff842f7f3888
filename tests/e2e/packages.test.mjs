// The life of somebody else's plugin with the real program: signed, packed, looked at, agreed to, installed, verified,
// updated, rolled back, removed. Independent judges: npm packs and installs, minisign signs and verifies, git serves.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { binary, cleanEnvironment, getJson, makeHome, root, run, startGateway } from './gateway.mjs';
import { dependency, Registry, upstreamPlugin, writeFiles } from './registry.mjs';

const plugins = (home, ...args) => run(home, ['plugins', ...args], { env: { npm_config_cache: join(home, '.npm') } });

async function ok(home, ...args) {
  const result = await plugins(home, ...args);
  assert.equal(result.code, 0, `plugins ${args.join(' ')}: ${result.output}`);
  return args.includes('--json') ? JSON.parse(result.stdout) : result.stdout;
}

async function refused(home, pattern, ...args) {
  const result = await plugins(home, ...args);
  assert.equal(result.code, 1, `plugins ${args.join(' ')}: ${result.output}`);
  assert.match(result.stderr, pattern);
}

const lockOf = (home) => JSON.parse(readFileSync(join(home, 'plugins.lock.json')));
const leftovers = (home) => readdirSync(join(home, 'plugins')).filter((name) => name.startsWith('.staging') || name.endsWith('.part'));

// The plugin of the template, built against the SDK.
async function buildGreeter(home, version = '0.1.0') {
  const source = join(home, `source-${version}`);
  const folder = join(home, `greeter-${version}`);
  await ok(home, 'new', 'greeter', '--dir', source);
  const code = readFileSync(join(source, 'greeter.cpp'), 'utf8').replace('"0.1.0"', `"${version}"`);
  const manifest = readFileSync(join(source, 'chela.plugin.json'), 'utf8').replace('"0.1.0"', `"${version}"`);
  writeFiles(folder, { 'chela.plugin.json': manifest, 'README.md': '# Greeter\n', LICENSE: 'MIT\n' });
  writeFileSync(join(source, 'greeter.cpp'), code);
  const sdk = join(root, 'plugin-sdk');
  execFileSync('g++-12', ['-std=c++17', '-shared', '-fPIC', '-fvisibility=hidden', '-I', join(sdk, 'include'), '-I',
    join(sdk, 'cpp'), `-Wl,--version-script=${join(sdk, 'cmake', 'plugin.version')}`, join(source, 'greeter.cpp'), '-o',
    join(folder, 'greeter.so')], { stdio: 'pipe' });
  return folder;
}

describe('a native plugin', () => {
  it('is signed, packed, agreed to, installed, used, found changed, updated, rolled back and removed', async (t) => {
    const home = makeHome(t);
    const folder = await buildGreeter(home);
    const key = join(home, 'maker');
    await ok(home, 'keygen', '-o', key);
    await refused(home, /already|there/, 'keygen', '-o', key);
    assert.match(await ok(home, 'publish-check', folder), /unsigned/);
    await ok(home, 'sign', folder, '--key', `${key}.key`);
    execFileSync('minisign', ['-V', '-p', `${key}.pub`, '-m', join(folder, 'chela.files')], { stdio: 'pipe' });
    assert.deepEqual((await ok(home, 'publish-check', folder, '--json')).diagnostics, []);
    const archive = join(home, 'greeter.tgz');
    await ok(home, 'pack', folder, '-o', archive);

    const dry = await ok(home, 'install', archive, '--dry-run', '--json');
    assert.deepEqual([dry.id, dry.version, dry.runsWith, dry.compatibility], ['greeter', '0.1.0', 'native', 'ABI 1.1']);
    assert.deepEqual([dry.signature.state, dry.trust, dry.installable], ['unknown_key', 'untrusted', true]);
    assert.deepEqual(dry.capabilities, ['tool/greeter']);
    assert.equal(existsSync(join(home, 'plugins', 'greeter')), false);
    await refused(home, /--yes/, 'install', archive);

    await ok(home, 'trust', 'add', `${key}.pub`, '--name', 'Maker');
    await ok(home, 'install', archive, '--yes');
    const details = await ok(home, 'inspect', 'greeter', '--json');
    assert.deepEqual([details.origin, details.installed.trust], ['home', 'verified']);
    await ok(home, 'verify');
    assert.deepEqual(leftovers(home), []);

    const gateway = await startGateway(t, { home });
    assert.equal((await getJson(gateway, '/doctor')).plugins.reports.find(({ id }) => id === 'greeter').origin, 'home');
    await gateway.stop();

    await ok(home, 'disable', 'greeter');
    assert.equal((await ok(home, 'list', '--json')).plugins.find(({ id }) => id === 'greeter').enabled, false);
    await ok(home, 'enable', 'greeter');
    assert.equal((await ok(home, 'list', '--json')).plugins.find(({ id }) => id === 'greeter').enabled, true);

    const newer = await buildGreeter(home, '0.2.0');
    await refused(home, /--replace/, 'install', newer, '--yes');
    await ok(home, 'install', newer, '--yes', '--replace'); // not signed: no more than untrusted
    assert.equal((await ok(home, 'inspect', 'greeter', '--json')).installed.trust, 'untrusted');
    await ok(home, 'review', 'greeter');
    assert.equal((await ok(home, 'inspect', 'greeter', '--json')).installed.trust, 'reviewed');
    await refused(home, /older/, 'install', archive, '--yes');
    await ok(home, 'rollback', 'greeter');
    assert.equal((await ok(home, 'inspect', 'greeter', '--json')).version, '0.1.0');

    writeFileSync(join(home, 'plugins/greeter/README.md'), 'changed');
    await refused(home, /integrity_mismatch/, 'verify', 'greeter');
    await ok(home, 'remove', 'greeter');
    assert.equal(existsSync(join(home, 'plugins', 'greeter')), false);
    await refused(home, /no plugin/, 'remove', 'greeter');
    await ok(home, 'trust', 'revoke', lockKey(key), '--reason', 'lost');
    await refused(home, /revoked/, 'install', archive, '--yes');
  });

  it('is not loaded when a file of it was changed', async (t) => {
    const home = makeHome(t);
    await ok(home, 'install', await buildGreeter(home), '--yes');
    const changed = join(home, 'plugins/greeter/LICENSE');
    writeFileSync(changed, 'all rights reserved');
    const { Conversation } = await import('./conversation.mjs');
    const { LLMock } = await import('@copilotkit/aimock');
    const { upstreamConfig } = await import('./upstream.mjs');
    const mock = new LLMock({ port: 0 });
    mock.on({ userMessage: 'greet', hasToolResult: false },
      { toolCalls: [{ id: 'call_g', name: 'greet', arguments: JSON.stringify({ name: 'Ada' }) }] });
    mock.on({ userMessage: 'greet', hasToolResult: true }, { content: 'Done.' });
    await mock.start();
    t.after(() => mock.stop());
    const gateway = await startGateway(t, { home, config: upstreamConfig(`${mock.url}/v1`) });
    await (await Conversation.open(gateway)).turn('greet');
    const report = (await getJson(gateway, '/doctor')).plugins.reports.find(({ id }) => id === 'greeter');
    assert.equal(report.state, 'failed');
    assert.equal(report.diagnostics[0].code, 'integrity_mismatch');
  });
});

const lockKey = (key) => /key ([0-9A-F]{16})/.exec(readFileSync(`${key}.pub`, 'utf8'))[1];

describe('an upstream plugin from npm', () => {
  async function setUp(t) {
    const home = makeHome(t);
    const registry = await Registry.start(t);
    const canary = join(home, 'a-script-ran');
    registry.publish(dependency(canary));
    registry.publish(upstreamPlugin('1.0.0', canary));
    return { home, registry, canary, at: ['--registry', registry.url] };
  }

  it('brings upstream\'s own package along when it needs more of the SDK than Chela has, once for all', async (t) => {
    const { home, registry, canary, at } = await setUp(t);
    registry.publish({ 'package.json': { name: 'openclaw', version: '2026.9.6', scripts: { postinstall: `touch ${canary}` } },
      'dist/plugin-sdk/far-away.js': 'export const far = 1;\n', 'dist/worker/large.js': '', 'docs/manual.md': '' });
    registry.publish({ ...upstreamPlugin('2.0.0', canary), 'index.js': 'import { far } from "openclaw/plugin-sdk/far-away";\nexport default { register() {} };\n' });
    const dry = await ok(home, 'install', '@maker/openclaw-search@2.0.0', '--dry-run', '--json', ...at);
    assert.deepEqual([dry.sdk.needs, dry.sdk.package, dry.sdk.version, dry.sdk.installed], ['openclaw/plugin-sdk/far-away', 'openclaw', '2026.9.6', false]);
    assert.ok(dry.sdk.megabytes > 100);
    const shared = join(home, 'plugins-runtime/openclaw-2026.9.6');
    assert.equal(existsSync(shared), false);
    await ok(home, 'install', '@maker/openclaw-search@2.0.0', '--yes', ...at);
    assert.ok(existsSync(join(shared, 'node_modules/openclaw/dist/plugin-sdk/far-away.js')));
    assert.equal(existsSync(join(shared, 'node_modules/openclaw/dist/worker')), false);
    assert.deepEqual([existsSync(canary), existsSync(`${shared}.new`)], [false, false]);
    assert.equal((await ok(home, 'install', '@maker/openclaw-search@2.0.0', '--dry-run', '--json', ...at)).sdk.installed, true);
    assert.equal((await ok(home, 'install', '@maker/openclaw-search@1.0.0', '--dry-run', '--json', ...at)).sdk, undefined);
  });

  it('is installed with its dependencies and without running a script', async (t) => {
    const { home, registry, canary, at } = await setUp(t);
    const dry = await ok(home, 'install', '@maker/openclaw-search', '--dry-run', '--json', ...at);
    assert.deepEqual([dry.id, dry.version, dry.runsWith], ['search', '1.0.0', 'node bridge']);
    assert.deepEqual(dry.scriptsNotRun, ['preinstall', 'postinstall']);
    assert.deepEqual(dry.dependencies, ['left-dep ^1.0.0']);
    assert.deepEqual(dry.capabilities, ['tool/search_web']);
    await ok(home, 'install', 'npm:@maker/openclaw-search@1.0.0', '--yes', ...at);
    const installed = join(home, 'plugins/search');
    assert.ok(existsSync(join(installed, 'node_modules/left-dep/index.js')));
    assert.equal(existsSync(join(installed, 'node_modules/.bin')), false);
    assert.equal(existsSync(canary), false);
    await ok(home, 'verify');
    const { current } = lockOf(home).plugins.search;
    assert.match(current.integrity, /^sha512-/);
    assert.equal(current.resolved, `${registry.url}/@maker/openclaw-search/-/openclaw-search-1.0.0.tgz`);
    // A folder may bring an .npmrc; npm leaves it out of its archives, and here it does not count.
    const local = writeFiles(join(home, 'local'), upstreamPlugin('1.0.1', canary));
    assert.ok(existsSync(join(local, '.npmrc')));
    await ok(home, 'install', local, '--yes', ...at);
    assert.ok(existsSync(join(installed, 'node_modules/left-dep/index.js')));
    assert.equal(existsSync(canary), false);
    writeFileSync(join(installed, 'node_modules/left-dep/index.js'), 'evil()');
    await refused(home, /node_modules/, 'verify');
  });

  it('is updated; new permissions are asked for; pinned ones stay; a version is never given out twice', async (t) => {
    const { home, registry, canary, at } = await setUp(t);
    await ok(home, 'install', '@maker/openclaw-search', '--yes', ...at);
    assert.equal((await ok(home, 'update', '--json', ...at)).plugins[0].state, 'up to date');
    const next = upstreamPlugin('1.1.0', canary);
    next['openclaw.plugin.json'] = { ...next['openclaw.plugin.json'], mcpServers: { shell: { command: 'sh' } } };
    registry.publish(next);
    await refused(home, /--yes/, 'update', ...at);
    assert.equal(lockOf(home).plugins.search.current.version, '1.0.0');
    await ok(home, 'update', 'search', '--yes', ...at);
    assert.equal(lockOf(home).plugins.search.current.version, '1.1.0');
    await ok(home, 'rollback', 'search');
    await ok(home, 'verify');
    await ok(home, 'install', '@maker/openclaw-search@1.1.0', '--yes', '--pin', ...at);
    await refused(home, /pinned/, 'update', 'search', ...at);
    registry.publish({ ...next, 'index.js': 'evil()' });
    await refused(home, /registry gave out/, 'install', '@maker/openclaw-search@1.1.0', '--yes', ...at);
    assert.equal(existsSync(canary), false);
  });

  it('is refused when the bytes, the hash or the place are not right', async (t) => {
    const { home, registry, at } = await setUp(t);
    const [path, bytes] = [...registry.tarballs].find(([name]) => name.includes('search'));
    const flipped = Buffer.from(bytes);
    flipped[flipped.length >> 1] ^= 1;
    registry.tarballs.set(path, flipped);
    await refused(home, /promised/, 'install', '@maker/openclaw-search', '--yes', ...at);
    registry.tarballs.set(path, bytes);
    const { dist } = registry.packages.get('@maker/openclaw-search').versions['1.0.0'];
    const { integrity } = dist;
    for (const wrong of [undefined, '', 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', 'sha512-AAAA']) {
      dist.integrity = wrong;
      await refused(home, /sha512/, 'install', '@maker/openclaw-search', '--yes', ...at);
    }
    dist.integrity = integrity;
    dist.tarball = 'file:///etc/passwd';
    await refused(home, /would come from/, 'install', '@maker/openclaw-search', '--yes', ...at);
    await refused(home, /range|exact/, 'install', '@maker/openclaw-search@^1.0.0', '--yes', ...at);
    await refused(home, /tags are/, 'install', '@maker/openclaw-search@9.9.9', '--yes', ...at);
    await refused(home, /no such package/, 'install', 'unheard-of', '--yes', ...at);
    assert.deepEqual(leftovers(home), []);
    assert.equal(existsSync(join(home, 'plugins/search')), false);
  });

  it('is refused when a dependency comes from elsewhere', async (t) => {
    const { home, registry, canary, at } = await setUp(t);
    for (const [i, range] of ['git+https://example.com/x.git', 'https://example.com/x.tgz', 'file:../x', 'owner/repo'].entries()) {
      registry.publish(upstreamPlugin(`2.0.${i}`, canary, { dependencies: { x: range } }));
      await refused(home, /not from a registry/, 'install', '@maker/openclaw-search', '--yes', ...at);
    }
    assert.deepEqual(leftovers(home), []);
  });

  it('is found by search, and comes from ClawHub by the same protocol', async (t) => {
    const { home, registry, at } = await setUp(t);
    const { packages } = await ok(home, 'search', 'search', '--json', ...at);
    assert.deepEqual(packages, [{ name: '@maker/openclaw-search', version: '1.0.0', description: 'Searches' }]);
    assert.deepEqual((await ok(home, 'search', '--keyword', 'unheard-of', '--json', ...at)).packages, []);
    const dry = await ok(home, 'install', 'clawhub:@maker/openclaw-search', '--dry-run', '--json', '--clawhub', registry.url);
    assert.equal(dry.source, 'clawhub:@maker/openclaw-search@latest');
    assert.ok(registry.requests.some((url) => url.startsWith('/api/npm/')));
  });
});

describe('a plugin from git', () => {
  const git = (folder, ...args) => execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], { cwd: folder, stdio: 'pipe' });

  it('is taken at one commit, with no hook, no submodule and no link', async (t) => {
    const home = makeHome(t);
    const canary = join(home, 'a-hook-ran');
    const files = upstreamPlugin('1.0.0', canary, { dependencies: {} });
    const repository = writeFiles(join(home, 'repository'), files);
    git(repository, 'init', '-q', '-b', 'main');
    writeFiles(repository, { '.git/hooks/post-checkout': `#!/bin/sh\ntouch ${canary}\n` });
    git(repository, 'add', '.');
    git(repository, 'commit', '-q', '-m', 'one');
    git(repository, 'tag', 'v1');
    const commit = git(repository, 'rev-parse', 'HEAD').toString().trim();
    await ok(home, 'install', `git:file://${repository}@v1`, '--yes');
    assert.equal(lockOf(home).plugins.search.current.resolved, `file://${repository}#${commit}`);
    await ok(home, 'verify');
    symlinkSync('/etc/passwd', join(repository, 'link'));
    git(repository, 'add', '.');
    git(repository, 'commit', '-q', '-m', 'two');
    await refused(home, /link/, 'install', `git:file://${repository}@main`, '--yes');
    await refused(home, /git fetch/, 'install', `git:file://${repository}@nowhere`, '--yes');
    assert.equal(existsSync(canary), false);
    assert.deepEqual(leftovers(home), []);
  });
});

// The program itself is killed at random moments of an update; whatever is found afterwards is whole.
describe('kill -9', () => {
  it('leaves the old version or the new one', async (t) => {
    const home = makeHome(t);
    const folders = ['1.0.0', '1.0.1'].map((version) => {
      const files = upstreamPlugin(version, '/nonexistent', { dependencies: {} });
      for (let i = 0; i < 60; ++i) files[`data/${i}.json`] = { i, version };
      return writeFiles(join(home, `folder-${version}`), files);
    });
    const began = performance.now();
    await ok(home, 'install', folders[0], '--yes');
    const span = performance.now() - began;
    const rounds = Number(process.env.CHELA_LONG ?? 0) ? 400 : 25;
    const seen = new Set();
    for (let round = 0; round < rounds; ++round) {
      const child = spawn(binary, ['plugins', 'install', folders[(round + 1) % 2], '--yes', '--allow-older'], { env: cleanEnvironment(home), cwd: home, stdio: 'ignore' });
      const timer = setTimeout(() => child.kill('SIGKILL'), (span * (round + 1)) / rounds);
      await new Promise((resolve) => child.on('close', resolve));
      clearTimeout(timer);
      await ok(home, 'verify');
      const version = JSON.parse(readFileSync(join(home, 'plugins/search/package.json'))).version;
      seen.add(version);
      await plugins(home, 'remove', 'nobody'); // whoever comes next tidies up
      assert.equal(lockOf(home).plugins.search.current.version, version);
      assert.deepEqual(leftovers(home), []);
    }
    assert.ok(seen.size > 0);
    rmSync(join(home, 'plugins'), { recursive: true });
  });
});
