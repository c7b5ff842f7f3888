// node test/published/sweep.mjs FOLDER|PACKAGE@VERSION…: starts each plugin in a host process of its own and puts the failures into classes.
// Packages of npm are installed, without their scripts, into a folder of their own that goes away. No part of the tests: what it says depends on the day.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { scan } from '../../dist/scan/verdict.js';
import { Kernel } from '../kernel.mjs';
import { realPackage } from './stand_in.mjs';

const NPM = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--legacy-peer-deps', '--omit=dev', '--omit=peer', '--no-audit', '--no-fund', '--loglevel=error'];
const CLASSES = [
  ['native module not built', /\.node'|bindings|prebuil/], ['module missing', /Cannot find (module|package)/], ['entry missing', /has no entry|does not exist/],
  ['SDK part missing', /plugin-sdk|does not provide an export/], ['configuration', /config|required|invalid|apiKey|token/i], ['timeout', /\b\d+ s\b|time/],
];

function fetchPackage(spec) {
  const into = mkdtempSync(join(tmpdir(), 'chela-sweep-'));
  execFileSync('npm', [...NPM, '--prefix', into, spec], { stdio: 'pipe' });
  return { into, folder: join(into, 'node_modules', spec.replace(/(?<=.)@[^@/]*$/, '')) };
}

async function start(folder) {
  const path = join(folder, 'openclaw.plugin.json');
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const kernel = await Kernel.start(realPackage());
  const late = AbortSignal.timeout(60_000);
  try {
    return await Promise.race([kernel.startPlugin(folder, { plugin: manifest.id ?? 'swept', manifest }),
      new Promise((_resolve, reject) => late.addEventListener('abort', () => reject(new Error('no answer in 60 s'))))]);
  } finally {
    await kernel.end();
  }
}

const failures = new Map();
let started = 0;
const wanted = process.argv.slice(2);
for (const spec of wanted) {
  let place;
  try {
    place = existsSync(spec) ? { folder: resolve(spec) } : fetchPackage(spec);
    const { registrations } = await start(place.folder);
    started += 1;
    console.log(`${spec}: class ${(await scan(place.folder)).class}, ${registrations.length} registrations`);
  } catch (error) {
    const text = String(error.stderr ?? error.message);
    const [name] = CLASSES.find(([, pattern]) => pattern.test(text)) ?? ['other'];
    failures.set(name, [...(failures.get(name) ?? []), spec]);
    console.log(`${spec}: ${name}: ${text.replaceAll('\n', ' ').slice(0, 300)}`);
  } finally {
    if (place?.into !== undefined) rmSync(place.into, { recursive: true, force: true });
  }
}
for (const [name, specs] of failures) console.log(`${name}: ${specs.length}`);
console.log(`${started} of ${wanted.length} start (${wanted.length === 0 ? 0 : Math.round((100 * started) / wanted.length)} %)`);
