// The page on a phone, down to 360 by 640.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {answered, hasFocus, kPhone, kSmallPhone, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';

let browser;
let demo;
before(async () => {
  browser = await launch();
  demo = await new Gateway().start();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

for (const [name, context] of [['phone', kPhone], ['small phone', {...kSmallPhone, colorScheme: 'light'}]]) {
  test(name, async () => {
    const {page, finish} = await openPage(browser, demo.url, {context});
    const fits = async () => {
      const wide = await page.evaluate(() => [document.documentElement, document.querySelector('.scroller')]
        .map(box => box.scrollWidth - box.clientWidth).concat(document.querySelector('.composer').getBoundingClientRect().bottom - innerHeight));
      assert.ok(Math.max(...wide) <= 0, `too wide or too high by ${wide} px`);
    };
    const file = name.replace(' ', '-');
    await page.getByText('What shall we get hold of?').waitFor();
    await page.getByLabel('Demonstration').waitFor();
    await fits();
    await shoot(page, `${file}-first-open`);
    await page.getByRole('button', {name: 'List the files in my workspace'}).tap();
    await answered(page);
    await page.getByLabel('Message', {exact: true}).fill(`What can you do? ${'Supercalifragilistic'.repeat(20)}`);
    await page.getByRole('button', {name: 'Send', exact: true}).tap();
    await answered(page);
    await fits();
    await shoot(page, `${file}-conversation`);
    const menu = page.getByRole('button', {name: 'Conversations'});
    await menu.tap();
    await page.locator('.sidebar.open').getByText('List the files').first().waitFor();
    await shoot(page, `${file}-conversations`);
    assert.equal(await page.locator('.stage').evaluate(stage => stage.inert), true);
    await page.locator('.backdrop').tap({position: {x: 340, y: 500}});
    await page.locator('.sidebar.open').waitFor({state: 'detached'});
    await menu.tap();
    await hasFocus(page, '.sidebar.open button');
    await page.keyboard.press('Escape');
    await page.locator('.sidebar.open').waitFor({state: 'detached'});
    await hasFocus(page, '[aria-label="Conversations"]');
    await menu.tap();
    await page.locator('.sidebar').getByRole('button', {name: 'New conversation'}).tap();
    await page.getByText('What shall we get hold of?').waitFor();
    await hasFocus(page, '#composer');
    await finish();
  });
}
