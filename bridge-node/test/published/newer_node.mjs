// Upstream's gateway needs a newer Node than ours: fetched once, as tools/setup fetches ours, into the cache of the tree.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kVersion = '26.10.0';
const cache = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** The path of its program. */
export function newerNode() {
  const folder = join(cache, `node-${kVersion}`);
  if (!existsSync(folder)) {
    const name = `node-linux-${process.arch}`;
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, 'staging.'));
    execFileSync('npm', ['install', '--prefix', staging, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${kVersion}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (!existsSync(folder)) renameSync(join(staging, 'node_modules', name), folder);
    rmSync(staging, { recursive: true, force: true });
  }
  return join(folder, 'bin', 'node');
}
