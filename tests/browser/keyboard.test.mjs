// The page without a mouse and without eyes: everything is reached, the focus is never lost, answers are read out.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {answered, ask, hasFocus, launch, openPage} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {startModelService} from './model_service.mjs';

let browser;
let model;
let scripted;
before(async () => {
  browser = await launch();
  model = await startModelService();
  scripted = await new Gateway({modelUrl: model.url}).start();
});
after(async () => {
  await browser?.close();
  await scripted?.stop();
  model?.stop();
});

/** Tab until the focus is where it is wanted; on the way it is always somewhere that can be seen. */
async function tabTo(page, selector, key = 'Tab') {
  for (let presses = 0; presses < 60; ++presses) {
    await page.keyboard.press(key);
    const at = await page.evaluate(wanted => {
      const focused = document.activeElement;
      if (focused === document.body) return 'outside'; // the browser's own bar
      const outlined = focused.matches('textarea') || getComputedStyle(focused).outlineStyle !== 'none';
      return focused.matches(wanted) ? 'there' : focused.checkVisibility() && outlined ? 'on the way' : `unseen: ${focused.outerHTML.slice(0, 100)}`;
    }, selector);
    if (at === 'there') return;
    assert.ok(at === 'outside' || at === 'on the way', at);
  }
  assert.fail(`${selector} was not reached`);
}

test('every part is reached by Tab and answers to Enter', async () => {
  const {page, finish} = await openPage(browser, scripted.url);
  await hasFocus(page, '#composer');
  await page.keyboard.type('show me the files');
  await page.keyboard.press('Enter');
  await answered(page);
  await tabTo(page, '.tool-card summary', 'Shift+Tab');
  const card = page.locator('.tool-card').last();
  await page.keyboard.press('Enter');
  await card.getByText('Result', {exact: true}).waitFor();
  await page.keyboard.press('Tab'); // into what was opened
  await hasFocus(page, '.tool-card[open] button');
  await tabTo(page, '.session.current a', 'Shift+Tab');
  await tabTo(page, '.session.current button');
  await page.keyboard.press('Enter');
  await page.getByRole('button', {name: 'Undo'}).waitFor();
  await tabTo(page, '.notice .text-button');
  await page.keyboard.press('Enter');
  await page.locator('.sidebar').getByRole('link', {name: /show me the files/}).waitFor();
  await tabTo(page, 'button.foot-button');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', {name: 'Doctor'}).waitFor();
  for (let i = 0; i < 6; ++i) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog')), 'the focus stays inside');
  }
  await page.keyboard.press('Escape');
  await hasFocus(page, 'button.foot-button');
  await tabTo(page, '[aria-label^="Use the"]');
  await page.keyboard.press('Enter');
  await page.getByRole('button', {name: 'Use the dark theme'}).waitFor();
  await finish();
});

test('the whole way by keyboard', async () => {
  const {page, finish} = await openPage(browser, scripted.url);
  const field = page.getByLabel('Message', {exact: true});
  await hasFocus(page, '#composer');
  await page.keyboard.type('think of');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two lines');
  assert.equal(await field.inputValue(), 'think of\ntwo lines');
  await page.keyboard.press('Enter');
  await answered(page);
  assert.equal(await page.locator('.bubble').last().textContent(), 'think of\ntwo lines');
  const spoken = page.locator('[role="log"]');
  await spoken.getByText('I thought about it.').waitFor({state: 'attached'});
  await page.keyboard.press('Tab'); // the send button is disabled: the focus leaves the field and stays visible
  assert.notEqual(await page.evaluate(() => document.activeElement?.id), 'composer');
  await page.locator('body').press('/');
  await hasFocus(page, '#composer');
  await page.keyboard.press('Control+Shift+O');
  await page.getByText('What shall we get hold of?').waitFor();
  await finish();
});

test('an answer that comes whole within one frame is read out', async () => {
  const {page, finish} = await openPage(browser, scripted.url);
  await ask(page, 'hello'); // the connection is there before the question that counts
  await answered(page);
  await page.getByLabel('Message', {exact: true}).fill('think of something');
  await page.evaluate(() => {
    document.getElementById('composer').form.requestSubmit();
    requestAnimationFrame(() => {
      const end = performance.now() + 1500;
      while (performance.now() < end); // the whole answer arrives meanwhile
    });
  });
  await page.locator('[role="log"]').getByText('I thought about it.').waitFor({state: 'attached'});
  assert.equal(await page.locator('[role="log"]').getByText('I thought about it.').count(), 1);
  await finish();
});
