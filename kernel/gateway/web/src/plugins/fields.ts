// From a plugin's configSchema, uiHints and settings to the fields of a form. Pure. The schema is a stranger's: bounded
// in depth and number, and what is not understood becomes a field of JSON instead of a guess.

import {isObject, shown, type Json, type JsonObject} from './shapes.ts';

export type Kind = 'text' | 'number' | 'boolean' | 'choice' | 'list' | 'group' | 'json';

export interface Field {
  keys: readonly string[];
  kind: Kind;
  label: string;
  help: string;
  placeholder: string;
  sensitive: boolean;
  advanced: boolean;
  required: boolean;
  order: number;
  integer: boolean;
  choices: readonly Json[];
  items: 'text' | 'number';
  fallback: Json | undefined; // what holds when nothing is set
  children: readonly Field[];
}

const kDepthMax = 6;
const kFieldsMax = 300;
const kChoicesMax = 200;
const kLabelMax = 120;
const kHelpMax = 1000;
const kSecretName = /(?:token|passwo?r?d|secret|api.?key|credential|private.?key)s?$/i;

export const nameOf = (keys: readonly string[]): string => keys.join('.');

interface Making {root: JsonObject; hints: JsonObject; left: number}

/** `count` 5 of a path `accounts.home.token` also takes a hint for `accounts.*.token`. */
function hintOf(hints: JsonObject, keys: readonly string[]): JsonObject {
  const exact = nameOf(keys);
  if (Object.hasOwn(hints, exact) && isObject(hints[exact])) return hints[exact];
  for (const [name, hint] of Object.entries(hints).slice(0, kFieldsMax)) {
    const parts = name.split('.');
    if (isObject(hint) && parts.includes('*') && parts.length === keys.length && parts.every((part, i) => part === '*' || part === keys[i])) return hint;
  }
  return {};
}

function target(root: JsonObject, reference: string): Json {
  if (!reference.startsWith('#')) return null;
  let at: Json = root;
  for (const part of reference.slice(1).split('/').slice(1).map(one => one.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (!isObject(at) || !Object.hasOwn(at, part)) return null;
    at = at[part] ?? null;
  }
  return at;
}

/** The schema without references and without the alternative `null`. */
function plainSchema(root: JsonObject, schema: Json | undefined): JsonObject {
  let at = schema;
  for (let steps = 0; steps < kDepthMax && isObject(at); ++steps) {
    const own: JsonObject = at;
    const branches = own.anyOf ?? own.oneOf;
    if (typeof own.$ref === 'string') at = {...objectOr(target(root, own.$ref)), ...without(own, '$ref')};
    else if (Array.isArray(branches)) {
      const real = branches.filter(one => !(isObject(one) && one.type === 'null'));
      const values = real.map(one => isObject(one) && 'const' in one ? [one.const ?? null] : isObject(one) && Array.isArray(one.enum) ? one.enum : null);
      if (values.length > 0 && values.every(one => one !== null)) return {...own, enum: values.flat(), anyOf: null, oneOf: null};
      if (real.length !== 1) return own;
      at = {...objectOr(real[0]), ...without(without(own, 'anyOf'), 'oneOf')};
    } else return own;
  }
  return isObject(at) ? at : {};
}

const objectOr = (value: Json | undefined): JsonObject => isObject(value) ? value : {};

function without(object: JsonObject, name: string): JsonObject {
  const {[name]: _, ...rest} = object;
  return rest;
}

function typeOf(schema: JsonObject): string {
  const all = Array.isArray(schema.type) ? schema.type.filter(one => one !== 'null') : [schema.type];
  if (all.length === 1 && typeof all[0] === 'string') return all[0];
  return all.length === 1 && isObject(schema.properties) ? 'object' : '';
}

function kindOf(root: JsonObject, schema: JsonObject): {kind: Kind; items: 'text' | 'number'} {
  const isScalar = (one: Json): boolean => one !== null && typeof one !== 'object';
  if (Array.isArray(schema.enum)) return {kind: schema.enum.every(isScalar) && schema.enum.length <= kChoicesMax ? 'choice' : 'json', items: 'text'};
  if (Array.isArray(schema.anyOf) || Array.isArray(schema.oneOf)) return {kind: 'json', items: 'text'};
  const type = typeOf(schema);
  if (type === 'array') {
    const item = typeOf(plainSchema(root, schema.items));
    if (item === 'string') return {kind: 'list', items: 'text'};
    return item === 'number' || item === 'integer' ? {kind: 'list', items: 'number'} : {kind: 'json', items: 'text'};
  }
  if (type === 'object') return {kind: isObject(schema.properties) && Object.keys(schema.properties).length > 0 ? 'group' : 'json', items: 'text'};
  const kinds: Record<string, Kind> = {string: 'text', number: 'number', integer: 'number', boolean: 'boolean'};
  return {kind: (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? 'json', items: 'text'};
}

/** `maxTokens` and `max_tokens` read as "Max tokens". */
function labelFrom(key: string): string {
  const words = key.replace(/[_-]+/g, ' ').replace(/([a-z\d])([A-Z])/g, '$1 $2').trim();
  return words ? words[0]?.toUpperCase() + words.slice(1).toLowerCase() : key;
}

function fieldOf(making: Making, keys: readonly string[], raw: Json, isRequired: boolean): Field | null {
  if (keys.length > kDepthMax || --making.left < 0) return null;
  const schema = plainSchema(making.root, raw);
  const hint = hintOf(making.hints, keys);
  const {kind, items} = kindOf(making.root, schema);
  const key = keys.at(-1) ?? '';
  const isMarked = hint.sensitive === true || schema.writeOnly === true || schema.format === 'password';
  const canHide = kind === 'text' || kind === 'number' || kind === 'list' || kind === 'json';
  const sensitive = canHide && (isMarked || (kind !== 'number' && hint.sensitive !== false && kSecretName.test(key)));
  return {
    keys, kind, items, sensitive,
    label: shown(hint.label, kLabelMax) || shown(schema.title, kLabelMax) || labelFrom(shown(key, kLabelMax)) || key,
    help: shown(hint.help, kHelpMax) || shown(schema.description, kHelpMax),
    placeholder: shown(hint.placeholder, kLabelMax),
    advanced: hint.advanced === true,
    required: isRequired,
    order: typeof hint.order === 'number' ? hint.order : Number.MAX_SAFE_INTEGER,
    integer: typeOf(schema) === 'integer',
    choices: kind === 'choice' && Array.isArray(schema.enum) ? schema.enum : [],
    fallback: sensitive ? undefined : schema.default,
    children: kind === 'group' ? childrenOf(making, keys, schema) : [],
  };
}

function childrenOf(making: Making, keys: readonly string[], schema: JsonObject): Field[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(objectOr(schema.properties)).filter(([name]) => name !== '__proto__')
    .flatMap(([name, child]) => fieldOf(making, [...keys, name], child, required.includes(name)) ?? [])
    .sort((a, b) => a.order - b.order); // stable: without an order as in the schema
}

export function fieldsOf(schema: JsonObject, hints: JsonObject): Field[] {
  const making = {root: schema, hints, left: kFieldsMax};
  return childrenOf(making, [], plainSchema(schema, schema));
}

export function allFields(fields: readonly Field[]): Field[] {
  return fields.flatMap(field => [field, ...allFields(field.children)]);
}
