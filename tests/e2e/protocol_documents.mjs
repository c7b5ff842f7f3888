// Documents for each message of the plugin protocol, sound and damaged, made from the schemas with a fixed seed, and what
// becomes of them: the verdict is that of ajv, which knows nothing of Chela.
//
//     node protocol_documents.mjs --write     after a change of the schemas

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'manifests', 'schema', 'protocol');
export const kept = join(root, 'tests', 'kernel', 'core', 'protocol', 'documents.jsonl');

export const interfaces = readdirSync(folder).sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

// The validators of bridge-node, without their types.
const source = readFileSync(join(root, 'bridge-node', 'src', 'protocol.ts'), 'utf8');
const warn = process.emitWarning;
process.emitWarning = () => {}; // that stripping types may still change
export const { defect } = await import(`data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(source))}`);
process.emitWarning = warn;

const seed = 20260307;
let state = seed;
const below = (bound) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};
const pick = (list) => list[below(list.length)];

// What ajv is given: our words for values that are handed on, and for integers of 53 bits, in its own.
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null) return node;
  const out = Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'raw').map(([key, value]) => [key, plain(value)]));
  if (out.type === 'integer') return { maximum: Number.MAX_SAFE_INTEGER, minimum: Number.MIN_SAFE_INTEGER, ...out };
  return out;
}

const resolve = (node, types) => (node.$ref ? types[node.$ref.slice('#/types/'.length)] : node);
const anything = () => pick([null, true, -1.5, 'text', [], [1, { a: [] }], {}, { deep: { er: ['é'] } }]);

function sound(given, types) {
  const node = resolve(given, types);
  if (node.raw) return node.type === 'object' ? pick([{}, { a: 1, b: [{ c: null }] }]) : anything();
  switch (node.type) {
    case 'object': {
      const out = {};
      for (const [key, member] of Object.entries(node.properties)) {
        if (node.required.includes(key) || below(2)) out[key] = sound(member, types);
      }
      return out;
    }
    case 'array': return Array.from({ length: below(4) }, () => sound(node.items, types));
    case 'string': return node.enum ? pick(node.enum) : pick(['', 'plain', 'grüße "🙂" \\ \n\u0001', 'x'.repeat(Math.min(node.maxLength ?? 70, 70))]);
    case 'integer': return pick([node.minimum, node.minimum + 1, Math.min(node.maximum ?? 2 ** 53 - 1, 70000)]);
    case 'number': return pick([0, -1.5, 1e30]);
    default: return pick([true, false]);
  }
}

// Every place in `value` that a schema says something about: [schema, holder, key].
function places(given, holder, key, types, out = []) {
  const node = resolve(given, types);
  const value = holder[key];
  out.push([node, holder, key]);
  if (node.raw) return out;
  if (node.type === 'object') for (const name of Object.keys(value)) places(node.properties[name], value, name, types, out);
  if (node.type === 'array') value.forEach((_, index) => places(node.items, value, index, types, out));
  return out;
}

function damage(node, holder, key) {
  const value = holder[key];
  const wrong = [null, true, 7, 1.5, 'text', [], {}, -1, 2 ** 53, '5'];
  const choices = [() => (holder[key] = pick(wrong))];
  if (!Array.isArray(holder)) choices.push(() => delete holder[key]);
  if (node.maxLength) choices.push(() => (holder[key] = 'é'.repeat(node.maxLength + below(2))), () => (holder[key] = '🙂'.repeat(node.maxLength + below(2))));
  if (node.enum) choices.push(() => (holder[key] = `${value}x`));
  if (node.type === 'integer') choices.push(() => (holder[key] = pick([node.minimum - 1, (node.maximum ?? 2 ** 53 - 1) + 1, value + 0.5])));
  if (node.type === 'object' && !node.raw) choices.push(() => (value.unheardOf = anything()));
  if (node.maxItems <= 256 && value.length > 0) choices.push(() => (holder[key] = Array(node.maxItems + below(2)).fill(value[0])));
  pick(choices)();
}

// The document without what its schema does not name.
function known(given, value, types) {
  const node = resolve(given, types);
  if (node.raw) return value;
  if (node.type === 'array') return value.map((item) => known(node.items, item, types));
  if (node.type !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(node.properties, key))
    .map(([key, member]) => [key, known(node.properties[key], member, types)]));
}

// The same value in other words.
function spell(value) {
  const text = JSON.stringify(value, null, pick([0, 0, 2]));
  if (below(4) === 0) return text.replace(/(:\s*)(\d{1,6})([,}\s])/g, '$1$2.0$3');
  if (below(4) === 0) return text.replace(/"t(\w+)":/g, '"\\u0074$1":');
  return text;
}

function* partsOf(face) {
  for (const [method, described] of Object.entries(face.methods)) {
    for (const part of ['params', 'result', 'event']) if (described[part]) yield [method, part, described[part]];
  }
}

export function* documents() {
  state = seed;
  for (const face of interfaces) {
    for (const [method, part, schema] of partsOf(face)) {
      const validate = new Ajv({ strict: false }).compile({ types: plain(face.types), ...plain(schema) });
      for (let round = 0; round < 12; ++round) {
        const box = { value: sound(schema, face.types) };
        if (round >= 3) damage(...pick(places(schema, box, 'value', face.types)));
        if (!('value' in box)) box.value = null;
        const text = spell(box.value);
        const value = JSON.parse(text);
        const valid = validate(value);
        yield { method, part, text, valid, ...(valid ? { known: known(schema, value, face.types) } : { error: defect(method, part, value) }) };
      }
    }
  }
}

export const lines = () => [...documents()].map((row) => `${JSON.stringify(row)}\n`).join('');

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) writeFileSync(kept, lines());
