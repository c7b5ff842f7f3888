// The plugins in the page: what there is and what it may do, switching, mending, settings; by keyboard, on a phone,
// and with plugins that write anything they like.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {seriousFindings} from './axe.mjs';
import {hasFocus, kSmallPhone, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {kHostileMessages} from './hostile_messages.mjs';
import {plugin, PluginsApi} from './plugin_cases.mjs';

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

async function open({at = '#plugins', api = new PluginsApi(), ...options} = {}) {
  const opened = await openPage(browser, gateway.url, {hash: at, prepare: api.attach, ...options});
  await opened.page.locator('.plugins h2').waitFor();
  return {...opened, api};
}
const part = (page, title) => page.locator('.plugin-part', {has: page.getByRole('heading', {name: title, exact: true})});
const field = (page, label) => page.locator('.settings').getByLabel(label);
const save = page => page.getByRole('button', {name: 'Save settings'}).click();

test('the list shows every plugin, and leads to one and back', async () => {
  const {page, finish} = await open();
  assert.deepEqual(await page.locator('.plugin-row h3 a').allTextContents(), ['IRC', 'Files', 'Crashy', 'Weather']);
  assert.deepEqual(await page.locator('.plugin-row .state').allTextContents(), ['Running', 'Running', 'In quarantine', '1 problem', 'Off']);
  await hasFocus(page, '.plugins h2');
  await page.getByRole('link', {name: 'IRC', exact: true}).click();
  await hasFocus(page, '.plugin h2');
  assert.equal(await page.evaluate(() => location.hash), '#plugins=irc');
  assert.deepEqual(await part(page, 'What it may do').locator('li').allTextContents(),
    ['Reach every public address, through the gateway', 'Read the files of the workspace', 'Change the files of the workspace', 'Use the secret IRC_PASSWORD']);
  const facts = await part(page, 'Process').locator('dd').allTextContents();
  assert.deepEqual(facts, ['61 MB', '2 s', '1 h 1 min', '1', '4711', 'weather']);
  await shoot(page, 'plugins-irc');
  await page.goBack();
  await page.getByRole('link', {name: 'Crashy'}).waitFor();
  await shoot(page, 'plugins-list');
  await page.getByRole('button', {name: 'New conversation'}).first().click();
  await page.getByText('What shall we get hold of?').waitFor();
  assert.equal(await page.evaluate(() => location.hash), '');
  await page.locator('.sidebar').getByRole('link', {name: 'Plugins'}).click();
  await page.getByRole('link', {name: 'Crashy'}).waitFor();
  await finish();
});

test('a plugin outside a sandbox is said to be held by nothing', async () => {
  const {page, finish} = await open({at: '#plugins=files'});
  await part(page, 'What it may do').getByText(/nothing holds it/).waitFor();
  await finish();
});

test('a plugin is switched off and on', async () => {
  const {page, api, finish} = await open();
  const knob = page.getByRole('switch', {name: 'Use IRC'});
  assert.equal(await knob.getAttribute('aria-checked'), 'true');
  await knob.click();
  await page.getByText('IRC is off.').waitFor();
  assert.equal(await knob.getAttribute('aria-checked'), 'false');
  await knob.click();
  await page.getByText('IRC is on.').waitFor();
  assert.deepEqual(api.asked.map(({method, path}) => `${method} ${path}`), ['POST /api/plugins/irc/disable', 'POST /api/plugins/irc/enable']);
  await finish();
});

test('problems are told in words; a restart lifts the quarantine', async () => {
  const {page, finish} = await open({at: '#plugins=crashy'});
  await page.getByText('Error: Its process ended by itself too often').waitFor();
  await page.getByText('killed by signal 11').waitFor();
  await page.getByText('Warning: Ambiguous default').waitFor();
  await shoot(page, 'plugins-quarantined');
  await page.getByRole('button', {name: 'Restart and lift the quarantine'}).click();
  await page.getByText('Crashy was restarted.').waitFor();
  assert.equal(await part(page, 'Problems').count(), 0);
  await finish();
});

test('a refused action says why, and the list is looked for again', async () => {
  const {page, api, finish} = await open({at: '#plugins=irc', allow: [/409/]});
  api.refuse = {error: {code: 'conflict', message: 'the plugin is just being started'}};
  await page.getByRole('button', {name: 'Reload'}).click();
  await page.getByRole('alert').getByText('the plugin is just being started').waitFor();
  await page.getByRole('link', {name: 'All plugins'}).click();
  await page.getByRole('button', {name: 'Look again'}).click();
  await page.getByText('Looked for plugins again.').waitFor();
  await finish();
});

test('settings: every kind of field, and nothing is sent that was not touched', async () => {
  const {page, api, finish} = await open({at: '#plugins=irc'});
  assert.deepEqual(await page.locator('.settings > .setting label').allTextContents(),
    ['Server (required)', 'Channels', 'Password', 'Port', 'Use tls', 'Mode']);
  assert.equal(await field(page, 'Port').getAttribute('placeholder'), '6697');
  assert.equal(await field(page, 'Use tls').isChecked(), true);
  assert.equal(await field(page, 'Channels').inputValue(), '#chela\n#birds');
  assert.equal(await page.getByRole('button', {name: 'Save settings'}).isDisabled(), true);
  await field(page, 'Port').fill('6667');
  await field(page, 'Use tls').uncheck();
  await field(page, 'Mode').selectOption({label: 'streaming'});
  await field(page, 'Channels').fill('#one\n\n#two');
  await field(page, 'Burst').fill('3');
  await page.locator('.advanced summary').click();
  await field(page, 'Extra').fill('{"a": [1]}');
  await shoot(page, 'plugins-settings');
  await save(page);
  await page.getByText('The settings of IRC are saved.').waitFor();
  assert.deepEqual(api.asked, [{method: 'PUT', path: '/api/plugins/irc/config', body: {server: 'irc.example.org', password: '[redacted]', channels: ['#one', '#two'],
    limits: {perMinute: 20, burst: 3}, unknownToTheSchema: {kept: true}, port: 6667, useTls: false, mode: 'streaming', extra: {a: [1]}}}]);
  await finish();
});

test('settings: a secret is never shown back; it is kept, replaced or removed', async () => {
  const api = new PluginsApi();
  api.plugins[0].config.password = 'leaked-by-the-gateway';
  const {page, finish} = await open({at: '#plugins=irc', api});
  const secret = field(page, 'Password');
  const seen = () => page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map(({value}) => value).join(' '));
  assert.doesNotMatch(await seen(), /leaked/);
  assert.deepEqual([await secret.getAttribute('type'), await secret.inputValue()], ['password', '']);
  await secret.fill('new-secret');
  await save(page);
  await page.getByText('The settings of IRC are saved.').waitFor();
  assert.equal(api.asked.at(-1).body.password, 'new-secret');
  assert.doesNotMatch(await seen(), /new-secret/);
  await page.getByRole('button', {name: 'Remove Password'}).click();
  await save(page);
  await page.waitForFunction(() => !document.querySelector('.settings .text-button'));
  assert.equal('password' in api.asked.at(-1).body, false);
  await finish();
});

test('settings: what is wrong stands at its field, from the page and from the gateway', async () => {
  const {page, api, finish} = await open({at: '#plugins=irc', allow: [/422/]});
  await field(page, 'Port').fill('many');
  await save(page);
  await hasFocus(page, '[id$="-port"][aria-invalid="true"]');
  assert.equal(await page.locator('[id$="-port-problem"]').textContent(), 'This has to be a number.');
  assert.equal(api.asked.length, 0);
  await field(page, 'Port').fill('99999');
  api.refuse = {error: {code: 'invalid_config', message: 'the settings were not accepted', errors: [
    {path: '$.port', reason: 'must be at most 65535'}, {path: 'plugins.entries.irc.config.userAgent', reason: 'must not be empty'}, {path: '$.nowhere', reason: 'is not known'}]}};
  await save(page);
  await page.locator('[id$="-port-problem"]', {hasText: 'must be at most 65535'}).waitFor();
  await page.getByRole('alert').getByText('nowhere: is not known').waitFor();
  await hasFocus(page, '[id$="-port"]');
  assert.match(await page.locator('[id$="-userAgent-problem"]').textContent(), /must not be empty/);
  assert.match(await field(page, 'Port').getAttribute('aria-describedby'), /-port-problem/);
  await shoot(page, 'plugins-refused');
  await field(page, 'Port').fill('6697');
  await page.locator('[id$="-port-problem"]').waitFor({state: 'detached'});
  await finish();
});

test('the log is asked for when it is opened', async () => {
  const {page, finish} = await open({at: '#plugins=irc'});
  await page.locator('.plugin-log summary').click();
  await page.locator('.plugin-log pre').getByText('slow server').waitFor();
  await finish();
});

test('everything by keyboard, and the focus stays where it was while the page looks again', async () => {
  const {page, api, finish} = await open();
  const tabTo = async selector => {
    for (let presses = 0; presses < 60; ++presses) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(wanted => document.activeElement?.matches(wanted), selector)) return;
    }
    assert.fail(`${selector} was not reached`);
  };
  await tabTo('.switch');
  await page.keyboard.press('Space');
  await page.getByText('IRC is off.').waitFor();
  await hasFocus(page, '[aria-label="Use IRC"]');
  await page.keyboard.press('Space');
  await page.getByText('IRC is on.').waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await hasFocus(page, '.plugin h2');
  await tabTo('[id$="-server"]');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('irc.example.net/with a slash');
  await page.waitForResponse(/\/api\/plugins$/); // the page asks again by itself
  await hasFocus(page, '[id$="-server"]');
  await page.keyboard.press('Enter');
  await page.getByText('The settings of IRC are saved.').waitFor();
  assert.equal(api.asked.at(-1).body.server, 'irc.example.net/with a slash');
  await tabTo('.plugin-log summary');
  await page.keyboard.press('Enter');
  await page.locator('.plugin-log pre').waitFor();
  await finish();
});

for (const colorScheme of ['dark', 'light']) {
  for (const id of ['', 'irc', 'crashy', 'weather']) {
    test(`accessible: ${id || 'the list'}, ${colorScheme}`, async () => {
      const {page, finish} = await open({at: id ? `#plugins=${id}` : '#plugins', context: {colorScheme}});
      await page.locator('.plugins details').evaluateAll(all => { for (const one of all) one.open = true; });
      assert.deepEqual(await seriousFindings(page), []);
      await finish();
    });
  }
}

test('on a phone of 360 by 640', async () => {
  const {page, finish} = await open({context: {...kSmallPhone, colorScheme: 'light'}});
  const fits = async () => {
    const wide = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.plugins-place, .plugins *')]
      .filter(box => box.matches('html, .plugins-place') ? box.scrollWidth > box.clientWidth : box.getBoundingClientRect().right > innerWidth && box.checkVisibility())
      .map(box => box.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, []);
  };
  await fits();
  await shoot(page, 'plugins-phone-list');
  await page.getByRole('link', {name: 'IRC', exact: true}).tap();
  await page.locator('.plugins details').evaluateAll(all => { for (const one of all) one.open = true; });
  await fits();
  await shoot(page, 'plugins-phone-irc');
  await field(page, 'Server').scrollIntoViewIfNeeded();
  await shoot(page, 'plugins-phone-settings');
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole('button', {name: 'Conversations'}).tap();
  await page.locator('.sidebar.open').getByRole('link', {name: 'Plugins'}).tap();
  await page.locator('.plugin-list').waitFor();
  await page.locator('.sidebar.open').waitFor({state: 'detached'});
  await finish();
});

const kAtOnce = 20;

/** A plugin that says `text` wherever a plugin can say something. */
function speaker(text, id) {
  const schema = {type: 'object', title: text, description: text, required: [text], properties: {
    [text]: {type: 'string', title: text, description: text, default: text}, choice: {enum: [text, 'x'], title: text}, list: {type: 'array', items: {type: 'string'}},
    group: {type: 'object', title: text, description: text, properties: {[text]: {type: 'boolean', title: text}}}, odd: {anyOf: [{type: text}]}}};
  return plugin(id, {name: text, version: text, description: text, origin: text, runtime: text, state: text, trust: text, isolation: text, disabledBecause: text,
    diagnostics: [{severity: 'error', code: text, message: text}], capabilities: [{kind: text, id: text}],
    permissions: {network: [text], files: [text], exec: [text], secrets: [text]}, process: {pid: 1, memoryBytes: 1, cpuMs: 1, upMs: 1, crashes: 1, sharedWith: [text]},
    configSchema: schema, uiHints: {[text]: {label: text, help: text, placeholder: text}, 'choice': {help: text, label: text}}, config: {[text]: text, list: [text], odd: {[text]: text}}});
}

test('whatever a plugin says stands there as text', async () => {
  const api = new PluginsApi();
  const {page, context, finish} = await open({api});
  const harm = () => page.evaluate(() => ({
    foreign: document.querySelectorAll('body :is(script,style,link,meta,base,iframe,object,embed,img,picture,video,audio,math,marquee,template)').length,
    handlers: [...document.querySelectorAll('.plugins *')].flatMap(one => one.getAttributeNames()).filter(name => /^(on|src|srcdoc|srcset|action|formaction|style)/.test(name)),
    links: [...document.querySelectorAll('.plugins a')].map(a => a.getAttribute('href')).filter(href => !/^#plugins(=[\w.%~-]+)?$/.test(href)),
    wide: [...document.querySelectorAll('html, .plugins-place')].filter(box => box.scrollWidth > box.clientWidth).length,
    lost: [...document.querySelectorAll('.plugins :is(button, input, textarea, select)')]
      .filter(box => box.getBoundingClientRect().right > document.querySelector('.plugins').getBoundingClientRect().right).map(box => box.outerHTML.slice(0, 80)),
    pwned: window.__pwned,
    address: location.pathname,
    visible: document.querySelector('.sidebar').checkVisibility() && document.querySelector('.plugins h2').checkVisibility(),
  }));
  const kNone = {foreign: 0, handlers: [], links: [], wide: 0, lost: [], pwned: undefined, address: '/chat', visible: true};
  for (let from = 0; from < kHostileMessages.length; from += kAtOnce) {
    const texts = kHostileMessages.slice(from, from + kAtOnce);
    api.plugins = texts.map(({text}, i) => speaker(text.slice(0, 3000), `speaker-${from + i}`));
    await page.evaluate(() => { location.hash = '#plugins'; });
    await page.getByRole('button', {name: 'Look again'}).click();
    await page.locator(`a[href="#plugins=speaker-${from}"]`).waitFor();
    assert.deepEqual(await harm(), kNone, `the list from ${from}`);
    for (const [i, {name, text}] of texts.entries()) {
      api.log = [text];
      await page.evaluate(id => { location.hash = `#plugins=${id}`; }, `speaker-${from + i}`);
      await page.locator('.plugin').waitFor();
      await page.locator('.plugins details').evaluateAll(all => { for (const one of all) one.open = true; });
      await page.locator('.plugin-log pre, .plugin-log [role="status"]:not(:empty)').first().waitFor();
      assert.deepEqual(await harm(), kNone, name);
      await page.evaluate(() => { location.hash = '#plugins'; });
    }
  }
  assert.equal(context.pages().length, 1, 'no window was opened');
  await shoot(page, 'plugins-hostile');
  await finish();
});

test('a gateway without this part says so, and the page goes on', async () => {
  const {page, finish} = await openPage(browser, gateway.url, {hash: '#plugins', allow: [/404/],
    prepare: context => context.route(/\/api\/plugins/, route => route.fulfill({status: 404, contentType: 'application/json', body: '{}'}))});
  await page.getByRole('alert').getByText('does not show its plugins').waitFor();
  await page.locator('.sidebar').getByRole('button', {name: 'New conversation'}).click();
  await page.getByText('What shall we get hold of?').waitFor();
  await finish();
});
