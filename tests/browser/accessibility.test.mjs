// axe over every state of the page that a person can come into, in both themes, at the desk and on the phone.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {seriousFindings} from './axe.mjs';
import {answered, ask, kPhone, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {startModelService} from './model_service.mjs';

let browser;
let model;
let demo;
let scripted;
let locked;
before(async () => {
  browser = await launch();
  model = await startModelService();
  demo = await new Gateway().start();
  scripted = await new Gateway({modelUrl: model.url}).start();
  locked = await new Gateway({modelUrl: model.url, token: 'secret-token-for-the-page'}).start();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  await scripted?.stop();
  await locked?.stop();
  model?.stop();
});

const kStates = {
  'empty page': {gateway: () => demo, reach: page => page.getByLabel('Demonstration').waitFor()},
  'the demonstration\'s help': {gateway: () => demo, reach: page => page.getByText('Add a model').click()},
  'conversation with tools and code': {gateway: () => scripted, reach: async page => {
    await ask(page, 'a tour, please');
    await answered(page);
    await ask(page, 'show me the files');
    await answered(page);
    await page.locator('details').evaluateAll(all => { for (const one of all) one.open = true; });
  }},
  'running answer': {gateway: () => scripted, allow: [], reach: async page => {
    await ask(page, 'talk slowly');
    await page.locator('.thread').getByText('word9 ').waitFor();
  }},
  'stopped answer': {gateway: () => scripted, reach: async page => {
    await ask(page, 'talk slowly');
    await page.locator('.thread').getByText('word5 ').waitFor();
    await page.getByLabel('Stop', {exact: true}).click();
    await page.locator('.ending', {hasText: 'Stopped'}).waitFor();
  }},
  'error': {gateway: () => scripted, reach: async page => {
    await ask(page, 'please fail');
    await (await answered(page)).locator('.error-card').waitFor();
  }},
  'hostile answer': {gateway: () => scripted, reach: async page => {
    await ask(page, 'be hostile');
    await answered(page);
  }},
  'doctor': {gateway: () => scripted, phone: false, reach: async page => {
    await page.getByRole('button', {name: 'Doctor'}).click();
    await page.waitForFunction(() => document.querySelector('dialog pre')?.getAttribute('aria-busy') === 'false');
  }},
  'token': {gateway: () => locked, allow: [/401/], reach: page => page.getByRole('dialog', {name: 'Gateway token'}).waitFor()},
  'notice with undo': {gateway: () => scripted, phone: false, reach: async page => {
    await ask(page, 'think of a conversation to delete');
    await answered(page);
    await page.locator('.sidebar').getByRole('button', {name: /^Delete/}).first().click();
    await page.getByRole('button', {name: 'Undo'}).waitFor();
  }},
  'drawer': {gateway: () => scripted, desk: false, reach: async page => {
    await ask(page, 'think of something');
    await answered(page);
    await page.getByRole('button', {name: 'Conversations'}).tap();
    await page.locator('.sidebar.open').getByRole('link').first().waitFor();
  }},
};

for (const [name, {gateway, reach, allow = [], desk = true, phone = true}] of Object.entries(kStates)) {
  for (const colorScheme of ['dark', 'light']) {
    for (const device of [...desk ? ['desk'] : [], ...phone ? ['phone'] : []]) {
      test(`${name}, ${colorScheme}, ${device}`, async () => {
        const context = {colorScheme, ...device === 'phone' ? kPhone : {}};
        const {page, finish} = await openPage(browser, gateway().url, {allow, context});
        await reach(page);
        assert.deepEqual(await seriousFindings(page), []);
        await shoot(page, `axe-${name}-${colorScheme}-${device}`.replaceAll(/[^\w-]+/g, '-'));
        await finish();
      });
    }
  }
}
