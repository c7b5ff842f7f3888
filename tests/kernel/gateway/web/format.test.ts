import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ageOf, argumentsLine, duration, oneLine, prettyArguments, relativeTime} from '../../../../kernel/gateway/web/src/format.ts';

for (const [ms, text] of [[undefined, ''], [0, '< 1 ms'], [12.4, '12 ms'], [1500, '1.5 s'], [61_000, '1 min 1 s']] as const) {
  test(`duration ${ms}`, () => assert.equal(duration(ms), text));
}

for (const [source, line] of [
  ['{"append":true,"content":"hello","path":"notes/a.md"}', 'notes/a.md, hello'], ['{"n":3,"command":"ls"}', 'ls, 3'], ['{}', ''], ['"x"', 'x'],
  ['{"path":"cut in the mid', '{"path":"cut in the mid'], ['null', 'null'],
] as const) {
  test(`arguments in one line: ${source}`, () => assert.equal(argumentsLine(source), line));
}

for (const [title, line] of [
  ['two\nlines', 'two lines'], ['a\u202eb\u2066c\u200b', 'abc'], ['\u202e\u200b ', 'New conversation'], [undefined, 'New conversation'], ['\u0000x\u001b[2J', 'x [2J'],
] as const) {
  test(`title ${JSON.stringify(title)}`, () => assert.equal(oneLine(title), line));
}

test('arguments that were cut stay as they are', () => {
  assert.equal(prettyArguments('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(prettyArguments('{"a":'), '{"a":');
});

test('times are told by their distance', () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  const minute = 60_000;
  assert.deepEqual([0, 5, 180, 3000].map(minutes => relativeTime(now - minutes * minute, now)), ['now', '5 min', '3 h', '2 d']);
  assert.equal(relativeTime(0, now), '');
  assert.deepEqual([0, 20, 100, 400].map(hours => ageOf(now - hours * 60 * minute, now)), ['Today', 'Yesterday', 'Last 7 days', 'Earlier']);
});
