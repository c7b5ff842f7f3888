// npm's clawhub and our program on the same folder, against a stand-in of the registry: what one installs the other lists
// and updates, with equal hashes and records.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skillText } from './clawhub.mjs';
import { cleanEnvironment } from './gateway.mjs';
import { json, lockOf, read, setUp, skillPath, weather } from './skills_hub.mjs';

const clawhub = fileURLToPath(new URL('node_modules/clawhub/bin/clawdhub.js', import.meta.url));

describe("npm's clawhub on the same folder", () => {
  const cli = async (home, hub, ...args) => {
    const env = { ...cleanEnvironment(home), CLAWHUB_REGISTRY: hub.url, CLAWHUB_SITE: hub.url, CLAWHUB_DISABLE_TELEMETRY: '1', CI: '1', NO_COLOR: '1', CLAWHUB_CONFIG_PATH: join(home, 'clawhub.json') };
    const all = [clawhub, '--no-input', '--workdir', join(home, 'workspace'), '--registry', hub.url, ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, all, { env, cwd: home });
    return stdout + stderr;
  };

  it('lists and updates what we installed', async (t) => {
    const { home, hub, ok } = await setUp(t);
    hub.publish(weather('1.0.0'));
    await ok('install', '@ada/weather');
    assert.match(await cli(home, hub, 'list'), /weather\s+1\.0\.0/);
    assert.match(await cli(home, hub, 'update', '--all'), /up to date|already at/);
    hub.publish(weather('1.1.0'));
    await cli(home, hub, 'update', '--all');
    assert.match(read(skillPath(home, 'weather', 'SKILL.md')), /Version 1\.1\.0/);
    assert.equal((await ok('update', '--json')).skills[0].state, 'up to date');
    hub.publish(weather('1.2.0'));
    assert.equal((await ok('update', '--json')).skills[0].state, 'installed');
    writeFileSync(skillPath(home, 'weather', 'mine.md'), 'mine');
    hub.publish(weather('1.3.0'));
    assert.match(await cli(home, hub, 'update', '--all'), /local changes/);
  });

  it('leaves what we read and update, under its own keys and in its own folders', async (t) => {
    const { home, hub, ok, refused } = await setUp(t);
    hub.publish(weather('1.0.0'));
    hub.publish({ ...weather('5.0.0'), owner: 'bob', slug: 'notes' });
    await cli(home, hub, 'install', '@ada/weather');
    await cli(home, hub, 'install', 'notes');
    const before = lockOf(home);
    assert.deepEqual(Object.keys(before.skills).sort(), ['@ada/weather', 'notes']);
    hub.publish(weather('1.1.0'));
    const { skills } = await ok('update', '--json');
    assert.deepEqual(skills.map(({ key, state }) => [key, state]).sort(), [['@ada/weather', 'installed'], ['notes', 'up to date']]);
    assert.match(read(skillPath(home, '@ada', 'weather', 'SKILL.md')), /Version 1\.1\.0/);
    assert.deepEqual(lockOf(home).skills.notes, before.skills.notes);
    assert.match(await cli(home, hub, 'update', '--all'), /up to date|already at/);
    writeFileSync(skillPath(home, 'notes', 'mine.md'), 'mine');
    hub.publish({ ...weather('5.1.0'), owner: 'bob', slug: 'notes' });
    await refused(/changed since/, 'update', 'notes');
    await ok('remove', '@ada/weather');
    assert.equal(existsSync(skillPath(home, '@ada')), false);
    assert.doesNotMatch(await cli(home, hub, 'list'), /weather/);
  });

  it('makes the same fingerprint of the same files', async (t) => {
    const { home, hub, ok } = await setUp(t);
    const files = { 'SKILL.md': skillText('odd'), 'B.md': 'B', 'a.md': 'a', '_x.md': 'x', 'skill-10.md': '10', 'skill-2.md': '2', 'A/z.txt': 'z', 'a b/c.txt': 'c', 'x.log': 'log', '.gitignore': '*.log\n', '.hidden/h': 'h' };
    hub.publish({ slug: 'odd', version: '1.0.0', files });
    hub.break.index = () => ({ status: 404, text: '' }); // both take the same archive then
    await ok('install', 'odd');
    const ours = json(skillPath(home, 'odd', '.clawhub', 'origin.json'));
    await cli(home, hub, 'install', 'odd', '--force');
    const theirs = json(skillPath(home, 'odd', '.clawhub', 'origin.json'));
    assert.equal(ours.fingerprint, theirs.fingerprint);
    for (const field of ['version', 'registry', 'slug', 'ownerHandle', 'installedVersion']) assert.deepEqual(ours[field], theirs[field], field);
  });
});
