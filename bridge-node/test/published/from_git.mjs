// node test/published/from_git.mjs [FOLDER]: runs manifests/smoke/from-git.json, plugins that are published as git repositories. Each is taken at its
// commit from FOLDER/OWNER+NAME/repo, else from GitHub; its packages are installed without scripts. Tools and context engines are driven, too.
// Exit code 1 when an outcome differs, 3 when a repository or package cannot be had. By hand: it needs repositories that go away.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NPM, differences } from './smoke.mjs';

/** As in the cage: nothing of a plugin gets out but by the gateway, and here there is none. */
const OFFLINE = { CHELA_HOST_NETWORK: 'gateway' };
const SESSION = { sessionId: 's1', sessionKey: 'agent:main:main' };
const said = (role, text) => ({ role, content: [{ type: 'text', text }], timestamp: Date.now() });

function checkOut({ repo, commit }, from, into) {
  const local = join(from ?? '', repo.replace('/', '+'), 'repo');
  const git = (...args) => execFileSync('git', args, { stdio: 'pipe' });
  if (from !== undefined && existsSync(local)) {
    git('-C', local, 'archive', '-o', `${into}.tar`, commit);
    execFileSync('tar', ['-xf', `${into}.tar`, '-C', into]);
    return;
  }
  git('init', '-q', into);
  git('-C', into, 'fetch', '-q', '--depth=1', `https://github.com/${repo}`, commit);
  git('-C', into, 'checkout', '-q', 'FETCH_HEAD');
}

/** Development, and upstream's own package, are no part of what is installed; a lock file would name both. */
function installPackages(folder) {
  const path = join(folder, 'package.json');
  const { devDependencies: _development, peerDependencies: _peers, ...described } = JSON.parse(readFileSync(path, 'utf8'));
  delete described.dependencies?.openclaw;
  if (Object.keys(described.dependencies ?? {}).length === 0) return;
  writeFileSync(path, JSON.stringify(described));
  rmSync(join(folder, 'package-lock.json'), { force: true });
  execFileSync('npm', [...NPM, '--omit=dev', '--prefix', folder], { stdio: 'pipe' });
}

/** What an engine is for: it takes what was said, and gives it back for the next prompt. */
async function driveEngine(kernel, plugin, { key }) {
  const ask = async (path, given) => (await kernel.request('capability.invoke', { plugin, kind: 'context_engine', key, path, arguments: [{ ...SESSION, ...given }] })).value;
  for (const message of [said('user', 'Ann likes green tea'), said('assistant', 'Noted.')]) {
    if ((await ask('ingest', { message })).ingested !== true) return ['its engine does not take a message'];
  }
  const { messages } = await ask('assemble', { messages: [said('user', 'What does Ann like?')], tokenBudget: 10_000, prompt: 'What does Ann like?' });
  return Array.isArray(messages) && messages.length > 0 ? [] : ['its engine assembles nothing'];
}

async function drive(entry, kernel, registrations) {
  const engine = registrations.find(({ kind }) => kind === 'context_engine');
  const found = engine === undefined ? [] : await driveEngine(kernel, entry.pluginId, engine);
  for (const { tool, given, pattern } of entry.calls ?? []) {
    const { content } = await kernel.request('tool.call', { plugin: entry.pluginId, key: `tool:${tool}`, toolCallId: 'c', arguments: given, context: { agentId: 'main', ...SESSION } });
    if (!new RegExp(pattern).test(content[0].text)) found.push(`${tool} says ${content[0].text.slice(0, 200)}`);
  }
  return found;
}

async function outcome(entry, from) {
  const into = mkdtempSync(join(tmpdir(), 'chela-git-'));
  const folder = join(into, 'plugin');
  mkdirSync(folder);
  try {
    try {
      checkOut(entry, from, folder);
      installPackages(join(folder, entry.folder ?? ''));
    } catch (error) {
      return { missing: String(error.stderr ?? error.message).trim().split('\n').at(-1) };
    }
    return { found: await differences(entry, join(folder, entry.folder ?? ''), { env: OFFLINE, drive: (kernel, registrations) => drive(entry, kernel, registrations) }) };
  } catch (error) {
    return { found: [error.message] };
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

const { entries } = JSON.parse(readFileSync(new URL('../../../manifests/smoke/from-git.json', import.meta.url), 'utf8'));
for (const entry of entries) {
  const { found, missing } = await outcome(entry, process.argv[2]);
  if (missing !== undefined) process.exitCode ??= 3;
  if (found?.length > 0) process.exitCode = 1;
  console.log(`${entry.id}: ${missing !== undefined ? `cannot be had: ${missing}` : found.length === 0 ? 'as expected' : found.join('; ')}`);
}
