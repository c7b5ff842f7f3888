// Messages to /ws that are not what docs/protocol.md says. A case: {name, says, frames, answers}: `frames` are sent in
// envelope mode, `answers` are the types that must come back, in order, and nothing else before the next pong.

const one = (name, says, frame, ...answers) => ({ name, says, frames: [frame].flat(), answers });
const json = JSON.stringify;
const deep = (levels) => '['.repeat(levels) + ']'.repeat(levels);
const attach = (sessionId, more = {}) => json({ type: 'attach', sessionId, ...more });
const hello = json({ type: 'hello' });

const attaching = [
  one('attach', 'to a new session', attach('abc'), 'attached'),
  one('attach twice', 'is the same session', [attach('abc'), attach('abc')], 'attached', 'attached'),
  one('attach to nothing', 'an id has one letter at least', attach(''), 'error'),
  one('attach without an id', 'is as to nothing', json({ type: 'attach' }), 'error'),
  one('attach upwards', 'an id is no path', attach('../../etc/passwd'), 'error'),
  one('attach with a slash', 'an id is no path', attach('a/b'), 'error'),
  one('attach with a NUL', 'an id has no such letter', attach('a\0b'), 'error'),
  one('attach with a line end', 'an id has no such letter', attach('a\r\nb'), 'error'),
  one('attach with a blank', 'an id has no such letter', attach('a b'), 'error'),
  one('attach beyond ASCII', 'an id has no such letter', attach('é'), 'error'),
  one('attach with a right-to-left mark', 'an id has no such letter', attach('a\u202eb'), 'error'),
  one('attach with a list', 'is as without an id', json({ type: 'attach', sessionId: ['abc'] }), 'error'),
  one('attach with an object', 'is as without an id', json({ type: 'attach', sessionId: { id: 'abc' } }), 'error'),
  one('attach with a number', 'is as without an id', json({ type: 'attach', sessionId: 7 }), 'error'),
  one('attach after -1', 'is as without an event', attach('abc', { after: -1 }), 'attached'),
  one('attach after 1.5', 'is as without an event', attach('abc', { after: 1.5 }), 'attached'),
  one(
    'attach after 2^64',
    'is as without an event',
    `{"type":"attach","sessionId":"abc","after":18446744073709551616}`,
    'attached',
  ),
  one(
    'attach after 2^64 - 1',
    'nothing is missed',
    `{"type":"attach","sessionId":"abc","after":18446744073709551615}`,
    'attached',
  ),
  one('attach after a text', 'is as without an event', attach('abc', { after: '1' }), 'attached'),
  one('attach after a failure', 'works again', [attach('../x'), attach('abc')], 'error', 'attached'),
];

const messages = [
  one(
    'a message for no session',
    'is not run in another one',
    json({ type: 'user_message', text: 'Hello', sessionId: '../x' }),
    'error',
  ),
  one(
    'a message for a session that cannot be',
    'is not run in another one',
    json({ type: 'user_message', text: 'Hello', sessionId: 'a b' }),
    'error',
  ),
  one('a stop with nothing to stop', 'does nothing', json({ type: 'stop' })),
  one('a hundred stops', 'do nothing', Array(100).fill(json({ type: 'stop' }))),
  one('a heartbeat', 'is ignored', json({ type: 'heartbeat' })),
  one('a heartbeat with a megabyte', 'is ignored', json({ type: 'heartbeat', pad: 'x'.repeat(1_000_000) })),
  one('hello twice', 'is answered twice', [hello, hello], 'attached', 'attached'),
  one(
    'hello with more members',
    'they are ignored',
    json({ type: 'hello', role: 'admin', approved: true, scopes: ['*'], isOwner: true }),
    'attached',
  ),
  one(
    'hello with __proto__',
    'is a member like others',
    '{"type":"hello","__proto__":{"type":"stop"},"constructor":1}',
    'attached',
  ),
  one('two types, the last one hello', 'the last one counts', '{"type":"stop","type":"hello"}', 'attached'),
  one('two types, the last one stop', 'the last one counts', '{"type":"hello","type":"stop"}'),
  one('an escaped type', 'is the same text', '{"\\u0074ype":"\\u0068ello"}', 'attached'),
  one('63 levels inside', 'are read', `{"type":"hello","x":${deep(63)}}`, 'attached'),
  one(
    '10,000 keys',
    'are read',
    `{"type":"hello",${Array.from({ length: 10_000 }, (_, index) => `"k${index}":${index}`).join(',')}}`,
    'attached',
  ),
  one('blanks around', 'are read', `{ "type" :\t"hello"\r\n}   `, 'attached'),
  one(
    'numbers of every size',
    'are read',
    '{"type":"hello","x":[0,-0,1e308,5e-324,1e-999,18446744073709551616,-9223372036854775809]}',
    'attached',
  ),
];

export const envelopeCases = [...attaching, ...messages];
