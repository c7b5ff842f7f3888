import assert from 'node:assert/strict';
import {test} from 'node:test';
import {applyEdits, entryOf, fieldAt, keysOf, type Entry} from '../../../../kernel/gateway/web/src/plugins/edits.ts';
import {allFields, fieldsOf, nameOf, type Field} from '../../../../kernel/gateway/web/src/plugins/fields.ts';
import {readLog, readPlugin, readPlugins, type Json, type JsonObject} from '../../../../kernel/gateway/web/src/plugins/shapes.ts';
import {bytes, permissionLines, stateOf, uptime} from '../../../../kernel/gateway/web/src/plugins/words.ts';

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({type: 'object', properties, ...more});
const one = (schema: Json, hint?: JsonObject): Field => {
  const [field] = fieldsOf(object({value: schema}), hint ? {value: hint} : {});
  assert.ok(field);
  return field;
};

const kKinds: readonly (readonly [JsonObject, string])[] = [
  [{type: 'string'}, 'text'], [{type: ['string', 'null']}, 'text'], [{type: 'integer'}, 'number'], [{type: 'number'}, 'number'],
  [{type: 'boolean'}, 'boolean'], [{enum: ['a', 'b']}, 'choice'], [{type: 'string', enum: ['a']}, 'choice'],
  [{anyOf: [{const: 'a'}, {const: 2}]}, 'choice'], [{anyOf: [{type: 'string'}, {type: 'null'}]}, 'text'],
  [{anyOf: [{type: 'string'}, {type: 'number'}]}, 'json'], [{type: 'array', items: {type: 'string'}}, 'list'],
  [{type: 'array', items: {type: 'integer'}}, 'list'], [{type: 'array', items: {type: 'object'}}, 'json'], [{type: 'array'}, 'json'],
  [{type: 'object'}, 'json'], [{type: 'object', additionalProperties: {type: 'string'}}, 'json'], [object({a: {type: 'string'}}), 'group'],
  [{}, 'json'], [{type: 'constructor'}, 'json'], [{$ref: '#/properties/value'}, 'json'], [{$ref: 'https://evil.example/'}, 'json'],
];
for (const [schema, kind] of kKinds) test(`${JSON.stringify(schema)} is a field of ${kind}`, () => assert.equal(one(schema).kind, kind));

test('a reference within the schema is followed', () => {
  const [field] = fieldsOf({...object({port: {$ref: '#/$defs/port', description: 'Of the server'}}), $defs: {port: {type: 'integer'}}}, {});
  assert.deepEqual([field?.kind, field?.help], ['number', 'Of the server']);
});

test('hints name, explain and order the fields; what has no hint keeps its place', () => {
  const schema = object({b: {type: 'string'}, a: {type: 'string', title: 'From the schema'}, c: {type: 'string'}, maxTokens: {type: 'number'}});
  const fields = fieldsOf(schema, {c: {order: 1, label: 'See', help: 'Why', placeholder: 'like this', advanced: true}});
  assert.deepEqual(fields.map(({label}) => label), ['See', 'B', 'From the schema', 'Max tokens']);
  assert.deepEqual([fields[0]?.help, fields[0]?.placeholder, fields[0]?.advanced], ['Why', 'like this', true]);
});

test('a hint with a star is for every key at its place', () => {
  const fields = allFields(fieldsOf(object({accounts: object({home: object({nick: {type: 'string'}})})}), {'accounts.*.nick': {label: 'Name'}}));
  assert.equal(fields.at(-1)?.label, 'Name');
});

for (const [name, schema, hint, sensitive] of [
  ['a hint says so', {type: 'string'}, {sensitive: true}, true], ['the schema says so', {type: 'string', writeOnly: true}, {}, true],
  ['a plain text', {type: 'string'}, {}, false], ['a whole object', {type: 'object'}, {sensitive: true}, true],
] as const) test(`secret: ${name}`, () => assert.equal(one(schema, hint).sensitive, sensitive));
for (const [key, sensitive] of [['apiKey', true], ['botToken', true], ['api_key', true], ['password', true], ['maxTokenCount', false], ['keyword', false]] as const) {
  test(`secret by name: ${key}`, () => assert.equal(fieldsOf(object({[key]: {type: 'string'}}), {})[0]?.sensitive, sensitive));
}

test('a secret is never shown, whatever the gateway sends', () => {
  for (const schema of [{type: 'string'}, {type: 'array', items: {type: 'string'}}, {type: 'object'}]) {
    for (const value of ['hush', ['hush'], {deep: 'hush'}]) assert.equal(entryOf(one(schema, {sensitive: true}), {value}), '');
  }
});

test('a schema without end gives a form with one', () => {
  const wide = Object.fromEntries(Array.from({length: 5000}, (_, i) => [`k${i}`, {type: 'string'}]));
  assert.equal(allFields(fieldsOf(object(wide), {})).length, 300);
  let deep: JsonObject = {type: 'string'};
  for (let i = 0; i < 5000; ++i) deep = object({a: deep});
  assert.ok(allFields(fieldsOf(deep, {})).length <= 6);
  const round = {...object({a: {$ref: '#/$defs/loop'}}), $defs: {loop: object({a: {$ref: '#/$defs/loop'}, b: {$ref: '#/$defs/self'}}), self: {$ref: '#/$defs/self'}}};
  assert.ok(allFields(fieldsOf(round, {})).length <= 300);
});

const schema = object({
  name: {type: 'string'}, port: {type: 'integer'}, on: {type: 'boolean', default: true}, mode: {enum: ['a', 1, false]},
  hosts: {type: 'array', items: {type: 'string'}}, ports: {type: 'array', items: {type: 'number'}}, token: {type: 'string'},
  deep: object({er: {type: 'string'}}), any: {},
});
const kFields = fieldsOf(schema, {});
const edited = (config: JsonObject, entries: Record<string, Entry>) => applyEdits(config, kFields, new Map(Object.entries(entries)));

for (const [name, config, entries, expected] of [
  ['nothing touched, nothing changed', {unknown: [1, {a: null}], token: '__REDACTED__', port: 'nonsense'}, {}, {unknown: [1, {a: null}], token: '__REDACTED__', port: 'nonsense'}],
  ['a text', {}, {name: 'x'}, {name: 'x'}], ['a text emptied', {name: 'x', port: 1}, {name: ''}, {port: 1}],
  ['a number', {}, {port: '8080'}, {port: 8080}], ['a box', {}, {on: false}, {on: false}],
  ['choices keep their type', {}, {mode: 'false'}, {mode: false}], ['a choice taken back', {mode: 1}, {mode: ''}, {}],
  ['lines', {}, {hosts: ' a \n\nb\n'}, {hosts: ['a', 'b']}], ['lines of numbers', {}, {ports: '1\n2.5'}, {ports: [1, 2.5]}],
  ['a nested text', {deep: {other: 1}}, {'deep.er': 'x'}, {deep: {other: 1, er: 'x'}}], ['a nested text where nothing is', {}, {'deep.er': 'x'}, {deep: {er: 'x'}}],
  ['a nested text taken from nothing', {}, {'deep.er': ''}, {}], ['JSON', {}, {any: '{"a": [1]}'}, {any: {a: [1]}}],
  ['a secret replaced', {token: 'mark'}, {token: 'new'}, {token: 'new'}], ['a secret removed', {token: 'mark'}, {token: null}, {}],
] as const) test(`edits: ${name}`, () => assert.deepEqual(edited(config as JsonObject, entries as Record<string, Entry>), {config: expected, problems: []}));

for (const [entries, name, reason] of [
  [{port: 'x'}, 'port', /a number/], [{port: '1.5'}, 'port', /whole number/], [{ports: '1\nx'}, 'ports', /Every line/], [{any: '{'}, 'any', /JSON/],
] as const) {
  test(`not accepted: ${JSON.stringify(entries)}`, () => {
    const {problems} = edited({}, entries);
    assert.deepEqual(problems.map(({keys}) => nameOf(keys)), [name]);
    assert.match(problems[0]?.reason ?? '', reason);
  });
}

test('names that mean something to JavaScript change nothing but the settings', () => {
  const hostile = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"object","properties":{"polluted":{"type":"string"}}},'
    + '"constructor":{"type":"object","properties":{"prototype":{"type":"object","properties":{"polluted":{"type":"string"}}}}}}}') as JsonObject;
  const fields = fieldsOf(hostile, JSON.parse('{"__proto__":{"label":"x"}}') as JsonObject);
  assert.deepEqual(fields.map(({keys}) => keys), [['constructor']]);
  const {config} = applyEdits({}, fields, new Map([['constructor.prototype.polluted', 'x'], ['__proto__.polluted', 'x']]));
  assert.equal(JSON.stringify(config), '{"constructor":{"prototype":{"polluted":"x"}}}');
  assert.equal(({} as {polluted?: string}).polluted, undefined);
});

for (const [path, keys] of [
  ['$.deep.er', ['deep', 'er']], ['deep.er', ['deep', 'er']], ['/deep/er', ['deep', 'er']], ['plugins.entries.x-y.config.deep.er', ['deep', 'er']],
  ['hosts[2]', ['hosts', '2']], ['$', []], ['', []], ['plugins.entries.x-y.config', []], ['$["odd"].er', ['odd', 'er']],
] as const) test(`the place ${path}`, () => assert.deepEqual(keysOf(path, 'x-y'), keys));

test('a problem belongs to the field on its way', () => {
  for (const [path, name] of [['hosts.2', 'hosts'], ['deep.er', 'deep.er'], ['deep', null], ['unknown', null], ['any.a.b', 'any']] as const) {
    const field = fieldAt(kFields, path.split('.'));
    assert.equal(field && nameOf(field.keys), name);
  }
});

test('what is no plugin is left out, and what is missing reads as empty', () => {
  const {plugins} = readPlugins({plugins: [null, 1, [], {}, {id: ''}, {id: 'a'}, {id: 'b', diagnostics: 'x', capabilities: [null, {kind: 1}], permissions: [], process: [], config: null}]});
  assert.deepEqual(plugins.map(({id}) => id), ['a', 'b']);
  assert.deepEqual([plugins[1]?.capabilities, plugins[1]?.process, plugins[1]?.config], [[{kind: '', id: ''}, {kind: '', id: ''}], null, {}]);
  for (const odd of [null, 1, 'x', [], {plugins: 'x'}]) assert.deepEqual(readPlugins(odd), {lane: '', plugins: []});
});

test('texts of strangers are cut and shown in one direction', () => {
  const plugin = readPlugin({id: 'a', name: `\u202eevil\u0000\n${'x'.repeat(500)}`, description: 'a\u200bb\ud800'});
  assert.equal(plugin?.name, `evil ${'x'.repeat(113)}…`);
  assert.equal(plugin?.description, 'ab');
});

test('lines of a log come in several forms', () => {
  assert.deepEqual(readLog('a\nb\n'), ['a', 'b']);
  assert.deepEqual(readLog({lines: ['a', {time: 0, level: 'info', message: 'm'}, {time: 1e300, message: 'x'}, {level: 'info'}, 7, null, {}]}), ['a', '1970-01-01T00:00:00.000Z info m', 'x']);
  assert.deepEqual(readLog(null), []);
});

test('permissions are sentences', () => {
  assert.deepEqual(permissionLines({network: ['api.example.com:443', '*.example.com:8443', '*', '@service', 'a:80'], files: ['workspace:read', 'other'], exec: ['git'], secrets: ['KEY']}), [
    'Reach api.example.com', 'Reach every host below example.com, port 8443', 'Reach every public address, through the gateway',
    'Reach the model services that you have configured', 'Reach a, port 80', 'Read the files of the workspace', 'other', 'Run the program git', 'Use the secret KEY']);
});

test('figures and states read well', () => {
  assert.deepEqual([0, 900, 1536, 35 * 1024 * 1024].map(bytes), ['0 B', '900 B', '1.5 KB', '35 MB']);
  assert.deepEqual([500, 61_000, 3_700_000, 90_000_000].map(uptime), ['0 s', '1 min', '1 h 1 min', '1 d 1 h']);
  const plugin = readPlugin({id: 'a', state: 'constructor', enabled: true});
  assert.equal(plugin && stateOf(plugin).word, 'constructor');
});
