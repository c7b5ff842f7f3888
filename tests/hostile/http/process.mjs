// What the gateway's process holds, as the kernel tells.

import { readFileSync, readdirSync } from 'node:fs';

export function residentBytes(gateway) {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
}

export function descriptorCount(gateway) {
  return readdirSync(`/proc/${gateway.pid}/fd`).length;
}

// Waits for `condition`, which other processes bring about; false when it does not come true in time.
export async function eventually(condition, timeoutMs = 5_000) {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}
