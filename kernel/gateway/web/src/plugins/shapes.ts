// What the gateway says about plugins, read with distrust: names, texts, schemas and settings come from strangers.

export interface Diagnostic {severity: 'error' | 'warning'; code: string; message: string}
export interface Capability {kind: string; id: string}
export interface Permissions {network: string[]; files: string[]; exec: string[]; secrets: string[]}
export interface Process {pid: number; memoryBytes: number; cpuMs: number; upMs: number; crashes: number; sharedWith: string[]}
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {[name: string]: Json}

export interface Plugin {
  id: string;
  name: string;
  version: string;
  description: string;
  origin: string;
  runtime: string;
  state: string;
  trust: string;
  isolation: string;
  enabled: boolean;
  disabledBecause: string;
  diagnostics: Diagnostic[];
  capabilities: Capability[];
  permissions: Permissions;
  process: Process | null;
  configSchema: JsonObject | null;
  uiHints: JsonObject;
  config: JsonObject;
}

const kTextMax = 2000;
const kListMax = 500;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const objectOf = (value: unknown): JsonObject => isObject(value) ? value : {};
const listOf = (value: unknown): unknown[] => Array.isArray(value) ? value.slice(0, kListMax) : [];
const numberOf = (value: unknown): number => typeof value === 'number' && Number.isFinite(value) ? value : 0;
const textsOf = (value: unknown): string[] => listOf(value).flatMap(one => typeof one === 'string' ? [shown(one)] : []);

/** A text of a stranger on one line: bounded, without characters that hide, or that turn their surroundings around. */
export function shown(value: unknown, most = kTextMax): string {
  if (typeof value !== 'string') return '';
  const cut = value.length > most ? `${value.slice(0, most)}…` : value;
  return cut.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ')
    .replace(/[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu, '').trim();
}

function readProcess(value: unknown): Process | null {
  if (!isObject(value)) return null;
  return {pid: numberOf(value.pid), memoryBytes: numberOf(value.memoryBytes), cpuMs: numberOf(value.cpuMs),
    upMs: numberOf(value.upMs), crashes: numberOf(value.crashes), sharedWith: textsOf(value.sharedWith)};
}

/** Null for what has no id; everything else that is missing reads as empty. */
export function readPlugin(value: unknown): Plugin | null {
  const from = objectOf(value);
  if (typeof from.id !== 'string' || from.id === '') return null;
  const {network, files, paths, exec, secrets} = objectOf(from.permissions);
  return {
    id: from.id,
    name: shown(from.name, 120) || shown(from.id, 120),
    version: shown(from.version, 60),
    description: shown(from.description),
    origin: shown(from.origin, 60),
    runtime: shown(from.runtime, 60),
    state: shown(from.state, 60),
    trust: shown(from.trust, 60),
    isolation: shown(from.isolation, 60),
    enabled: from.enabled === true,
    disabledBecause: shown(from.disabledBecause),
    diagnostics: listOf(from.diagnostics).map(objectOf).map(one => ({
      severity: one.severity === 'warning' ? 'warning' : 'error', code: shown(one.code, 80), message: shown(one.message)})),
    capabilities: listOf(from.capabilities).map(objectOf).map(one => ({kind: shown(one.kind, 60), id: shown(one.id, 120)})),
    permissions: {network: textsOf(network), files: textsOf(files ?? paths), exec: textsOf(exec), secrets: textsOf(secrets)},
    process: readProcess(from.process),
    configSchema: isObject(from.configSchema) ? from.configSchema : null,
    uiHints: objectOf(from.uiHints),
    config: objectOf(from.config),
  };
}

export function readPlugins(value: unknown): {lane: string; plugins: Plugin[]} {
  const from = objectOf(value);
  const plugins = Array.isArray(from.plugins) ? from.plugins : [];
  return {lane: shown(from.lane, 60), plugins: plugins.flatMap(one => readPlugin(one) ?? [])};
}

/** Milliseconds since 1970 as the log writes them; '' for what is no time. */
function timeOf(value: unknown): string {
  const date = new Date(typeof value === 'number' ? value : NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** The lines of a log, whether they come as texts, as records, or as one text. */
export function readLog(value: unknown): string[] {
  const lines = typeof value === 'string' ? value.split('\n') : listOf(Array.isArray(value) ? value : objectOf(value).lines);
  return lines.flatMap(line => {
    if (typeof line === 'string') return line === '' ? [] : [line.slice(0, kTextMax)];
    const {time, level, message} = objectOf(line);
    if (typeof message !== 'string') return [];
    const parts = [timeOf(time), typeof level === 'string' ? level : '', message];
    return [parts.filter(part => part !== '').join(' ').slice(0, kTextMax)];
  });
}
