// Makes dist/ (or the given folder) from src/ and shim/: types are taken out, nothing else changes, so that lines stay where they were.

import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, resolve } from 'node:path';

process.removeAllListeners('warning'); // that stripTypeScriptTypes may still change
const dist = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist'));
process.chdir(import.meta.dirname);
rmSync(dist, { recursive: true, force: true });
for (const path of globSync(['src/**/*.ts', 'shim/**/*.ts', 'shim/package.json'])) {
  const target = join(dist, path.replace(/^src\//, '').replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  const text = readFileSync(path, 'utf8');
  writeFileSync(target, path.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
}
