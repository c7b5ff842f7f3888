// Exports what the tree holds already as seeds, into FOLDER/TARGET/: the cases of the hostile suites, JSONTestSuite
// where the hostile suites' packages are installed, and the tree's own manifests and schemas.
//   node tests/fuzz/seeds.mjs FOLDER

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const hostile = new URL('../hostile/', import.meta.url);
const bytesMax = 4096;
const folder = process.argv[2];
if (!folder) throw new Error('usage: seeds.mjs FOLDER');
rmSync(folder, { recursive: true, force: true });

function add(target, seeds) {
  const into = join(folder, target);
  mkdirSync(into, { recursive: true });
  for (const seed of seeds) {
    const bytes = Buffer.from(seed, 'latin1');
    const name = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    if (bytes.length <= bytesMax) writeFileSync(join(into, name), bytes);
  }
}

async function casesOf(suite) {
  const tables = new URL(`${suite}/cases/`, hostile);
  const modules = readdirSync(tables).map((file) => import(new URL(file, tables)));
  return (await Promise.all(modules)).flatMap((module) => Object.values(module).flatMap((table) => table.cases ?? table));
}

// The files below `folders` whose names end so.
const files = (folders, end) =>
  folders
    .flatMap((name) => readdirSync(join(root, name), { recursive: true }).map((file) => join(root, name, file)))
    .filter((file) => file.endsWith(end) && !file.includes('node_modules'))
    .map((file) => readFileSync(file));

const requests = (await casesOf('http')).flatMap(({ send }) => [send].flat(9).filter((part) => typeof part === 'string').join(''));
add('http_request', requests);
add('url', requests.map((text) => text.split(' ')[1] ?? ''));

const { bytesOf } = await import(new URL('websocket/frames.mjs', hostile));
const framed = (await casesOf('websocket')).filter(({ steps }) => Array.isArray(steps));
add('websocket_frame', framed.map(({ steps }) => bytesOf(steps)));

add('manifest', files(['plugins', 'plugin-sdk'], 'chela.plugin.json'));
add('config_schema', files(['kernel'], '.schema.json'));

const skills = readFileSync(join(root, 'tests/kernel/runtime/skills/edge_cases.jsonl'), 'utf8').split('\n').filter(Boolean);
add('skill', skills.map((line) => JSON.parse(line).input).filter((input) => typeof input === 'string').map((input) => Buffer.from(input)));

try {
  const { corpus } = await import(new URL('json/corpus.mjs', hostile));
  const documents = corpus.map(({ bytes }) => bytes);
  for (const target of ['json5', 'tool_arguments', 'client_bodies', 'manifest', 'config']) add(target, documents);
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.log('seeds: JSONTestSuite comes with `npm ci` in tests/hostile; going on without it');
}
