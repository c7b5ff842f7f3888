import assert from 'node:assert/strict';
import {test} from 'node:test';
import {readCandidate, readDone, readFound, readReport, readSkill, readSkills} from '../../../../kernel/gateway/web/src/skills/shapes.ts';
import {fits, isSecretName, placeOf, sourceOf, stateOf, verdictOf} from '../../../../kernel/gateway/web/src/skills/words.ts';

const kHash = `sha256:${'0'.repeat(64)}`;
const read = (changes: object = {}) => {
  const skill = readSkill({name: 'a', ...changes});
  assert.ok(skill);
  return skill;
};

test('whatever comes is read without harm', () => {
  for (const value of [null, 7, 'text', [], {}, {skills: 7}, {skills: [null, {name: 7}, {name: ''}]}]) assert.deepEqual(readSkills(value).skills, []);
  for (const value of [null, 7, [], {findings: 'x', unsearched: 7, scan: 3, results: {}}]) {
    assert.deepEqual([readReport(value).findings, readFound(value), readCandidate(value).doubts, readDone(value).ok], [[], [], [], false]);
  }
});

test('what is sent back is exactly what came, what is shown is not', () => {
  const odd = 'a\u202eb\nc';
  const skill = read({name: odd, description: odd, install: [{id: odd, label: odd, shown: odd}]});
  assert.deepEqual([skill.name, skill.key, skill.description, skill.install[0]?.id, skill.install[0]?.shown, skill.install[0]?.label], [odd, odd, 'ab c', odd, odd, 'ab c']);
});

test('only a hash is accepted, only web addresses are links', () => {
  assert.equal(read({withheld: {accept: kHash}}).withheld?.accept, kHash);
  assert.equal(read({withheld: {accept: 'sha256:xyz'}}).withheld?.accept, '');
  assert.deepEqual([read({homepage: 'https://a.example/'}).homepage, read({homepage: 'javascript:alert(1)'}).homepage], ['https://a.example/', '']);
});

test('the state is the one that a person has to know first', () => {
  assert.equal(stateOf(read({eligible: true})).word, 'Ready');
  assert.equal(stateOf(read({disabled: true, unmet: [{need: 'enabled'}]})).word, 'Off');
  assert.equal(stateOf(read({unmet: [{need: 'bin'}]})).word, 'Lacks something');
  assert.equal(stateOf(read({disabled: true, withheld: {reason: 'x'}})).word, 'Withheld');
  assert.equal(stateOf(read()).word, 'Not offered');
});

test('words', () => {
  assert.deepEqual([sourceOf('openclaw-bundled'), sourceOf('constructor'), verdictOf('malicious'), verdictOf('toString')],
    ['Came with the gateway', 'constructor', 'It looks malicious', 'toString']);
  assert.equal(placeOf({severity: '', message: '', file: 'SKILL.md', line: 3, excerpt: ''}), 'SKILL.md, line 3');
  for (const name of ['GH_TOKEN', 'API_KEY', 'token', 'IMAP_PASSWORD']) assert.ok(isSecretName(name), name);
  for (const name of ['HASS_URL', 'MONKEY', 'KEYBOARD_LAYOUT', 'TOKENS_MAX']) assert.ok(!isSecretName(name), name);
  assert.ok(fits(read({name: 'weather', description: 'Rain and snow', source: 'openclaw-bundled'}), ' GATEWAY  rain'));
  assert.ok(!fits(read({name: 'weather'}), 'sun'));
});
