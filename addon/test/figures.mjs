// Measures the addon: `node test/figures.mjs`, best with CHELA_PRESET=release and nothing else running.

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ADDON, bad, made, openPlugin } from './native.mjs';

const CALLS = 20_000;
const say = (what, value, unit) => console.log(`${what.padEnd(64)}${value.toFixed(1).padStart(9)} ${unit}`);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function p50(call, calls = CALLS) {
  const times = [];
  for (let i = 0; i < calls; ++i) {
    const begin = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - begin) / 1000);
  }
  return median(times.slice(calls / 10));
}

/** Round trips with an echo in another process, without the event loop. */
function socketFloor() {
  const echo = 'import socket\ns = socket.socket(fileno=3)\nwhile True:\n  d = s.recv(65536)\n  if not d: break\n  s.sendall(d)\n';
  const child = spawn('python3', ['-c', echo], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const { sendAll, receive } = createRequire(import.meta.url)(join(ADDON, 'chela_addon.node'));
  const descriptor = child.stdio[3]._handle.fd;
  const [message, buffer] = [Buffer.alloc(100, 'x'), Buffer.alloc(65_536)];
  return { child, call: () => {
    sendAll(descriptor, message, 1000);
    for (let size = 0; size < message.length;) size += receive(descriptor, buffer, 1000);
  } };
}

say('chela_addon.node', statSync(join(ADDON, 'chela_addon.node')).size / 1024, 'KiB');
const before = process.memoryUsage.rss();
const opening = performance.now();
const sound = openPlugin({ directory: bad('sound') });
say('addon loaded, first plugin open', performance.now() - opening, 'ms');
say('resident memory for both', (process.memoryUsage.rss() - before) / 1024, 'KiB');
const threads = openPlugin({ directory: made('threads') });
const again = performance.now();
await openPlugin({ directory: made('template_tool') }).close();
say('another plugin opened and closed', performance.now() - again, 'ms');

const given = { text: 'some words' };
const plain = { execute: async (_, parameters) => ({ content: [{ type: 'text', text: JSON.stringify(parameters) }] }) };
say('a plain JavaScript tool, p50', await p50(() => plain.execute('c', given)), 'us');
say('the same that goes once through the event loop, p50', await p50(() => new Promise((resolve) => setImmediate(resolve)).then(() => plain.execute('c', given))), 'us');
say('a native tool that answers at once, p50', await p50(() => sound.callTool('echo', given)), 'us');
say('a native tool that blocks (its own thread of the pool), p50', await p50(() => sound.callTool('shout', given)), 'us');
say('a native tool that starts a thread, with progress, p50', await p50(() => threads.callTool('count', given), 5000), 'us');
const { child, call } = socketFloor();
say('a round trip of a socket that blocks, p50', await p50(call), 'us');
child.kill();
await Promise.all([sound.close(), threads.close()]);
