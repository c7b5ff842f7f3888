// The records of manifests/compat against what is installed: versions, classes, tests, and a start of each plugin.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { scan } from '../../dist/scan/verdict.js';
import { Kernel } from '../kernel.mjs';
import { folderOf, install, realPackage } from './stand_in.mjs';

const root = new URL('../../../', import.meta.url);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const folder = new URL('manifests/compat/', root);
const pins = { ...read(new URL('bridge-node/package.json', root)).devDependencies, ...read(new URL('package.json', import.meta.url)).dependencies };
/** What upstream ships inside the package openclaw has the version of that package. */
const packageOf = (plugin) => (plugin.startsWith('openclaw/') ? 'openclaw' : plugin);
const ID = /^[A-Za-z0-9@/_.-]+$/;

describe('the record of', () => {
  for (const file of readdirSync(folder)) {
    const record = read(new URL(file, folder));
    it(`${record.plugin} ${record.version}`, async () => {
      assert.match(record.plugin, ID);
      assert.equal(pins[packageOf(record.plugin)], record.version, 'the pinned version');
      assert.equal(read(`${folderOf(packageOf(record.plugin))}/package.json`).version, record.version, 'the installed version');
      assert.equal((await scan(folderOf(record.plugin))).class, record.class);
      assert.ok(['works', 'starts'].includes(record.result) && record.exercised.length > 0);
      assert.ok(readFileSync(new URL(record.test, root), 'utf8').includes(record.result === 'works' ? record.plugin.split('/').at(-1) : 'manifests/compat'));
    });
    if (record.result !== 'starts') continue;
    it(`${record.plugin} starts`, async () => {
      const kernel = await Kernel.start(record.class === 'R' ? realPackage() : {});
      const manifest = `${folderOf(record.plugin)}/openclaw.plugin.json`;
      try {
        const { registrations } = await install(kernel, record.plugin, existsSync(manifest) ? read(manifest).id : 'under-test');
        assert.ok(registrations.some(({ kind }) => kind === record.kind));
      } finally {
        await kernel.end();
      }
    });
  }
});
