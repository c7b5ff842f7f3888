// However the wire between page and gateway fails: every piece of text is there, in its place, once.

import assert from 'node:assert/strict';
import {EventEmitter, once} from 'node:events';
import {after, before, test} from 'node:test';
import {answered, ask, launch, openPage} from './browser.mjs';
import {Gateway, isExternal} from './gateway.mjs';
import {Gate, startModelService} from './model_service.mjs';
import {Wire} from './wire.mjs';

const kLost = [/ERR_|WebSocket connection|Failed to load resource/]; // what Chromium says about the failures made here
const kStep = 4; // pieces of seven characters

// Seven characters each, so that one piece is one word.
const word = i => `w${String(i).padStart(5, '0')} `;
const words = Array.from({length: 400}, (_, i) => word(i + 1)).join('');

let browser;
let model;
let gates; // question -> what lets the model speak
let asked;
const heard = new EventEmitter();
before(async () => {
  browser = await launch();
  model = await startModelService(question => {
    asked.push(question);
    heard.emit('question');
    return question.includes('slowly') ? [{text: words, gate: gateOf(question)}] : [{text: `Answer to: ${question}`}];
  });
});
after(async () => {
  await browser?.close();
  model?.stop();
});

/** A gateway, a wire to it, and a page behind the wire. */
async function behindWire(t) {
  const gateway = await new Gateway({modelUrl: model.url}).start();
  t.after(() => gateway.stop());
  const wire = await new Wire().start(gateway.url);
  t.after(() => wire.stop());
  asked = [];
  gates = new Map();
  return {gateway, wire, ...await openPage(browser, wire.url, {allow: kLost})};
}

const spoken = page => page.locator('.message.assistant .markdown').last();
const seen = (page, count) => spoken(page).getByText(word(count).trim()).waitFor();

async function beginsSlowly(page) {
  await ask(page, 'speak slowly');
  await page.locator('.message.assistant').waitFor();
  await page.waitForFunction(() => document.querySelector('.round.stop'));
}

async function isWhole(page, count) {
  const expected = Array.from({length: count}, (_, i) => word(i + 1).trim());
  assert.deepEqual((await spoken(page).textContent()).trim().split(/\s+/), expected);
}

function gateOf(question) {
  if (!gates.has(question)) gates.set(question, new Gate());
  return gates.get(question);
}

async function isAsked(question) {
  while (!asked.includes(question)) await once(heard, 'question');
}

test('the wire is cut thirty times within one answer', async t => {
  const {wire, page, finish} = await behindWire(t);
  await beginsSlowly(page);
  const model = gateOf('speak slowly');
  let count = 0;
  for (let round = 0; round < 30; ++round) {
    model.release(kStep);
    count += kStep;
    await seen(page, count);
    if (round % 3 === 0) { // between two events
      wire.cut();
      model.release(kStep);
      count += kStep;
    } else { // in the middle of one
      wire.cut(1 + round * 7);
      model.release(kStep);
      count += kStep;
    }
    await seen(page, count);
  }
  model.release(400);
  await answered(page);
  await isWhole(page, 400);
  assert.equal(await page.locator('.message').count(), 2);
  assert.equal(asked.length, 1);
  await page.reload();
  await answered(page);
  await isWhole(page, 400);
  await finish();
});

test('the answer ends while the wire is cut', async t => {
  const {wire, page, finish} = await behindWire(t);
  await beginsSlowly(page);
  const model = gateOf('speak slowly');
  model.release(20);
  await seen(page, 20);
  wire.cut();
  model.release(380);
  await answered(page);
  await isWhole(page, 400);
  assert.equal(await page.locator('.message').count(), 2);
  await finish();
});

test('receipts are lost: nothing is asked twice', async t => {
  const {wire, page, finish} = await behindWire(t);
  await ask(page, 'hello');
  await answered(page);
  for (let round = 1; round <= 5; ++round) {
    wire.deafen();
    await ask(page, `question ${round}`);
    await isAsked(`question ${round}`);
    wire.cut();
    await page.locator('.message.assistant', {hasText: `Answer to: question ${round}`}).waitFor();
    await answered(page);
  }
  assert.deepEqual(asked, ['hello', ...Array.from({length: 5}, (_, i) => `question ${i + 1}`)]);
  assert.equal(await page.locator('.message').count(), 12);
  assert.equal(await page.evaluate(() => sessionStorage.getItem('chela_outbox')), null);
  await finish();
});

test('offline and online again', async t => {
  const {wire, page, context, finish} = await behindWire(t);
  await beginsSlowly(page);
  const model = gateOf('speak slowly');
  let count = 0;
  for (let round = 0; round < 5; ++round) {
    model.release(kStep);
    count += kStep;
    await seen(page, count);
    await context.setOffline(true);
    wire.cut();
    model.release(kStep);
    count += kStep;
    await page.getByText('Connection lost').waitFor();
    await context.setOffline(false);
    await seen(page, count);
  }
  await page.getByText('Connection lost').waitFor({state: 'detached'});
  model.release(400);
  await answered(page);
  await isWhole(page, 400);
  await finish();
});

test('the wire dies without a word', async t => {
  const {wire, page, finish} = await behindWire(t);
  await beginsSlowly(page);
  const model = gateOf('speak slowly');
  model.release(kStep);
  await seen(page, kStep);
  wire.die();
  model.release(kStep);
  await page.evaluate(() => dispatchEvent(new Event('online'))); // as when a laptop wakes up in another network
  await seen(page, 2 * kStep);
  model.release(400);
  await answered(page);
  await isWhole(page, 400);
  await finish();
});

test('what is written while the wire is cut arrives once, in order', async t => {
  const {gateway, wire, page, context, finish} = await behindWire(t);
  await ask(page, 'hello');
  await answered(page);
  await context.setOffline(true);
  wire.cut();
  await page.getByText('Connection lost').waitFor();
  for (const text of ['first', 'second', 'third']) await ask(page, text);
  await page.getByText('3 messages will be sent then').waitFor();
  await context.setOffline(false);
  await page.locator('.message.assistant', {hasText: 'Answer to: third'}).waitFor();
  await answered(page);
  assert.deepEqual(asked, ['hello', 'first', 'second', 'third']);
  assert.equal(await page.locator('.message').count(), 8);
  const {sessions: [{id}]} = await (await fetch(new URL('/api/sessions', gateway.url))).json();
  const {messages} = await (await fetch(new URL(`/api/sessions/${id}`, gateway.url))).json();
  assert.deepEqual(messages.filter(({role}) => role === 'user').map(({text}) => text), ['hello', 'first', 'second', 'third']);
  await finish();
});

test('the gateway is restarted three times', {skip: isExternal && 'CHELA_URL: not ours to kill'}, async t => {
  const {gateway, page, finish} = await behindWire(t);
  for (let round = 1; round <= 3; ++round) {
      await ask(page, `speak slowly, round ${round}`);
    const model = gateOf(`speak slowly, round ${round}`);
    model.release(8);
    await seen(page, 8);
    await gateway.kill();
    await gateway.start();
    await page.getByLabel('Stop', {exact: true}).waitFor({state: 'detached'});
    await ask(page, `after round ${round}`);
    await page.locator('.message.assistant', {hasText: `Answer to: after round ${round}`}).waitFor();
    await answered(page);
  }
  const shown = async () => (await page.locator('.bubble').allTextContents());
  const expected = [1, 2, 3].flatMap(round => [`speak slowly, round ${round}`, `after round ${round}`]);
  assert.deepEqual(await shown(), expected);
  for (const text of await page.locator('.message.assistant .markdown').allTextContents()) {
    const found = text.match(/w\d{5}/g) ?? [];
    assert.deepEqual(found, found.map((_, i) => word(i + 1).trim()));
  }
  await page.reload();
  await answered(page);
  assert.deepEqual(await shown(), expected);
  await finish();
});
