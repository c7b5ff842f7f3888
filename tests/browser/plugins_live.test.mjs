// The plugins' view against the gateway itself: what is set in the page stands in the configuration and is in effect.

import assert from 'node:assert/strict';
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {launch, openPage} from './browser.mjs';
import {Gateway} from './gateway.mjs';

const kManifest = {
  id: 'greeter', version: '1.2.3', name: 'Greeter', description: 'Greets.', abi: '1.0',
  provides: [{kind: 'tool', id: 'greeter', tools: [{name: 'greet', description: 'Greets.', parameters: {type: 'object'}}]}],
  permissions: {network: ['greetings.example.com:443'], paths: ['workspace:read'], exec: [], secrets: []},
  configSchema: {type: 'object', additionalProperties: false, properties: {greeting: {type: 'string', maxLength: 5, default: 'Hello'}, apiKey: {type: 'string'}}},
  uiHints: {greeting: {label: 'Words', help: 'What it says.'}},
};

function install(home) { // never loaded here: any library will do
  const folder = join(home, 'plugins/greeter');
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'chela.plugin.json'), JSON.stringify(kManifest));
  copyFileSync(join(process.env.CHELA_BUILD_DIR ?? join(import.meta.dirname, '../../build/dev'), 'lib/plugins/time/time.so'), join(folder, 'greeter.so'));
}

let browser;
let gateway;
before(async () => {
  browser = await launch();
  gateway = await new Gateway({prepare: install}).start();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const written = () => JSON.parse(readFileSync(join(gateway.home, 'test-config.json'), 'utf8')).plugins?.entries?.greeter;

test('a plugin is set, switched and looked into', async () => {
  const {page, finish} = await openPage(browser, gateway.url, {hash: '#plugins', allow: [/422/]});
  await page.getByRole('link', {name: 'Greeter', exact: true}).click();
  await page.getByText('Reach greetings.example.com').waitFor();
  const words = page.locator('.settings').getByLabel('Words');
  const saved = page.getByText('The settings of Greeter are saved.');
  const save = page.getByRole('button', {name: 'Save settings'});
  await words.fill('much too long');
  await save.click();
  await page.locator('[id$="-greeting-problem"]:not(:empty)').waitFor();
  assert.equal(written(), undefined);
  await words.fill('Moin');
  await page.locator('.settings').getByLabel('Api key').fill('a-secret');
  await save.click();
  await saved.waitFor();
  assert.deepEqual(written().config, {greeting: 'Moin', apiKey: 'a-secret'});
  await page.reload();
  await page.getByText('A value is stored').waitFor();
  assert.equal(await words.inputValue(), 'Moin');
  assert.doesNotMatch(await page.content(), /a-secret/);
  await words.fill('Hej');
  await save.click();
  await saved.waitFor();
  assert.deepEqual(written().config, {greeting: 'Hej', apiKey: 'a-secret'});
  const knob = page.getByRole('switch', {name: 'Use Greeter'});
  await knob.click();
  await page.locator('.switch[aria-checked="false"]').waitFor();
  assert.equal(written().enabled, false);
  await knob.click();
  await page.locator('.switch[aria-checked="true"]').waitFor();
  await page.locator('.plugin-log summary').click();
  await page.locator('.plugin-log pre, .plugin-log [role="status"]:not(:empty)').first().waitFor();
  await finish();
});

test('the bundled plugins are there, and the folders are looked through again', async () => {
  const {page, finish} = await openPage(browser, gateway.url, {hash: '#plugins'});
  await page.getByRole('link', {name: 'Time', exact: true}).waitFor();
  await page.getByRole('button', {name: 'Look again'}).click();
  await page.getByText('Looked for plugins again.').waitFor();
  await finish();
});
