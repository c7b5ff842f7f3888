// What the tests of the addon share: the built addon, plugins by their folders, and the end of what a test opened.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BUILD = process.env.CHELA_BUILD_DIR ?? join(ROOT, 'build', process.env.CHELA_PRESET ?? 'dev');

export const SANITIZED = ['asan', 'tsan'].includes(process.env.CHELA_PRESET);
export const ADDON = join(BUILD, 'lib/addon');
export const { openPlugin, nativeEntry, PluginError } = await import(join(ADDON, 'lib/index.js'));
export const { packOpenclaw } = await import(join(ADDON, 'lib/pack.js'));
export const { openclawManifest } = await import(join(ADDON, 'lib/openclaw_manifest.js'));
export const { readManifest } = await import(join(ADDON, 'lib/manifest.js'));

export const bundled = (id) => join(BUILD, 'lib/plugins', id);
export const bad = (id) => join(BUILD, 'lib/bad-plugins', id);
export const made = (id) => join(BUILD, 'lib/tests/addon', id);

/** Keeps log lines. */
export function keepingLogger() {
  const lines = [];
  const logger = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (line) => lines.push([level, line])]));
  return Object.assign(logger, { lines });
}

/** A plugin that ends with the test. */
export function opened(t, directory, options = {}) {
  const plugin = openPlugin({ directory, ...options });
  t.after(() => plugin.close());
  return plugin;
}

export function temporary(t) {
  const folder = mkdtempSync(join(tmpdir(), 'chela-addon-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
