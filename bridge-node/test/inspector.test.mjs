// Beside upstream's plugin inspector: what its recording api hears of a plugin, the host has registered or told about.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createCaptureApi } from '../node_modules/@openclaw/plugin-inspector/src/capture-api.js';
import { HOOKS } from '../dist/hooks/catalogue.js';
import { findDefinition } from '../dist/load/exports.js';
import { entriesOf } from '../dist/load/entry.js';
import { kernelFor } from './kernel.mjs';
import { sdkFolder } from './sdk.mjs';

const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const sdk = sdkFolder();
const sdkRequire = createRequire(`${sdk}/package.json`);
registerHooks({
  resolve: (specifier, context, next) => (specifier.startsWith('openclaw/plugin-sdk')
    ? { url: pathToFileURL(sdkRequire.resolve(specifier)).href, shortCircuit: true } : next(specifier, context)),
});

const PLUGINS = [
  ['@openclaw/kitchen-sink', { personality: 'full' }], ['@openclaw/kitchen-sink', { personality: 'conformance' }],
  ['@openclaw/kitchen-sink', { personality: 'adversarial' }], ['@askjo/camofox-browser', { autoStart: false }],
  ['@openclaw-china/wecom', {}], ['@openclaw-china/dingtalk', {}],
];

describe('the inspector hears no more than the host', () => {
  const holder = kernelFor({ before, after }, { env: { CHELA_BRIDGE_SHIM: sdk } });
  for (const [name, config] of PLUGINS) {
    it(`of ${name} ${config.personality ?? ''}`, async () => {
      const directory = packages + name;
      const api = createCaptureApi({ pluginConfig: config, logger: { info() {}, warn() {}, error() {}, debug() {} } });
      findDefinition(await import(pathToFileURL(`${directory}/${entriesOf(directory)[0]}`).href)).register(api);
      const captured = api.getCapturedContracts();
      const manifest = existsSync(`${directory}/openclaw.plugin.json`) ? JSON.parse(readFileSync(`${directory}/openclaw.plugin.json`, 'utf8')) : {};
      const { registrations, diagnostics } = await holder.kernel.startPlugin(directory, { config, manifest });
      await holder.kernel.request('plugin.stop', { plugin: 'under-test' });

      const heard = (kind) => captured.filter((entry) => entry.kind === kind).map((entry) => entry.name);
      assert.deepEqual(registrations.filter(({ id }) => HOOKS.has(id)).map(({ id }) => id).sort(), heard('hook').sort());
      // Two of upstream's probes throw, there and here, as the fixture itself says.
      const thrown = config.personality === 'full' || config.personality === 'adversarial' ? 2 : 0;
      const accounted = registrations.filter(({ id }) => !HOOKS.has(id)).length + diagnostics.length + thrown;
      assert.ok(accounted >= heard('registration').length, `${accounted} of ${heard('registration').length}`);
      assert.ok(heard('registration').length > 0);
    });
  }
});
