// node test/published/from_git.mjs [FOLDER]: runs manifests/smoke/from-git.json, plugins that are published as git repositories. Each is taken at its
// commit from FOLDER/OWNER+NAME/repo, else from GitHub; its packages are installed without scripts. Tools, hooks and context engines are driven, too;
// what they ask of their services is answered from the entry.
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

/** Stands for the services of the plugin: the answer whose name is part of the address, or of what is sent there. Keeps what was asked. */
function serve(kernel, answers) {
  const asked = [];
  kernel.methods['http.send'] = ({ method, url, body = '' }, call) => {
    const request = `${method} ${url} ${Buffer.from(body, 'base64')}`;
    asked.push(request);
    const [, answer] = Object.entries(answers).find(([part]) => request.includes(part)) ?? [];
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer ?? { error: 'not here' });
    const events = [{ type: 'head', status: answer === undefined ? 404 : 200, headers: [{ name: 'content-type', value: typeof answer === 'string' ? 'text/plain' : 'application/json' }] },
      { type: 'body', data: Buffer.from(text).toString('base64') }];
    kernel.send({ method: 'call.event', params: { call, events } });
    return {};
  };
  return asked;
}

async function driveHook(kernel, plugin, { hook, event, pattern, ...given }) {
  const answer = await kernel.request('hook.run', { plugins: [plugin], name: hook, event, context: { agentId: 'main', ...SESSION, ...given.context } });
  const said = JSON.stringify(answer);
  return new RegExp(pattern).test(said) ? [] : [`${hook} says ${said.slice(0, 300)}`];
}

export async function drive(entry, kernel, registrations) {
  const asked = serve(kernel, entry.answers ?? {});
  if (entry.model !== undefined) kernel.methods['llm.complete'] = () => ({ text: entry.model, provider: 'test', model: 'one' });
  const engine = registrations.find(({ kind }) => kind === 'context_engine');
  const found = engine === undefined ? [] : await driveEngine(kernel, entry.pluginId, engine);
  for (const given of entry.hooks ?? []) found.push(...await driveHook(kernel, entry.pluginId, given));
  for (const { tool, given, pattern } of entry.calls ?? []) {
    const registered = registrations.find(({ kind, id, descriptor }) => kind === 'tool' && (id === tool || descriptor?.names?.includes(tool)));
    const { tools } = registered?.descriptor?.factory !== true ? { tools: [] }
      : await kernel.request('tool.resolve', { plugin: entry.pluginId, keys: [registered.key], context: { agentId: 'main', ...SESSION } });
    const key = tools.find(({ name }) => name === tool)?.key ?? `tool:${tool}`;
    const { content } = await kernel.request('tool.call', { plugin: entry.pluginId, key, toolCallId: 'c', arguments: given, context: { agentId: 'main', ...SESSION } });
    if (!new RegExp(pattern).test(content[0].text)) found.push(`${tool} says ${content[0].text.slice(0, 200)}`);
  }
  for (const part of entry.asks ?? []) if (!asked.some((request) => request.includes(part))) found.push(`nothing asked for ${part}: ${asked.join(' | ').slice(0, 300)}`);
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

export const readEntries = () => JSON.parse(readFileSync(new URL('../../../manifests/smoke/from-git.json', import.meta.url), 'utf8')).entries;

for (const entry of process.argv[1] === import.meta.filename ? readEntries() : []) {
  const { found, missing } = await outcome(entry, process.argv[2]);
  if (missing !== undefined) process.exitCode ??= 3;
  if (found?.length > 0) process.exitCode = 1;
  console.log(`${entry.id}: ${missing !== undefined ? `cannot be had: ${missing}` : found.length === 0 ? 'as expected' : found.join('; ')}`);
}
