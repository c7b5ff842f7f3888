// The optional addon (addon/ of the tree), beside `dist`: reads and writes descriptor 3 without the event loop.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface SocketAddon {
  sendAll(descriptor: number, bytes: Uint8Array, timeoutMs: number): boolean;
  /** How many bytes came; 0 at the end, -1 when none came in time. */
  receive(descriptor: number, buffer: Uint8Array, timeoutMs: number): number;
}

const FILE = fileURLToPath(new URL('../../chela_addon.node', import.meta.url));

let loaded: SocketAddon | null | undefined;

/** Null when it is not installed. */
export function socketAddon(): SocketAddon | null {
  if (loaded === undefined) loaded = existsSync(FILE) ? (createRequire(import.meta.url)(FILE) as SocketAddon) : null;
  return loaded;
}
