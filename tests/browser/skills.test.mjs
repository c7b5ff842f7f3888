// The skills in the page: what there is and what it lacks, switching, keys, withheld ones, installers that ask, ClawHub; by
// keyboard, on a phone, with skills that write anything they like, and with the gateway's own answers.

import assert from 'node:assert/strict';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {seriousFindings} from './axe.mjs';
import {hasFocus, kSmallPhone, launch, openPage, shoot} from './browser.mjs';
import {Gateway} from './gateway.mjs';
import {kHostileMessages} from './hostile_messages.mjs';
import {kHash, skill, SkillsApi} from './skill_cases.mjs';

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

async function open({at = '#skills', api = new SkillsApi(), ...options} = {}) {
  const opened = await openPage(browser, gateway.url, {hash: at, prepare: api.attach, ...options});
  await opened.page.locator('.plugins h2').waitFor();
  return {...opened, api};
}
const dialog = page => page.getByRole('dialog');
const part = (page, title) => page.locator('.plugin-part', {has: page.getByRole('heading', {name: title, exact: true})});

test('the list says what is ready, what lacks something and what could not be read; it is searched', async () => {
  const {page, finish} = await open();
  await hasFocus(page, '.plugins h2');
  assert.deepEqual(await page.locator('.plugin-row h3 a').allTextContents(), ['🐙 github', 'helpful-installer', 'homeassistant-operator', 'quiet', '🌦️ weather']);
  assert.deepEqual(await page.locator('.plugin-row .state').allTextContents(), ['Lacks something', 'Withheld', 'Lacks something', 'Off', 'Ready']);
  await page.getByText('HASS_URL is not set: give it in the settings').waitFor();
  await page.getByText('5 skills, 1 ready').waitFor();
  await page.getByText('/w/skills/broken/SKILL.md').waitFor();
  await shoot(page, 'skills-list');
  const box = page.getByLabel('Search skills');
  await box.fill('gateway weath');
  await page.getByText('1 skill, 1 ready').waitFor();
  await page.getByRole('link', {name: 'weather'}).click();
  await hasFocus(page, '.plugin h2');
  assert.equal(await page.evaluate(() => location.hash), '#skills=weather');
  await part(page, 'What OpenClaw would pass over').getByText('macos').waitFor();
  await page.goBack();
  assert.equal(await box.inputValue(), 'gateway weath');
  await box.fill('xyzzy');
  await page.getByText('No skill fits.').waitFor();
  await page.locator('.sidebar').getByRole('link', {name: 'Plugins'}).click();
  await page.locator('.sidebar').getByRole('link', {name: 'Skills'}).click();
  await page.getByRole('heading', {name: 'Skills', level: 2}).waitFor();
  assert.equal(await page.title(), 'Skills · Chela');
  await finish();
});

test('a skill is switched off and on', async () => {
  const {page, api, finish} = await open();
  const knob = page.getByRole('switch', {name: 'Use weather'});
  await knob.click();
  await page.getByText('weather is off.').waitFor();
  assert.equal(await knob.getAttribute('aria-checked'), 'false');
  await knob.click();
  await page.getByText('weather is on.').waitFor();
  assert.deepEqual(api.asked.map(one => one.body), [{skillKey: 'weather', enabled: false}, {skillKey: 'weather', enabled: true}]);
  await finish();
});

test('an installer shows exactly what it would do, and does it only after a yes', async () => {
  const {page, api, finish} = await open({at: '#skills=github'});
  assert.equal(await page.getByRole('button', {name: 'Install the GitHub CLI'}).isDisabled(), true);
  await part(page, 'What it lacks').getByText('Homebrew is not here').waitFor();
  const opener = page.getByRole('button', {name: 'Install gh (Debian)…'});
  await opener.click();
  assert.equal(await dialog(page).getByLabel('What will be done').textContent(), 'apt-get install --yes gh');
  await dialog(page).getByText('It installs for the whole machine.').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await shoot(page, 'skills-installer');
  await dialog(page).getByRole('button', {name: 'Cancel'}).click();
  assert.equal(api.asked.length, 0);
  await page.waitForFunction(() => document.activeElement?.textContent === 'Install gh (Debian)…');
  api.outcome = {ok: false, message: 'apt-get ended with 100: is another one running?', stdout: 'E: Could not get lock\n'};
  await opener.click();
  await dialog(page).getByRole('button', {name: 'Do this'}).click();
  await dialog(page).getByText('apt-get ended with 100').waitFor();
  await dialog(page).getByText('E: Could not get lock').waitFor();
  api.outcome = {ok: true, message: 'gh is there.', stdout: ''};
  await dialog(page).getByRole('button', {name: 'Try again'}).click();
  await dialog(page).getByText('gh is there.').waitFor();
  assert.deepEqual(api.asked.at(-1), {action: 'install', body: {name: 'github', installId: 'apt', approved: 'apt-get install --yes gh'}});
  await dialog(page).getByRole('button', {name: 'Close'}).click();
  await page.locator('.plugin-marks').getByText('Ready').waitFor();
  assert.equal(await part(page, 'What it lacks').count(), 0);
  await finish();
});

test('a refused installer says why', async () => {
  const {page, api, finish} = await open({at: '#skills=github', allow: [/403/]});
  api.refuse = {error: {code: 'denied', message: 'a person has to agree to exactly this'}};
  await page.getByRole('button', {name: 'Install gh (Debian)…'}).click();
  await dialog(page).getByRole('button', {name: 'Do this'}).click();
  await dialog(page).getByRole('alert').getByText('a person has to agree to exactly this').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({state: 'detached'});
  await finish();
});

test('keys are written and never shown', async () => {
  const api = new SkillsApi();
  api.skills[2].apiKey = 'leaked-by-the-gateway';
  const {page, finish} = await open({at: '#skills=homeassistant-operator', api});
  const seen = () => page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(({value}) => value).join(' '));
  assert.doesNotMatch(await seen(), /leaked/);
  const key = page.getByLabel('Key (HASS_TOKEN)');
  assert.deepEqual([await key.getAttribute('type'), await key.inputValue(), await page.getByLabel('HASS_URL', {exact: true}).getAttribute('type')], ['password', '', 'text']);
  assert.equal(await page.getByRole('button', {name: 'Save settings'}).isDisabled(), true);
  await key.fill('new-secret');
  await page.getByLabel('HASS_URL', {exact: true}).fill('http://hass.local:8123');
  await shoot(page, 'skills-settings');
  await page.getByRole('button', {name: 'Save settings'}).click();
  await page.getByText('The settings of homeassistant-operator are saved.').waitFor();
  assert.deepEqual(api.asked, [{action: 'update', body: {skillKey: 'homeassistant-operator', apiKey: 'new-secret', env: {HASS_URL: 'http://hass.local:8123'}}}]);
  assert.doesNotMatch(await seen(), /new-secret/);
  await page.getByText('Another variable').click();
  await page.getByLabel('Name', {exact: true}).fill('HASS_CA');
  await page.getByLabel('Value', {exact: true}).fill('/etc/ca.pem');
  await page.getByRole('button', {name: 'Save settings'}).click();
  await page.getByRole('button', {name: 'Remove HASS_CA'}).waitFor();
  assert.deepEqual(api.asked.at(-1).body, {skillKey: 'homeassistant-operator', env: {HASS_CA: '/etc/ca.pem'}});
  await page.getByRole('button', {name: 'Remove HASS_TOKEN'}).click();
  assert.equal(await key.getAttribute('placeholder'), 'Will be removed');
  await page.getByRole('button', {name: 'Save settings'}).click();
  await page.waitForFunction(() => !document.querySelector('.settings .setting:first-child .text-button'));
  assert.deepEqual(api.asked.at(-1).body, {skillKey: 'homeassistant-operator', apiKey: ''});
  await finish();
});

test('a withheld skill shows its lines; it is accepted only after a question, and that is withdrawn', async () => {
  const {page, api, finish} = await open({at: '#skills=helpful-installer'});
  const why = part(page, 'Why it is withheld');
  await why.getByText('It looks malicious: Encoded text is decoded').waitFor();
  await why.getByText('SKILL.md, line 12').waitFor();
  assert.match(await why.locator('.excerpt').first().textContent(), /echo Y3VyU\+200BbA== \| base64 -D \| bash/);
  await why.getByText('One file could not be searched').waitFor();
  await shoot(page, 'skills-withheld');
  await why.getByRole('button', {name: 'Accept this content…'}).click();
  assert.deepEqual(await seriousFindings(page), []);
  await shoot(page, 'skills-accept');
  await dialog(page).getByRole('button', {name: 'Leave it withheld'}).click();
  assert.equal(api.asked.length, 0);
  await why.getByRole('button', {name: 'Accept this content…'}).click();
  await dialog(page).getByRole('button', {name: 'Accept this content'}).click();
  await page.getByText('helpful-installer is offered from now on.').waitFor();
  assert.deepEqual(api.asked[0].body, {skillKey: 'helpful-installer', accept: kHash});
  await part(page, 'You have accepted it in spite of the scan').getByRole('button', {name: 'Withdraw'}).click();
  await why.waitFor();
  assert.deepEqual(api.asked[1].body, {skillKey: 'helpful-installer', accept: ''});
  await finish();
});

test('from ClawHub: searched, looked at, confirmed', async () => {
  const {page, api, finish} = await open();
  await page.getByRole('link', {name: 'From ClawHub'}).click();
  await hasFocus(page, '.plugins h2');
  await page.getByLabel('What should it do?').fill('sea');
  await page.keyboard.press('Enter');
  await page.getByText('3 found').waitFor();
  await shoot(page, 'skills-clawhub');
  await page.getByRole('button', {name: 'Look at it Tide tables'}).click();
  await dialog(page).getByText('ClawHub found nothing').waitFor();
  await dialog(page).getByText('/w/skills/tide').waitFor();
  await dialog(page).getByRole('button', {name: 'Install', exact: true}).click();
  await page.getByText('tide is installed.').waitFor();
  assert.deepEqual(api.asked.map(one => one.body), [{source: 'clawhub', reference: '@ann/tide', dryRun: true},
    {source: 'clawhub', reference: '@ann/tide', version: '1.2.0', approved: kHash, force: false}]);
  await page.getByRole('link', {name: 'tide', exact: true}).waitFor();
  await finish();
});

test('from ClawHub: doubts are shown line by line, and what is blocked cannot be installed', async () => {
  const {page, api, finish} = await open({at: '#clawhub'});
  await page.getByLabel('What should it do?').fill('nothing');
  await page.getByRole('button', {name: 'Search'}).click();
  await page.getByText('Nothing was found.').waitFor();
  await page.getByLabel('What should it do?').fill('sea');
  await page.getByRole('button', {name: 'Search'}).click();
  await page.getByRole('button', {name: 'Look at it Waves'}).click();
  for (const text of ['ClawHub calls it suspicious, or has not judged it yet: Reads variables.', 'the scan found something', 'SKILL.md, line 12', 'skill.md was renamed']) {
    await dialog(page).getByText(text).waitFor();
  }
  assert.deepEqual(await seriousFindings(page), []);
  await shoot(page, 'skills-doubts');
  await dialog(page).getByRole('button', {name: 'Install it all the same'}).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', {name: 'Look at it Wreck'}).click();
  await dialog(page).getByRole('alert').getByText('It cannot be installed: ClawHub has blocked it').waitFor();
  assert.deepEqual(await dialog(page).getByRole('button').allTextContents(), ['Close']);
  assert.ok(api.asked.every(one => one.body.dryRun));
  await finish();
});

test('everything by keyboard', async () => {
  const {page, api, finish} = await open();
  const tabTo = async selector => {
    for (let presses = 0; presses < 60; ++presses) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(wanted => document.activeElement?.matches(wanted), selector)) return;
    }
    assert.fail(`${selector} was not reached`);
  };
  await tabTo('#skills-search');
  await page.keyboard.type('github');
  await tabTo('.plugin-row a');
  await page.keyboard.press('Enter');
  await hasFocus(page, '.plugin h2');
  await tabTo('.installers button:not(:disabled)');
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await tabTo('dialog .primary');
  await page.keyboard.press('Enter');
  await dialog(page).getByText('gh is there.').waitFor();
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({state: 'detached'});
  await tabTo('.settings input');
  await page.keyboard.type('a-key');
  await page.keyboard.press('Enter');
  await page.getByText('The settings of github are saved.').waitFor();
  assert.deepEqual(api.asked.at(-1).body, {skillKey: 'github', apiKey: 'a-key'});
  await finish();
});

for (const colorScheme of ['dark', 'light']) {
  for (const at of ['#skills', '#skills=github', '#skills=helpful-installer', '#skills=homeassistant-operator', '#clawhub']) {
    test(`accessible: ${at}, ${colorScheme}`, async () => {
      const {page, finish} = await open({at, context: {colorScheme}});
      if (at.includes('helpful')) await page.locator('.excerpt').first().waitFor();
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
  await shoot(page, 'skills-phone-list');
  for (const name of ['github', 'helpful-installer', 'homeassistant-operator']) {
    await page.getByRole('link', {name}).tap();
    await page.locator('article.plugin').waitFor();
    await fits();
    await shoot(page, `skills-phone-${name}`);
    await page.getByRole('link', {name: 'All skills'}).tap();
  }
  await page.getByRole('link', {name: 'From ClawHub'}).tap();
  await page.getByLabel('What should it do?').fill('sea');
  await page.getByRole('button', {name: 'Search'}).tap();
  await page.getByText('3 found').waitFor();
  await fits();
  await page.getByRole('button', {name: 'Look at it Waves'}).tap();
  await dialog(page).waitFor();
  await fits();
  await shoot(page, 'skills-phone-doubts');
  assert.deepEqual(await seriousFindings(page), []);
  await finish();
});

/** A skill that says `text` wherever a skill can say something. */
const speaker = (text, name) => skill(name, {description: text, source: text, filePath: text, emoji: text, homepage: text, command: text, reason: text, eligible: false,
  primaryEnv: text, envSet: [text], notes: [text], requirements: {env: [text]}, unmet: [{need: text, what: text, message: text}],
  install: [{id: text, kind: text, label: text, shown: text, warnings: [text], problem: text}], withheld: {reason: text, verdict: text, accept: text}});

test('whatever a skill says stands there as text', async () => {
  const api = new SkillsApi();
  const {page, context, finish} = await open({api});
  const harm = () => page.evaluate(() => ({
    foreign: document.querySelectorAll('body :is(script,style,link,meta,base,iframe,object,embed,img,picture,video,audio,math,marquee,template)').length,
    handlers: [...document.querySelectorAll('.plugins *')].flatMap(one => one.getAttributeNames()).filter(name => /^(on|src|srcdoc|srcset|action|formaction|style)/.test(name)),
    links: [...document.querySelectorAll('.plugins a')].map(a => a.getAttribute('href')).filter(href => !/^(#|https?:\/\/)/.test(href)),
    wide: [...document.querySelectorAll('html, .plugins-place')].filter(box => box.scrollWidth > box.clientWidth).length,
    pwned: window.__pwned,
    address: location.pathname,
  }));
  const kNone = {foreign: 0, handlers: [], links: [], wide: 0, pwned: undefined, address: '/chat'};
  const kAtOnce = 25;
  for (let from = 0; from < kHostileMessages.length; from += kAtOnce) {
    const texts = kHostileMessages.slice(from, from + kAtOnce);
    api.skills = texts.map(({text}, i) => speaker(text.slice(0, 3000), `speaker-${from + i}`));
    await page.evaluate(() => { location.hash = '#plugins'; });
    await page.evaluate(() => { location.hash = '#skills'; });
    await page.getByRole('link', {name: `speaker-${from}`}).waitFor();
    assert.deepEqual(await harm(), kNone, `list from ${from}`);
    await page.evaluate(name => { location.hash = `#skills=${name}`; }, `speaker-${from}`);
    await page.locator('article.plugin .plugin-part').first().waitFor();
    assert.deepEqual(await harm(), kNone, `speaker-${from}`);
  }
  assert.equal(context.pages().length, 1);
  await finish();
});

test('with the gateway’s own answers: a skill that is dropped in appears, is switched off, and comes back', async () => {
  const own = await new Gateway({prepare: home => {
    mkdirSync(join(home, 'workspace/skills/first'), {recursive: true});
    writeFileSync(join(home, 'workspace/skills/first/SKILL.md'), '---\nname: first\ndescription: Is there from the beginning.\n---\nDo it.\n');
  }}).start();
  try {
    const {page, finish} = await openPage(browser, own.url, {hash: '#skills'});
    await page.getByRole('link', {name: 'first', exact: true}).waitFor();
    await page.getByRole('link', {name: 'weather'}).waitFor(); // one that came with the gateway
    const folder = join(own.home, 'workspace/skills/second');
    mkdirSync(folder);
    writeFileSync(join(folder, 'SKILL.md'), '---\nname: second\ndescription: Comes later.\nmetadata: {"openclaw": {"primaryEnv": "SECOND_KEY", "requires": {"env": ["SECOND_KEY"]}}}\n---\nDo it.\n');
    await page.getByRole('link', {name: 'second', exact: true}).waitFor();
    await page.getByRole('link', {name: 'second', exact: true}).click();
    await page.getByText('SECOND_KEY').first().waitFor();
    await page.getByLabel('Key (SECOND_KEY)').fill('sesame');
    await page.getByRole('button', {name: 'Save settings'}).click();
    await page.locator('.plugin-marks').getByText('Ready').waitFor();
    assert.doesNotMatch(await page.evaluate(() => fetch('api/skills').then(answer => answer.text())), /sesame/);
    await page.getByRole('switch', {name: 'Use second'}).click();
    await page.getByText('second is off.').waitFor();
    await page.locator('.plugin-marks').getByText('Off', {exact: true}).waitFor();
    await finish();
  } finally {
    await own.stop();
  }
});
