// A conversation of 2,000 messages opens at once, scrolls to its beginning, and does not slow down an answer.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {answered, ask, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {startModelService} from './model_service.mjs';

const kTurns = 1000;
// Bounds for two cores that have other work, too; the figures themselves are printed. Idle, they are a fifth of these.
const kOpenMs = 5000;
const kStallMs = 1500; // the longest that the page may be deaf while an answer streams
const kFrameP95Ms = 250;
const kTypingP95Ms = 400;
const kHeapMaxMb = 120;

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

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
const told = values => `median ${percentile(values, 0.5).toFixed(1)} ms, 95 % ${percentile(values, 0.95).toFixed(1)} ms, worst ${Math.max(...values).toFixed(1)} ms`;

/** From the key to the frame that shows the letter. */
async function typingLatency(page) {
  await page.evaluate(() => {
    window.__typing = [];
    window.__onKey = event => requestAnimationFrame(() => {
      const channel = new MessageChannel(); // its message comes right after the frame was drawn
      channel.port1.onmessage = () => window.__typing.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    });
    addEventListener('keydown', window.__onKey);
  });
  await page.locator('#composer').focus();
  for (const letter of 'the quick brown fox jumps over the lazy dog') await page.keyboard.press(letter === ' ' ? 'Space' : letter);
  await page.waitForFunction(() => window.__typing.length === 43);
  await page.locator('#composer').fill('');
  return await page.evaluate(() => (removeEventListener('keydown', window.__onKey), window.__typing));
}

async function memory(page, context) {
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const {metrics} = await session.send('Performance.getMetrics');
  const {JSHeapUsedSize, Nodes} = Object.fromEntries(metrics.map(({name, value}) => [name, value]));
  return {heapMb: JSHeapUsedSize / 2 ** 20, nodes: Nodes};
}

test('opens at its end', async t => {
  const {page, context, finish} = await openPage(browser, gateway.url);
  await page.locator('.empty').waitFor();
  const start = Date.now();
  await page.goto(`${gateway.url}/chat#s=${session}`);
  await page.locator('.bubble', {hasText: `quick question ${kTurns}`}).waitFor();
  await page.waitForFunction(() => {
    const box = document.querySelector('.scroller');
    return box.scrollHeight - box.scrollTop - box.clientHeight < 4;
  });
  const took = Date.now() - start;
  t.diagnostic(`open: ${took} ms`);
  assert.ok(took < kOpenMs, `${took} ms to open`);
  assert.ok(await page.locator('.message').count() < 200, 'only the end is in the document');
  const typing = await typingLatency(page);
  t.diagnostic(`typing: ${told(typing)}`);
  assert.ok(percentile(typing, 0.95) < kTypingP95Ms, told(typing));
  const {heapMb, nodes} = await memory(page, context);
  t.diagnostic(`memory: ${heapMb.toFixed(1)} MB of script, ${nodes} nodes`);
  assert.ok(heapMb < kHeapMaxMb, `${heapMb} MB`);
  await shoot(page, 'long-conversation-dark');
  await finish();
});

test('scrolls to its first message without jumping, and stays light', async t => {
  const {page, context, finish} = await openPage(browser, gateway.url, {hash: `#s=${session}`});
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

  // Now all of it is in the document: the worst case for everything.
  const frames = await page.evaluate(async () => {
    const box = document.querySelector('.scroller');
    const times = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < 200; ++i) {
      box.scrollTop += 150;
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  });
  t.diagnostic(`scrolling, all in the document: ${told(frames)}`);
  assert.ok(percentile(frames, 0.95) < kFrameP95Ms, told(frames));
  const typing = await typingLatency(page);
  t.diagnostic(`typing, all in the document: ${told(typing)}`);
  assert.ok(percentile(typing, 0.95) < kTypingP95Ms, told(typing));
  const {heapMb, nodes} = await memory(page, context);
  t.diagnostic(`memory, all in the document: ${heapMb.toFixed(1)} MB of script, ${nodes} nodes`);
  assert.ok(heapMb < kHeapMaxMb, `${heapMb} MB`);
  await finish();
});

test('an answer streams smoothly below it', async t => {
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
  t.diagnostic(`longest task while an answer streams: ${worst} ms`);
  assert.ok(worst < kStallMs, `the page was deaf for ${worst} ms`);
  await finish();
});
