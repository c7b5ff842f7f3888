// The official JSON Schema test suite (draft 7, Debian's json-schema-test-suite) through the checks of the configuration,
// of plugin manifests and of plugin settings. What is not supported is refused or named, never silently wrong: each
// deviation stands below with its reason.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { root } from '../../e2e/gateway.mjs';
import { readAll } from './reader.mjs';

const folder = '/usr/share/json-schema-test-suite/tests/draft7';
const files = [
  ...readdirSync(folder).filter((name) => name.endsWith('.json')),
  ...['bignum', 'ecmascript-regex', 'zeroTerminatedFloats'].map((name) => join('optional', `${name}.json`)),
];

const remote = /only references within the schema/;
// File, group: why the schema is refused.
const refused = [
  ['definitions.json', /definition$/, remote],
  ['refRemote.json', /./, remote],
  ['ref.json', /^remote ref, containing refs itself$/, remote],
  ['ref.json', /^Recursive references between schemas$/, remote],
  ['ref.json', /^root pointer ref$/, /leads back to itself/],
];
// Groups whose schemas are used without a keyword, which is said: they accept more, never less.
const weaker = [
  ['additionalProperties.json', /^additionalProperties being false does not allow|^non-ASCII pattern/],
  ['patternProperties.json', /./],
  ['properties.json', /^properties, patternProperties, additionalProperties/],
];
// File, group, instance: what we answer otherwise, and why.
const otherwise = [
  [
    'ref.json',
    'ref overrides any sibling keywords',
    'ref valid, maxItems ignored',
    'later drafts heed the keywords beside a reference, and so do we',
  ],
  ['optional/bignum.json', 'integer', 'a bignum is an integer', 'an integer has 64 bits here'],
  ['optional/bignum.json', 'integer', 'a negative bignum is an integer', 'an integer has 64 bits here'],
  [
    'optional/ecmascript-regex.json',
    'ECMA 262 regex non-compliance',
    'ECMA 262 has no support for \\Z anchor from .NET',
    '\\Z is read as Z',
  ],
];

const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).map((group) => ({ file, ...group }));
const groups = files.flatMap(read);
const find = (rows, { file, description }) =>
  rows.find(([name, pattern]) => name === file && pattern.test(description));

describe('JSON Schema, draft 7', () => {
  let answers;
  before(async () => {
    answers = await readAll(
      'schema',
      groups.map(({ schema, tests }) => JSON.stringify({ schema, instances: tests.map(({ data }) => data) })),
    );
  });

  groups.forEach((group, index) => {
    const refusal = find(refused, group);
    const isWeaker = find(weaker, group) !== undefined;
    describe(`${group.file}: ${group.description}`, () => {
      if (refusal)
        return it('the schema is refused', () =>
          assert.match(answers[index].refused?.join() ?? 'it was not', refusal[2]));
      for (const [at, { description, valid }] of group.tests.entries()) {
        const other = otherwise.find(
          (row) => row[0] === group.file && row[1] === group.description && row[2] === description,
        );
        it(`${description}${other ? ` (${other[3]})` : ''}`, () => {
          const { fits, warnings } = answers[index];
          assert.ok(fits, JSON.stringify(answers[index]));
          if (isWeaker) assert.match(warnings.join(), /patternProperties is not supported and left out/);
          if (isWeaker && !valid) return;
          assert.equal(fits[at], other ? !valid : valid, JSON.stringify(group.schema));
        });
      }
    });
  });

  it('every deviation is still one', () => {
    for (const [file, pattern] of [...refused, ...weaker])
      assert.ok(
        groups.some((group) => group.file === file && pattern.test(group.description)),
        `${file} ${pattern}`,
      );
    for (const [file, description, instance] of otherwise) {
      assert.ok(
        groups.some(
          (group) =>
            group.file === file &&
            group.description === description &&
            group.tests.some((test) => test.description === instance),
        ),
      );
    }
  });
});

// Keywords of our own schemas that only describe.
const annotations = new Set([
  '$defs',
  '$id',
  '$schema',
  '$comment',
  'default',
  'description',
  'examples',
  'title',
  'writeOnly',
  'readOnly',
  'deprecated',
  'format',
]);

function* keywordsOf(schema) {
  if (Array.isArray(schema)) for (const item of schema) yield* keywordsOf(item);
  if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    yield keyword;
    if (['properties', '$defs', 'definitions'].includes(keyword))
      for (const member of Object.values(value)) yield* keywordsOf(member);
    else if (!['default', 'enum', 'const', 'examples'].includes(keyword)) yield* keywordsOf(value);
  }
}

const isOurs = (path) => /\.schema\.json$|chela\.plugin\.json$/.test(path) && !path.includes('node_modules');
const paths = ['kernel', 'plugins', 'manifests'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true }).map((path) => join(top, path)),
);
const ours = paths.filter(isOurs).map((path) => [path, JSON.parse(readFileSync(join(root, path), 'utf8'))]);
const tested = new Set(groups.filter((group) => !find(weaker, group)).flatMap(({ schema }) => [...keywordsOf(schema)]));

describe('keywords of our own schemas', () => {
  for (const [path, document] of ours) {
    const schema = path.endsWith('chela.plugin.json') ? (document.configSchema ?? {}) : document;
    it(`${path}: the suite tests them`, () => {
      const used = [...new Set(keywordsOf(schema))].filter(
        (keyword) => !annotations.has(keyword) && !keyword.startsWith('x-'),
      );
      assert.deepEqual(
        used.filter((keyword) => !tested.has(keyword)),
        [],
      );
    });
  }

  it('there are such schemas', () => assert.ok(ours.length > 10));
});
