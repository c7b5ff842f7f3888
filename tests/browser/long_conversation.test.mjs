// A conversation of 2,000 messages opens at once, scrolls to its beginning, and does not slow down an answer.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {answered, ask, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {startModelService} from './model_service.mjs';

const kTurns = 1000;
const kOpenMs = 3000;
const kStallMs = 250; // the longest that the page may be deaf while an answer streams

let browser;
let model;
let gateway;
let session;
before(async () => {
  browser = await launch();
  model = await startModelService();
  gateway = await new Gateway({modelUrl: model.url}).start();
  const post = async (path, body) => {
    const response = await fetch(new URL(path, gateway.url), {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
    assert.ok(response.ok, `${path}: ${response.status}`);
    return await response.json();
  };
  session = (await post('/api/sessions', {})).id;
  for (let turn = 1; turn <= kTurns; ++turn) await post(`/api/sessions/${session}/messages`, {text: `quick question ${turn}`});
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  model?.stop();
});

test('opens at its end', async () => {
  const {page, finish} = await openPage(browser, gateway.url);
  await page.getByText('What shall we get hold of?').waitFor();
  const start = Date.now();
  await page.goto(`${gateway.url}/chat#s=${session}`);
  await page.locator('.bubble', {hasText: `quick question ${kTurns}`}).waitFor();
  await page.waitForFunction(() => {
    const box = document.querySelector('.scroller');
    return box.scrollHeight - box.scrollTop - box.clientHeight < 4;
  });
  const took = Date.now() - start;
  assert.ok(took < kOpenMs, `${took} ms to open`);
  assert.ok(await page.locator('.message').count() < 200, 'only the end is in the document');
  await shoot(page, 'long-conversation-dark');
  await finish();
});

test('scrolls to its first message without jumping', async () => {
  const {page, finish} = await openPage(browser, gateway.url, {hash: `#s=${session}`});
  await page.locator('.bubble', {hasText: `quick question ${kTurns}`}).waitFor();
  const jumps = await page.evaluate(async () => {
    const box = document.querySelector('.scroller');
    const frame = () => new Promise(requestAnimationFrame);
    let worst = 0;
    for (let round = 0; round < 400; ++round) {
      await frame(); // what has just come into sight is laid out
      await frame();
      const shown = [...document.querySelectorAll('.message')].find(one => one.getBoundingClientRect().bottom > 300);
      const at = shown.getBoundingClientRect().top;
      for (let i = 0; i < 4; ++i) await frame();
      if (shown.isConnected) worst = Math.max(worst, Math.abs(shown.getBoundingClientRect().top - at));
      if ([...document.querySelectorAll('.bubble')].some(one => one.textContent === 'quick question 1') && box.scrollTop < 5) break;
      box.scrollTop -= 4000;
    }
    return worst;
  });
  await page.locator('.bubble', {hasText: /^quick question 1$/}).waitFor();
  assert.equal(await page.locator('.message').count(), 2 * kTurns);
  assert.ok(jumps < 40, `what was being read moved by ${jumps} px`);
  await finish();
});

test('an answer streams smoothly below it', async () => {
  const {page, finish} = await openPage(browser, gateway.url, {hash: `#s=${session}`});
  await page.locator('.bubble', {hasText: `quick question ${kTurns}`}).waitFor();
  await page.evaluate(() => {
    window.__stalls = [0];
    new PerformanceObserver(list => window.__stalls.push(...list.getEntries().map(entry => entry.duration))).observe({type: 'longtask'});
  });
  await ask(page, 'a long answer, please');
  const answer = await answered(page);
  assert.match(await answer.textContent(), /word1199/);
  const worst = await page.evaluate(() => Math.max(...window.__stalls));
  assert.ok(worst < kStallMs, `the page was deaf for ${worst} ms`);
  await finish();
});
