// Nothing that a model, a tool, a service or a person says does anything but stand there as text.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {answered, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {kHostileMessages} from './hostile_messages.mjs';
import {startModelService} from './model_service.mjs';

const kStallMaxMs = 10_000; // below 600 on an idle machine; without bounds in the page, minutes
const kCarried = kHostileMessages.filter(({text}) => text.length < 400).filter((_, i) => i % 6 === 0);

function script(question) {
  const index = Number(/^hostile (\d+)/.exec(question)?.[1]);
  const {text} = kHostileMessages[index] ?? {text: 'A title is made of this.'};
  if (!question.includes('carried')) return [{text}];
  return [{reasoning: text}, {tool: {name: text, arguments: {[text]: text}}},
    {tool: {name: 'write_file', arguments: {path: 'hostile.txt', content: text}}},
    {tool: {name: 'read_file', arguments: {path: 'hostile.txt'}}}, {refusal: text}];
}

let browser;
let model;
let gateway;
let opened;
let frame; // where the page's own parts stand before anything hostile was said
const figures = [];
before(async () => {
  browser = await launch();
  model = await startModelService(script);
  gateway = await new Gateway({modelUrl: model.url}).start();
  opened = await openPage(browser, gateway.url);
  await ask(opened.page, 'hello');
  await answered(opened.page);
  await opened.page.evaluate(() => {
    window.__stalls = [];
    new PerformanceObserver(list => window.__stalls.push(...list.getEntries().map(entry => entry.duration))).observe({type: 'longtask'});
  });
  frame = await parts(opened.page);
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
  model?.stop();
});

/** Not typed: that would be a layout per line, and the figures are to be the page's. */
async function ask(page, question) {
  await page.locator('#composer').evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    requestAnimationFrame(() => field.form.requestSubmit());
  }, question);
  await page.locator('.bubble').waitFor();
}

/** Everything that must be the same whatever is said. */
function parts(page) {
  return page.evaluate(() => {
    const place = selector => {
      const {left, width} = document.querySelector(selector).getBoundingClientRect();
      return [selector, Math.round(left), Math.round(width)];
    };
    const scroller = document.querySelector('.scroller');
    return {
      places: ['.sidebar', '.stage', '.top-bar', '.scroller', '.composer', '.new-chat', '.sidebar-foot'].map(place),
      heights: ['.top-bar', '.composer'].map(selector => Math.round(document.querySelector(selector).getBoundingClientRect().height)),
      wide: [document.documentElement, scroller].filter(box => box.scrollWidth > box.clientWidth).map(box => box.className || 'page'),
      head: [...document.head.children].map(child => child.tagName),
      foreign: document.querySelectorAll('body :is(script,style,link,meta,base,iframe,object,embed,img,picture,video,audio,math,marquee,template,select), .thread :is(form,textarea,input:not([type=checkbox][disabled]))').length,
      handlers: [...document.querySelectorAll('.thread *')].flatMap(one => one.getAttributeNames()).filter(name => /^(on|src|srcdoc|srcset|action|formaction|id$|name$)/.test(name)),
      links: [...document.querySelectorAll('.thread a')].map(({href, target, rel}) => `${target} ${rel} ${href}`).filter(link => !/^_blank noopener noreferrer (https?|mailto):/.test(link)),
      pwned: window.__pwned,
      address: location.pathname,
      visible: document.body.checkVisibility() && document.getElementById('composer').checkVisibility(),
    };
  });
}

async function unharmed(page, context) {
  await page.evaluate(() => { for (const dead of [...document.querySelectorAll('.dead-link')].slice(0, 5)) dead.click(); });
  assert.deepEqual(await parts(page), frame);
  assert.equal(context.pages().length, 1, 'no window was opened');
  const worst = await page.evaluate(() => Math.max(0, ...window.__stalls.splice(0)));
  assert.ok(worst < kStallMaxMs, `the page was deaf for ${worst} ms`);
  return worst;
}

async function again(page) { // the same from the stored conversation
  await page.keyboard.press('Control+Shift+O');
  await page.locator('.empty').waitFor();
  await page.goBack();
  await answered(page);
}

for (const [index, {name, text}] of kHostileMessages.entries()) {
  test(name, async () => {
    const {page, context} = opened;
    await page.keyboard.press('Control+Shift+O');
    await page.locator('.empty').waitFor();
    await ask(page, `hostile ${index} ${text.slice(0, 2000)}`);
    const answer = await answered(page);
    assert.equal(await answer.locator('.error-card').count(), 0);
    const live = await unharmed(page, context);
    await again(page);
    figures.push({name, live, stored: await unharmed(page, context)});
  });
}

for (const {name, text} of kCarried) {
  test(`carried by a tool, a thought, an error and a title: ${name}`, async () => {
    const {page, context} = opened;
    const index = kHostileMessages.findIndex(message => message.name === name);
    await page.keyboard.press('Control+Shift+O');
    await page.locator('.empty').waitFor();
    await ask(page, `hostile ${index} carried ${text}`);
    const answer = await answered(page);
    await answer.locator('.error-card').waitFor();
    assert.equal(await answer.locator('.tool-card').count(), 3);
    await answer.locator('details').evaluateAll(all => { for (const one of all) one.open = true; });
    await unharmed(page, context);
    await again(page);
    await page.locator('.message').last().locator('details').evaluateAll(all => { for (const one of all) one.open = true; });
    await unharmed(page, context);
  });
}

test('after all of it the page still works', async t => {
  const {page, finish} = opened;
  await page.keyboard.press('Control+Shift+O');
  await page.locator('.empty').waitFor();
  const worst = figures.toSorted((a, b) => Math.max(b.live, b.stored) - Math.max(a.live, a.stored)).slice(0, 5);
  for (const {name, live, stored} of worst) t.diagnostic(`${name}: longest task ${Math.round(live)} ms live, ${Math.round(stored)} ms stored`);
  await ask(page, 'hello again');
  await answered(page);
  await shoot(page, 'hostile-dark');
  await finish();
});
