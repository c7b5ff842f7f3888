// Plugins written for one test, each in a folder of its own that goes away with the tests of its file.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

let root;

/** A folder with these files: path → text, or an object for JSON. */
export function pluginFolder(files) {
  if (root === undefined) {
    root = mkdtempSync(join(tmpdir(), 'chela-plugins-'));
    process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  }
  const folder = mkdtempSync(join(root, 'plugin-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** A plugin whose register() has this body. */
export const registering = (body) => pluginFolder({ 'index.mjs': `export default function register(api) {\n${body}\n}\n` });

/** A plugin with a tool `probe` that says by which form it was found. */
export const probe = (form) => `api.registerTool({ name: 'probe', description: '', parameters: {}, execute: async () => '${form}' });`;
