// node test/published/smoke.mjs: runs manifests/smoke against what the registry has. Exit code 1 when an outcome differs from what is
// expected, 3 when a package cannot be had (and nothing differs), so that a registry without them is never taken for a pass.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kernel } from '../kernel.mjs';
import { realPackage } from './stand_in.mjs';

export const NPM = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--legacy-peer-deps', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'];

export const readManifest = () => JSON.parse(readFileSync(new URL('../../../manifests/smoke/public-smoke.json', import.meta.url), 'utf8'));

/** The names of the skills that a plugin brings: of each SKILL.md in its skill folders. */
function skillsOf(folder, manifest) {
  const places = (manifest.skills ?? ['skills']).map((place) => join(folder, place)).filter(existsSync);
  const files = places.flatMap((place) => readdirSync(place, { recursive: true }).filter((name) => name.endsWith('SKILL.md')).map((name) => join(place, name)));
  return files.map((file) => /^name:\s*["']?([\w-]+)/m.exec(readFileSync(file, 'utf8'))?.[1]);
}

/** What differs from the entry's expectations when the plugin in `folder` is started, and then driven; empty: it is as expected. */
export async function differences(entry, folder, { drive = async () => [], env } = {}) {
  const path = join(folder, 'openclaw.plugin.json');
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  if (manifest.id !== entry.pluginId) return [`its id is ${manifest.id}`];
  const kernel = await Kernel.start(realPackage(env));
  try {
    const config = JSON.parse(entry.configJson);
    const gatewayConfig = { plugins: { entries: { [entry.pluginId]: { enabled: true, config } } } }; // a plugin may look for its part of the whole
    const found = await kernel.startPlugin(folder, { plugin: entry.pluginId, manifest, entry: entry.entry, config, gatewayConfig })
      .then((answer) => ({ status: 'compatible', codes: [], ...answer }), (error) => ({ status: 'incompatible', codes: (error.data?.diagnostics ?? []).map(({ code }) => code), registrations: [] }));
    const tools = found.registrations.filter(({ kind }) => kind === 'tool').flatMap(({ id, descriptor }) => descriptor?.names ?? [id]);
    const skills = skillsOf(folder, manifest);
    const kinds = found.registrations.map(({ kind }) => kind);
    const lacking = (what, wanted = [], had) => wanted.filter((name) => !had.includes(name)).map((name) => `no ${what} ${name}`);
    const driven = found.status === 'compatible' ? await drive(kernel, found.registrations) : [];
    return [...driven, ...(found.status === entry.expectedStatus ? [] : [`it is ${found.status}: ${found.codes.join(', ')}`]), ...lacking('tool', entry.expectedToolNames, tools),
      ...lacking('skill', entry.expectedSkillNames, skills), ...lacking('registration', entry.expectedRegistrationKinds, kinds), ...lacking('diagnostic', entry.expectedDiagnosticCodes, found.codes)];
  } finally {
    await kernel.end();
  }
}

function fetchPackage(entry, into) {
  try {
    execFileSync('npm', [...NPM, '--prefix', into, entry.spec, ...(entry.installExtraPackages ?? [])], { stdio: 'pipe' });
    return join(into, 'node_modules', entry.packageName);
  } catch (error) {
    if (/\bE404\b/.test(String(error.stderr))) return undefined;
    throw error;
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const entry of readManifest().entries.filter(({ kind }) => kind === 'npm-plugin')) {
    const into = mkdtempSync(join(tmpdir(), 'chela-smoke-'));
    try {
      const folder = fetchPackage(entry, into);
      const found = folder === undefined ? [`the registry has no ${entry.spec}`] : await differences(entry, folder);
      console.log(`${entry.id}: ${found.length === 0 ? 'as expected' : found.join('; ')}`);
      if (found.length > 0) process.exitCode = folder === undefined ? (process.exitCode ?? 3) : 1;
    } finally {
      rmSync(into, { recursive: true, force: true });
    }
  }
}
