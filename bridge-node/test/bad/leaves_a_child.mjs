// Starts a program that outlives it.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export default (api) => {
  api.registerTool({ name: 'go', description: '', parameters: {}, async execute(id, args, signal, onUpdate) {
    const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
    child.unref();
    const links = (pid) => readdirSync(`/proc/${pid}/fd`).flatMap((number) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${number}`)];
      } catch {
        return [];
      }
    });
    const inherited = links(child.pid).includes(readlinkSync('/proc/self/fd/3'));
    return JSON.stringify({ pid: child.pid, inherited, token: readFileSync(`/proc/${child.pid}/environ`, 'utf8').includes('CHELA_HOST_TOKEN') });
  } });
};
