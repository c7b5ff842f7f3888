// What every bundled skill keeps to: the specification, what it says it needs, no sign that a scan would find, no dead link,
// scripts that explain themselves.

import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {extname, join, normalize} from 'node:path';
import {describe, it} from 'node:test';
import {chela, filesOf, folderOf, names, script, textOf} from './bundled.mjs';

const kOfTheSeed = ['daily-news-digest', 'data-analyst', 'deep-researcher', 'email-triage', 'homeassistant-operator', 'mqtt-operator', 'software-developer'];
const kOthers = ['github', 'healthcheck', 'notion', 'skill-creator', 'summarize', 'tavily-search', 'tmux', 'weather'];
const kLinesMax = 200;

// What each cannot do without; said a second time, so that a need that its head has lost is noticed.
const kNeeds = {
  'daily-news-digest': {bins: ['python3']}, 'data-analyst': {bins: ['python3']}, 'deep-researcher': {bins: ['python3']},
  'email-triage': {bins: ['python3'], env: ['IMAP_HOST', 'IMAP_PASSWORD', 'IMAP_USER'], key: 'IMAP_PASSWORD'},
  github: {bins: ['gh'], key: 'GH_TOKEN'}, healthcheck: {bins: ['python3'], os: ['linux']},
  'homeassistant-operator': {bins: ['python3'], env: ['HASS_TOKEN', 'HASS_URL'], key: 'HASS_TOKEN'},
  'mqtt-operator': {bins: ['mosquitto_pub', 'mosquitto_rr', 'mosquitto_sub'], env: ['MQTT_HOST'], key: 'MQTT_PASSWORD', os: ['darwin', 'linux']},
  notion: {bins: ['python3'], env: ['NOTION_API_KEY'], key: 'NOTION_API_KEY'}, 'skill-creator': {bins: ['python3']},
  'software-developer': {bins: ['git'], os: ['darwin', 'linux']}, summarize: {bins: ['python3']},
  'tavily-search': {bins: ['python3'], env: ['TAVILY_API_KEY'], key: 'TAVILY_API_KEY'}, tmux: {bins: ['tmux'], os: ['darwin', 'linux']},
  weather: {bins: ['python3']},
};

const headAndBody = text => /^---\n(.*?)\n---\n(.*)$/s.exec(text).slice(1);

async function inspected(name, {bins = [], env = [], platform = 'linux'} = {}) {
  const {code, stdout, stderr} = await chela('inspect', '--root', folderOf(name), '--platform', platform,
    ...bins.flatMap(one => ['--bin', one]), ...env.flatMap(one => ['--env', `${one}=x`]));
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0]);
}

it('all that were promised are here', () => {
  for (const name of [...kOfTheSeed, ...kOthers]) assert.ok(names.includes(name), name);
});

for (const name of names) {
  describe(name, () => {
    it('is read without a remark, under the name of its folder', async () => {
      const skill = await inspected(name);
      assert.equal(skill.ok, true, JSON.stringify(skill.error));
      assert.equal(skill.name, name);
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      const listed = JSON.parse((await chela('list', '--root', folderOf(name), '--json')).stdout);
      assert.deepEqual(listed.problems ?? [], []);
      assert.deepEqual(listed.skills.map(one => [one.name, one.notes]), [[name, []]]);
    });

    it('keeps to the specification', () => {
      const [head, body] = headAndBody(textOf(name));
      const keys = [...head.matchAll(/^([\w-]+):/gm)].map(match => match[1]);
      assert.deepEqual(keys.filter(key => !['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'].includes(key)), []);
      const description = /^description: (.*)$/m.exec(head)[1];
      assert.ok(description.length <= 1024 && /[Uu]se (when|to|for)/.test(description), description);
      assert.doesNotMatch(description, /[<>]|: | #/);
      assert.ok(body.split('\n').length < kLinesMax, 'the body is too long');
    });

    it('is offered where its needs are met, and nowhere else', async () => {
      const {metadata} = await inspected(name);
      const {bins = [], env = [], anyBins = []} = metadata?.requires ?? {};
      const wanted = {bins: [], env: [], os: [], ...kNeeds[name]};
      assert.deepEqual({bins: [...bins].sort(), env: [...env].sort(), os: [...metadata?.os ?? []].sort(), ...metadata?.primaryEnv && {key: metadata.primaryEnv}}, wanted);
      const needs = {bins: [...bins, ...anyBins.slice(0, 1)], env};
      assert.ok(bins.length + env.length + anyBins.length > 0, 'it declares nothing');
      const platform = metadata.os?.[0] ?? 'linux';
      assert.equal((await inspected(name, {...needs, platform})).eligible, true);
      assert.equal((await inspected(name, {platform})).eligible, false);
      for (const missing of [...needs.bins, ...env]) {
        const rest = {bins: needs.bins.filter(one => one !== missing), env: env.filter(one => one !== missing), platform};
        assert.equal((await inspected(name, rest)).eligible, false, `without ${missing}`);
      }
      if (metadata.os) assert.equal((await inspected(name, {...needs, platform: 'win32'})).eligible, false);
      if (metadata.primaryEnv) assert.ok(env.includes(metadata.primaryEnv) || textOf(name).includes(metadata.primaryEnv));
      for (const one of metadata.install ?? []) {
        assert.ok(one.id && one.label && one.bins?.every(bin => bins.includes(bin) || anyBins.includes(bin)), JSON.stringify(one));
      }
    });

    it('looks harmless to the scan', async () => {
      const {code, stdout} = await chela('scan', folderOf(name), '--json');
      const report = JSON.parse(stdout);
      assert.deepEqual([code, report.verdict, report.findings.filter(found => found.weight >= 20), report.unsearched], [0, 'clean', [], []]);
    });

    it('leads nowhere that is not there', () => {
      const documents = filesOf(name).filter(file => extname(file) === '.md');
      const named = new Set(documents);
      for (const file of documents) {
        const text = textOf(name, file);
        const links = [...text.matchAll(/\]\(([^)#\s]+)\)/g)].map(match => match[1]).filter(target => !/^[a-z]+:/.test(target));
        const paths = [...text.matchAll(/(?<![\w/.-])(?:scripts|references|assets)\/[\w./-]*\w/g)].map(match => match[0]);
        for (const target of [...links.map(link => normalize(join(file, '..', link))), ...paths]) {
          assert.ok(existsSync(join(folderOf(name), target)), `${file} leads to ${target}`);
          named.add(target);
        }
      }
      for (const file of filesOf(name)) {
        const imported = filesOf(name).some(other => new RegExp(`from ${file.replace(/^.*\/|\.py$/g, '')} import|/${file.replace(/^.*\//, '')}"`).test(textOf(name, other)));
        assert.ok(named.has(file) || imported, `${file} is named nowhere`);
      }
    });

    for (const file of filesOf(name).filter(one => /^scripts\/[^/]+\.(py|sh|mjs)$/.test(one) && textOf(name).includes(one))) {
      it(`${file} explains itself and refuses what it does not know`, async () => {
        const help = await script(`${name}/${file}`, ['--help']);
        assert.deepEqual([help.code, help.stderr], [0, '']);
        assert.match(help.stdout, /usage/i);
        const refused = await script(`${name}/${file}`, ['--no-such-option']);
        assert.ok(refused.code === 2 || refused.code === 3, `${refused.code}: ${refused.stderr}`);
      });
    }

    it('passes the check that skill-creator teaches', async () => {
      const {code, stdout} = await script('skill-creator/scripts/check_skill.py', [folderOf(name), '--strict']);
      assert.equal(code, 0, stdout);
    });
  });
}
