// The plugins of a run: a good one for Node, and each bad one of bridge-node/test/bad beside it, in a folder of its own
// and with two tools more: `…_well` answers, `…_hold` keeps its call open.

import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from '../e2e/gateway.mjs';

const kBad = join(root, 'bridge-node/test/bad');

// Not by calling their tool: they break while they are loaded or registered, and are tried by starting them.
const kAtStart = ['exits_at_load', 'has_another_id', 'loads_for_ever', 'loops_at_register', 'registers_for_ever', 'registers_late',
  'registers_twice', 'stops_for_ever', 'blocks_the_exit'];
// A gate that fails is closed for every tool, as it has to be: nothing would be left to measure.
const kClosesAll = new Set(['fails_in_hook']);
// These hold a core, or wait for a limit of the gateway's: rarer than the others.
const kSlow = new Set(['fills_the_heap', 'loads_for_ever', 'loops_at_register', 'loops_in_tool', 'registers_for_ever', 'removes_listeners']);
// Native plugins that are tried by starting them. They sort behind the one whose tools are called: all have tools of the same names.
const kNativeAtStart = ['exits-in-start', 'fails-to-start', 'floods-the-log', 'static-initialiser-crashes', 'throws-in-start'];
export const kNative = 'crashes-on-odd-arguments';

const wrapper = (name) => `import * as bad from './bad.mjs';
const say = (text) => ({ content: [{ type: 'text', text }], details: {} });
const parameters = { type: 'object' };
export default (api) => {
  api.registerTool({ name: '${name}_well', label: 'Well', description: 'Says that all is well.', parameters, execute: async () => say('well') });
  api.registerTool({ name: '${name}_hold', label: 'Hold', description: 'Never answers.', parameters, execute: () => new Promise(() => {}) });
  const face = new Proxy(api, { get: (target, key) => {
    if (key === 'registerTool') return (tool) => target.registerTool({ ...tool, name: '${name}_go', label: 'Go', description: 'Does it.', parameters });
    const value = target[key];
    return typeof value === 'function' ? value.bind(target) : value;
  } });
  return bad.default(face);
};
`;

function writePlugin(home, id, tools, files) {
  const folder = join(home, 'plugins', id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify({ id, configSchema: { type: 'object' }, contracts: { tools } }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: id, version: '1.0.0', type: 'module', openclaw: { extensions: ['./index.mjs'] } }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

const kGoodNode = `export default (api) => api.registerTool({ name: 'good_node', label: 'Good', description: 'Adds.', parameters: { type: 'object' },
  async execute(_id, { a, b }) { return { content: [{ type: 'text', text: String(a + b) }], details: {} }; } });
`;

function idOf(name) {
  return `${kAtStart.includes(name) ? 'zz' : 'bad'}-${name.replaceAll('_', '-')}`; // learned in this order: the slow ones last
}

const kNames = readdirSync(kBad).map((file) => file.replace('.mjs', '')).filter((name) => !kClosesAll.has(name)).sort();

/** Of each: `well` is the tool that shows that it works, null where nothing does; `slow` ones take seconds or a core. */
export function kinds(names = kNames) {
  const victims = names.map((name) => {
    const atStart = kAtStart.includes(name);
    return { id: idOf(name), name, slow: kSlow.has(name), atStart, well: atStart ? null : `${name}_well` };
  });
  const native = kNativeAtStart.map((id) => ({ id, name: id, slow: false, atStart: true, well: null }));
  return [...victims, ...native, { id: kNative, name: kNative, slow: false, atStart: true, well: 'echo' }];
}

/** `names`: only these of the bad ones for Node. */
export function writeVictims(home, names = kNames) {
  writePlugin(home, 'aa-good', ['good_node'], { 'index.mjs': kGoodNode });
  for (const name of names) {
    const source = readFileSync(join(kBad, `${name}.mjs`), 'utf8');
    const tools = kAtStart.includes(name) ? ['go', 'late'] : ['well', 'hold', 'go'].map((tool) => `${name}_${tool}`);
    writePlugin(home, idOf(name), tools, kAtStart.includes(name) ? { 'index.mjs': source } : { 'index.mjs': wrapper(name), 'bad.mjs': source });
  }
  for (const id of [kNative, ...kNativeAtStart]) cpSync(join(build, 'lib/bad-plugins', id), join(home, 'plugins', id), { recursive: true });
  return kinds(names);
}

/** The configuration: the good native tool runs in a sandbox, too. */
export const kPluginsConfig = { entries: { time: { isolation: 'sandbox' } } };
