// What the tests of installed skills share: a home, a stand-in of the registry, and the program with both.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClawHub, skillText } from './clawhub.mjs';
import { makeHome, run } from './gateway.mjs';

export const read = (...path) => readFileSync(join(...path), 'utf8');
export const json = (...path) => JSON.parse(read(...path));
export const lockOf = (home) => json(home, 'workspace', '.clawhub', 'lock.json');
export const skillPath = (home, ...more) => join(home, 'workspace', 'skills', ...more);
export const leftovers = (home) => readdirSync(skillPath(home)).filter((name) => name.startsWith('.'));

export async function setUp(t) {
  const home = makeHome(t);
  const hub = await ClawHub.start(t);
  const skills = (...args) => run(home, ['skills', ...args], { env: { OPENCLAW_CLAWHUB_URL: hub.url, CLAWHUB_GITHUB_CODELOAD_BASE_URL: hub.url } });
  const ok = async (...args) => {
    const result = await skills(...args);
    assert.equal(result.code, 0, `skills ${args.join(' ')}: ${result.output}`);
    return args.includes('--json') ? JSON.parse(result.stdout) : result.stdout;
  };
  const refused = async (pattern, ...args) => {
    const result = await skills(...args);
    assert.equal(result.code, 1, `skills ${args.join(' ')}: ${result.output}`);
    assert.match(result.stderr, pattern);
    return result;
  };
  return { home, hub, skills, ok, refused };
}

export const weather = (version, more = {}) => ({ slug: 'weather', version, files: { 'SKILL.md': skillText('weather', `Version ${version}.`), 'scripts/run.py': 'print(1)\n', ...more } });
