// One Chromium for a test file, and pages that report what must never happen: script errors, refused resources,
// requests to anywhere else.

import assert from 'node:assert/strict';
import {mkdirSync, readFileSync} from 'node:fs';
import {dirname, extname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {chromium} from 'playwright-core';
import {screenshots} from './gateway.mjs';

const kArguments = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync',
  '--disable-component-update', '--disable-quic'];

const kAnyOrigin = '--disable-features=LocalNetworkAccessChecks'; // a page that comes from no server may talk to the gateway

export function launch() {
  return chromium.launch({executablePath: process.env.CHELA_CHROMIUM ?? '/usr/bin/chromium', args: process.env.CHELA_PAGE ? [...kArguments, kAnyOrigin] : kArguments});
}

const kTypes = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json'};

/** CHELA_PAGE=DIST: the page as vite has just built it, before it is in the binary. For work on the page alone. */
async function takeBuiltPage(context) {
  const dist = process.env.CHELA_PAGE;
  if (!dist) return;
  const headers = JSON.parse(readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../kernel/gateway/web/headers.json'), 'utf8'));
  await context.route(/\/chat(\/[\w.]+)?$/, async route => {
    const {pathname} = new URL(route.request().url());
    const file = pathname === '/chat' ? '/index.html' : pathname;
    await route.fulfill({body: readFileSync(join(dist, file)), headers: {...headers, 'content-type': kTypes[extname(file)]}});
  });
}

/**
 * `allow`: patterns of console errors that the journey provokes on purpose (a killed gateway is reported by Chromium).
 * `prepare` is given the context before the page is asked for.
 */
export async function openPage(browser, url, {allow = [], context: contextOptions = {}, hash = '', prepare = () => {}} = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 800}, colorScheme: 'dark', ...contextOptions});
  await takeBuiltPage(context);
  await prepare(context);
  const problems = [];
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
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

export const kPhone = {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, isMobile: true, hasTouch: true};
export const kSmallPhone = {...kPhone, viewport: {width: 360, height: 640}};

export const hasFocus = (page, selector) => page.waitForFunction(wanted => document.activeElement?.matches(wanted), selector);

export async function ask(page, text) {
  await page.getByLabel('Message', {exact: true}).fill(text);
  await page.getByRole('button', {name: 'Send', exact: true}).click();
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
