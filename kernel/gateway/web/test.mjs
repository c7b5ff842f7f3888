// node test.mjs OUTDIR: bundles tests/kernel/gateway/web/*.test.ts(x) with the page's own packages, then runs them.

import {spawnSync} from 'node:child_process';
import {readdirSync, rmSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'vite';

const web = dirname(fileURLToPath(import.meta.url));
const tests = join(web, '../../../tests/kernel/gateway/web');
const out = resolve(process.argv[2] ?? join(web, '.cache/unit'));
const names = readdirSync(tests).filter(name => /\.test\.tsx?$/.test(name));
if (names.length === 0) throw new Error(`no tests in ${tests}`);
rmSync(out, {recursive: true, force: true});
await build({
  root: web,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  resolve: {alias: ['preact-render-to-string', 'preact'].map(name => ({find: new RegExp(`^${name}(?=$|/)`), replacement: join(web, 'node_modules', name)}))},
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    rolldownOptions: {
      input: Object.fromEntries(names.map(name => [name.replace(/\.tsx?$/, ''), join(tests, name)])),
      output: {entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name].mjs'},
    },
  },
  ssr: {noExternal: true},
});
const run = spawnSync(process.execPath, ['--test', ...names.map(name => join(out, name.replace(/\.tsx?$/, '.mjs')))], {stdio: 'inherit'});
process.exit(run.status ?? 1);
