// What the gateway's names for things mean to the person who has to decide about a plugin.

import type {Diagnostic, Permissions, Plugin} from './shapes.ts';

export type Tone = 'good' | 'quiet' | 'warn' | 'bad';

const kStates: Record<string, [string, Tone, string]> = {
  found: ['Ready', 'quiet', 'It starts when it is first needed.'],
  verified: ['Ready', 'quiet', 'It starts when it is first needed.'],
  resolved: ['Ready', 'quiet', 'It starts when it is first needed.'],
  loaded: ['Starting', 'quiet', ''],
  configured: ['Starting', 'quiet', ''],
  started: ['Running', 'good', ''],
  stopped: ['Stopped', 'quiet', ''],
  failed: ['Failed', 'bad', 'It does nothing until it is restarted or reloaded.'],
  disabled: ['Off', 'quiet', ''],
  quarantined: ['In quarantine', 'bad', 'It broke too often and is given nothing to do. Restart lifts the quarantine.'],
};

/** Given nothing to do until the operator restarts it: its process ended too often, or it left calls unanswered. */
export function isQuarantined({state, diagnostics}: Plugin): boolean {
  return state === 'quarantined' || (state === 'failed' && diagnostics.some(({code}) => code === 'quarantined'));
}

export function stateOf(plugin: Plugin): {word: string; tone: Tone; sentence: string} {
  const {enabled} = plugin;
  const state = isQuarantined(plugin) ? 'quarantined' : plugin.state;
  const known = Object.hasOwn(kStates, state) ? kStates[state] : undefined;
  const [word, tone, sentence] = known ?? (enabled ? [state || 'Unknown', 'quiet', ''] as const : ['Off', 'quiet', ''] as const);
  return {word, tone, sentence};
}

function wordOf(words: Record<string, string>, name: string): string {
  return (Object.hasOwn(words, name) ? words[name] : undefined) ?? name;
}

export const originOf = (name: string): string => wordOf({
  bundled: 'Came with the gateway', home: 'Installed', config: 'A folder named in the configuration', workspace: 'Lies in the workspace',
}, name);

export const trustOf = (name: string): string => wordOf({
  bundled: 'Part of this program', verified: 'Signed with a key that you trust', reviewed: 'You have reviewed exactly these files',
  untrusted: 'Nobody has vouched for it',
}, name);

export const isolationOf = (name: string): string => wordOf({
  'in-process': 'Inside the gateway, with full trust', 'process': 'In a process of its own, with the rights of the gateway’s account',
  'sandbox': 'In a sandbox',
}, name);

export const runtimeOf = (name: string): string => wordOf({native: 'Native code', node: 'JavaScript, in Node'}, name);

export const kindOf = (kind: string): string => wordOf({
  tool: 'Tool', provider: 'Model provider', channel: 'Channel', command: 'Command', hook: 'Hook', service: 'Service',
  http_route: 'Web address', gateway_method: 'Gateway method', memory: 'Memory', context_engine: 'Context engine', cli: 'Command line',
  web_search: 'Web search', media: 'Pictures, sound and video', speech: 'Speech', embeddings: 'Embeddings', skill: 'Skill', secrets: 'Secrets',
}, kind);

function networkLine(host: string): string {
  if (host === '*') return 'Reach every public address, through the gateway';
  if (host === 'host') return 'Open any network connection itself';
  if (host === '@service') return 'Reach the model services that you have configured';
  const [, any, name, port] = /^(\*\.)?(.+?)(?::(\d+))?$/.exec(host) ?? [];
  const where = any ? `every host below ${name}` : name ?? host;
  return `Reach ${where}${port && port !== '443' ? `, port ${port}` : ''}`;
}

const kFiles: Record<string, string> = {'workspace:read': 'Read the files of the workspace', 'workspace:write': 'Change the files of the workspace'};

/** What it may do, one sentence each. */
export function permissionLines({network, files, exec, secrets}: Permissions): string[] {
  return [
    ...network.map(networkLine),
    ...files.map(path => wordOf(kFiles, path)),
    ...exec.map(program => program === '*' ? 'Run any program' : `Run the program ${program}`),
    ...secrets.map(name => `Use the secret ${name}`),
  ];
}

/** Whether anything holds the plugin to its permissions. */
export function confinement({isolation}: Plugin): string {
  if (isolation === 'sandbox') return 'The sandbox refuses everything else.';
  return 'Outside a sandbox nothing holds it to this: it can do whatever the gateway’s account can.';
}

const kDiagnostics: Record<string, string> = {
  integrity_mismatch: 'Its files are not the ones that were installed',
  operator_blocked: 'The configuration turns it off',
  load_failed: 'Its code could not be loaded',
  probe_failed: 'It crashed or hung when it was tried',
  configure_failed: 'It refused its settings',
  start_failed: 'It could not be started',
  create_failed: 'It could not be created',
  process_lost: 'Its process ended by itself',
  quarantined: 'Its process ended by itself too often',
  calls_unanswered: 'It left calls without an answer',
  requirement_missing: 'Something that it needs is not there',
  invalid_manifest: 'Its manifest is not valid',
  duplicate_plugin_id: 'There are two plugins of this id',
  jit_mode_required: 'This gateway runs only code that is part of it',
  plugin_api_version_mismatch: 'It was built for another version of Chela',
};

/** The code as a sentence; a code that is not in the table reads as its own words. */
export function diagnosticTitle({code, severity}: Diagnostic): string {
  const known = wordOf(kDiagnostics, code);
  if (known !== code) return known;
  const words = code.replaceAll('_', ' ').trim();
  return words ? words[0]?.toUpperCase() + words.slice(1) : severity === 'error' ? 'Error' : 'Warning';
}

export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; count >= 1024 && unit < units.length - 1; ++unit) count /= 1024;
  return `${count >= 10 || unit === 0 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export function uptime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / (24 * 60))} d ${Math.floor(minutes / 60) % 24} h`;
}
