// Upstream's own gateway (npm's openclaw) and our program on the same workspace, against a stand-in of ClawHub: what one
// installs the other knows as its own and updates, with equal hashes and records. It needs a newer Node than ours.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ClawHub, skillText } from '../../../tests/e2e/clawhub.mjs';
import { newerNode } from './newer_node.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const chela = join(root, 'build', process.env.CHELA_PRESET ?? 'dev', 'bin', 'chela');
const openclaw = fileURLToPath(new URL('node_modules/openclaw', import.meta.url));
const node = newerNode();

const weather = (version, more = {}) => ({ slug: 'weather', version, files: { 'SKILL.md': skillText('weather', `Version ${version}.`), 'A/z.txt': 'z', 'a.md': 'a', 'B.md': 'B', ...more } });

async function setUp(t) {
  const home = mkdtempSync(join(tmpdir(), 'chela-openclaw-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const workspace = join(home, 'workspace');
  mkdirSync(join(home, '.openclaw'), { recursive: true });
  mkdirSync(workspace);
  writeFileSync(join(home, '.openclaw', 'openclaw.json'), JSON.stringify({ agents: { defaults: { workspace } } }));
  const hub = await ClawHub.start(t);
  const env = { PATH: process.env.PATH, HOME: home, CHELA_HOME: home, OPENCLAW_STATE_DIR: join(home, '.openclaw'), OPENCLAW_CLAWHUB_URL: hub.url,
    CLAWHUB_GITHUB_CODELOAD_BASE_URL: hub.url, CLAWHUB_DISABLE_TELEMETRY: '1', NO_COLOR: '1', CI: '1' };
  const call = async (program, args) => {
    const { stdout, stderr } = await promisify(execFile)(program, args, { env, cwd: workspace });
    return { stdout, output: stdout + stderr };
  };
  return {
    home, hub, workspace,
    theirs: async (...args) => (await call(node, [join(openclaw, 'openclaw.mjs'), 'skills', ...args])).output,
    ours: async (...args) => JSON.parse((await call(chela, ['skills', ...args, '--json'])).stdout),
    read: (...path) => readFileSync(join(workspace, ...path), 'utf8'),
    lock: () => JSON.parse(readFileSync(join(workspace, '.clawhub', 'lock.json'), 'utf8')),
    origin: (slug) => JSON.parse(readFileSync(join(workspace, 'skills', slug, '.clawhub', 'origin.json'), 'utf8')),
    call, env,
  };
}

/** Whether upstream takes the records of a skill for its own: its status function, in its Node. */
async function linkOf(world, slug) {
  const script = `
    import { readdirSync, readFileSync } from 'node:fs';
    const dist = ${JSON.stringify(join(openclaw, 'dist'))};
    let status;
    for (const name of readdirSync(dist).filter((one) => /^clawhub-status-.*mjs$/.test(one))) {
      const exported = /resolveClawHubSkillStatusLinkSync as (\\w+)/.exec(readFileSync(dist + '/' + name, 'utf8'));
      if (exported) status = (await import(${JSON.stringify(pathToFileURL(join(openclaw, 'dist')).href)} + '/' + name))[exported[1]];
    }
    const workspaceDir = ${JSON.stringify(world.workspace)};
    console.log(JSON.stringify(status({ workspaceDir, skillDir: workspaceDir + '/skills/${slug}', skillKey: '${slug}' })));`;
  const { stdout } = await world.call(node, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

describe('upstream\'s gateway on the same workspace', () => {
  it('knows what we installed as its own, and updates it', { timeout: 300_000 }, async (t) => {
    const world = await setUp(t);
    world.hub.publish(weather('1.0.0'));
    await world.ours('install', '@ada/weather');
    const link = await linkOf(world, 'weather');
    assert.deepEqual([link.status, link.valid, link.installedVersion], ['linked', true, '1.0.0'], JSON.stringify(link));
    world.hub.publish(weather('1.1.0', { 'new.md': 'new' }));
    assert.match(await world.theirs('update', '@ada/weather'), /1\.0\.0 -> 1\.1\.0/); // it compares our hash of the tree first
    assert.equal(world.read('skills', 'weather', 'new.md'), 'new');
    assert.equal((await world.ours('update')).skills[0].state, 'up to date');
    writeFileSync(join(world.workspace, 'skills', 'weather', 'mine.md'), 'mine');
    world.hub.publish(weather('1.2.0'));
    await assert.rejects(world.theirs('update', '@ada/weather'), /local file changes|--force/);
    await assert.rejects(world.ours('update', 'weather'), /changed since they were installed/);
  });

  it('leaves what we update, and writes the same of the same archive', { timeout: 300_000 }, async (t) => {
    const world = await setUp(t);
    world.hub.publish(weather('1.0.0'));
    await world.theirs('install', '@ada/weather');
    const [theirLock, theirOrigin] = [world.lock(), world.origin('weather')];
    world.hub.break.index = () => ({ status: 404, text: '' }); // both take the archive that has no index
    await world.ours('install', '@ada/weather', '--force');
    const [ourLock, ourOrigin] = [world.lock(), world.origin('weather')];
    const same = (value) => ({ ...value, installedAt: 0, fingerprint: undefined });
    assert.deepEqual(same(ourOrigin), same(theirOrigin));
    assert.deepEqual(same(ourLock.skills.weather), same(theirLock.skills.weather));
    await world.theirs('install', '@ada/weather', '--force');
    world.hub.publish(weather('1.1.0'));
    assert.equal((await world.ours('update')).skills[0].state, 'installed');
    assert.equal((await linkOf(world, 'weather')).valid, true);
  });

  it('writes the same of a skill that ClawHub has not looked at', { timeout: 300_000 }, async (t) => {
    const world = await setUp(t);
    world.hub.publishGitHub({ owner: 'o', slug: 'far', repo: 'o/r', files: { 'SKILL.md': skillText('far'), 'a.md': 'a' }, external: true });
    await world.theirs('install', 'skills-sh:o/r/far');
    const theirs = world.lock().skills.far;
    await world.ours('install', 'skills-sh:o/r/far', '--force');
    const ours = world.lock().skills.far;
    for (const field of Object.keys(theirs).filter((name) => name !== 'installedAt')) assert.deepEqual(ours[field], theirs[field], field);
    assert.equal((await linkOf(world, 'far')).valid, true);
  });
});
