// Measures the host process: memory, start, and a call beside the floor of the sockets. `npm run figures`

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pluginFolder } from '../folder.mjs';
import { Kernel } from '../kernel.mjs';
import { sdkFolder } from '../sdk.mjs';

const CALLS = 20_000;
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
const echo = fileURLToPath(new URL('echo.mjs', import.meta.url));
const tiny = pluginFolder({ 'index.mjs': `export default (api) => api.registerTool({ name: 'go', description: '', parameters: {}, execute: async () => 'ok' });` });
const env = { CHELA_BRIDGE_SHIM: sdkFolder(), NODE_COMPILE_CACHE: pluginFolder({}) };
const SIX = ['@askjo/camofox-browser', '@creatoraris/openclaw-wecom', '@openclaw-china/dingtalk', '@openclaw-china/wecom', '@openclaw/kitchen-sink', tiny];

const number = (value) => value.toFixed(1).padStart(8);
const say = (what, value, unit) => console.log(`${what.padEnd(58)}${number(value)} ${unit}`);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

function memory(what, kernel) {
  const map = readFileSync(`/proc/${kernel.process.pid}/smaps_rollup`, 'utf8');
  const mib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(map)[1]) / 1024;
  say(`${what}: resident`, mib('Rss'), 'MiB');
  say(`${what}: private and dirty`, mib('Private_Dirty'), 'MiB');
}

function start(kernel, path, plugin) {
  const directory = path.startsWith('/') ? path : `${packages}/${path}`;
  let manifest = {};
  try {
    manifest = JSON.parse(readFileSync(`${directory}/openclaw.plugin.json`, 'utf8'));
  } catch {
    // It has none.
  }
  return kernel.startPlugin(directory, { plugin, manifest, config: { autoStart: false, personality: 'conformance' } });
}

/** Round trips of these bytes, one after another; p50 in microseconds. */
async function roundTrips(socket, bytes) {
  const times = [];
  for (let call = 0; call < CALLS; call += 1) {
    const begin = process.hrtime.bigint();
    socket.write(bytes);
    await once(socket, 'data');
    times.push(Number(process.hrtime.bigint() - begin) / 1000);
  }
  return median(times.slice(CALLS / 10));
}

const frame = (message) => {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
};

const starts = [];
for (let times = 0; times < 9; times += 1) {
  const begin = performance.now();
  const kernel = await Kernel.start({ env });
  starts.push(performance.now() - begin);
  if (times === 0) memory('bare', kernel);
  await kernel.end();
}
say('from the start of the process to the answer of host.hello', median(starts), 'ms');

for (const [what, chosen] of [['one self-contained plugin', SIX.slice(0, 1)], ['six plugins', SIX]]) {
  for (const cached of [false, true]) {
    const kernel = await Kernel.start({ env });
    const begin = performance.now();
    for (const [index, path] of chosen.entries()) await start(kernel, path, `p${index}`);
    if (cached) {
      say(`${what}: loaded and registered`, performance.now() - begin, 'ms');
      memory(what, kernel);
    }
    kernel.socket.end(); // leaves in order, so that the compile cache is written
    await kernel.exited;
    await kernel.end();
  }
}

const call = frame({ jsonrpc: '2.0', id: 1_000_000, method: 'tool.call',
  params: { plugin: 'tiny', key: 'tool:go', toolCallId: 'call_1', arguments: { city: 'Oslo' }, context: { agentId: 'main', sessionKey: 'agent:main:main' } } });
const floor = new Kernel({ program: echo });
const host = await Kernel.start({ env });
await start(host, tiny, 'tiny');
for (const { socket } of [floor, host]) socket.removeAllListeners('data');
const rows = [];
for (let times = 0; times < 3; times += 1) rows.push([await roundTrips(floor.socket, call), await roundTrips(host.socket, call)]);
const [raw, tool] = rows.toSorted((a, b) => a[1] / a[0] - b[1] / b[0])[1];
say('raw socket, there and back (p50)', raw, 'µs');
say('tool.call (p50)', tool, 'µs');
say('tool.call / raw', tool / raw, '');
memory('one tiny plugin after 60,000 calls', host);
await floor.end();
await host.end();
