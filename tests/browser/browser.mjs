// One Chromium for a test file, and pages that report what must never happen: script errors, refused resources,
// requests to anywhere else.

import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {chromium} from 'playwright-core';
import {screenshots} from './gateway.mjs';

const kArguments = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync',
  '--disable-component-update', '--disable-quic'];

export function launch() {
  return chromium.launch({executablePath: process.env.CHELA_CHROMIUM ?? '/usr/bin/chromium', args: kArguments});
}

/** `allow`: patterns of console errors that the journey provokes on purpose (a killed gateway is reported by Chromium). */
export async function openPage(browser, url, {allow = [], context: contextOptions = {}, hash = ''} = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, colorScheme: 'dark', ...contextOptions});
  const problems = [];
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', error => problems.push(`script error: ${error.stack ?? error}`));
  page.on('console', message => {
    if (message.type() === 'error' && !allow.some(pattern => pattern.test(message.text()))) problems.push(`console: ${message.text()}`);
  });
  page.on('request', request => {
    if (!request.url().startsWith('data:') && new URL(request.url()).host !== new URL(url).host) problems.push(`request to ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.__violations = [];
    document.addEventListener('securitypolicyviolation', event => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(new URL('/chat', url).href + hash);
  const finish = async () => {
    assert.deepEqual(await page.evaluate(() => window.__violations), [], 'content security policy violations');
    assert.deepEqual(problems, []);
    await context.close();
  };
  return {page, context, finish};
}

export async function ask(page, text) {
  await page.getByLabel('Message', {exact: true}).fill(text);
  await page.getByLabel('Message', {exact: true}).press('Enter');
}

/** The answer to the last message, once it is complete. */
export async function answered(page) {
  await page.waitForFunction(() => {
    const last = [...document.querySelectorAll('.message')].at(-1);
    return last?.matches('.assistant[aria-busy="false"]') && !document.querySelector('.round.stop');
  });
  return page.locator('.message').last();
}

export async function shoot(page, name) {
  mkdirSync(screenshots, {recursive: true});
  await page.waitForFunction(() => document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity || a.playState !== 'running'));
  await page.screenshot({path: join(screenshots, `${name}.png`)});
}
